import { Body, Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ApiErrors, ApiOriginalErrors, BODY_ERRORS } from '../access/api-errors';
import { RequireAccess } from '../access/scope';
import { CoreRegistry } from '../core-registry/core-registry';
import { FailoverService } from './failover.service';

export class SwitchCoreBody {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 99, description: 'Core to make active', example: 2 })
  @IsInt()
  @Min(1)
  @Max(99)
  core_id!: number;
}

export class SwitchCoreDto {
  @ApiProperty({ enum: [true], description: 'Always true; errors have another shape' })
  success!: boolean;

  @ApiProperty({ type: 'integer', description: 'The core that is active now', example: 2 })
  active_core!: number;
}

export class HistoryQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'At most so many',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;
}

export class TransitionDto {
  @ApiProperty({ type: 'integer', description: 'Number of the switch; grows by one each time', example: 2 })
  epoch!: number;

  @ApiProperty({ type: 'integer', description: 'Core that was left' })
  from!: number;

  @ApiProperty({ type: 'integer', description: 'Core that became active' })
  to!: number;

  @ApiProperty({ description: 'When, ISO 8601' })
  at!: string;

  @ApiProperty({ description: 'Why', example: 'core 1 is down' })
  cause!: string;

  @ApiProperty({ description: 'What was seen', example: 'its process died (SIGKILL)' })
  evidence!: string;

  @ApiProperty({ description: '`automatic`, `api:<key id>` or `chat:<user id>`' })
  by!: string;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Longest time a question under way stood still over it, ms',
  })
  waited_ms?: number;
}

@Controller()
export class FailoverController {
  constructor(
    private readonly failover: FailoverService,
    private readonly registry: CoreRegistry,
  ) {}

  @Post('switch_core')
  @HttpCode(200)
  @RequireAccess('operate')
  @ApiTags('original')
  @ApiOperation({
    summary: 'Make another core active',
    description:
      'Returns once the switch is committed; answers under way finish on the core they are on. The active core already: success, and the epoch stays.',
  })
  @ApiOkResponse({ type: SwitchCoreDto, description: 'The core is active' })
  @ApiOriginalErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'CORE_NOT_READY')
  async switchCore(
    @Body() body: SwitchCoreBody,
    @Req() request: { holder?: { id: string } },
  ): Promise<SwitchCoreDto> {
    await this.failover.switchTo(body.core_id, `api:${request.holder?.id ?? 'unknown'}`);
    return { success: true, active_core: this.registry.active.id };
  }

  @Get('api/v1/failover/history')
  @RequireAccess('read')
  @ApiTags('failover')
  @ApiOperation({
    summary: 'Every switch: when, from, to, why, on what evidence, how long people waited',
    description: 'Newest first.',
  })
  @ApiOkResponse({ type: [TransitionDto], description: 'The switches' })
  @ApiErrors('BAD_REQUEST')
  async history(@Query() query: HistoryQuery): Promise<TransitionDto[]> {
    return (await this.registry.history(query.limit)).map(({ at, waitedMs, ...rest }) => ({
      ...rest,
      at: new Date(at).toISOString(),
      ...(waitedMs === undefined ? {} : { waited_ms: waitedMs }),
    }));
  }
}
