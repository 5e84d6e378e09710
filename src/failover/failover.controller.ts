import { Body, Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { RequireAccess } from '../access/scope';
import { CoreRegistry } from '../core-registry/core-registry';
import { FailoverService } from './failover.service';

export class SwitchCoreBody {
  @ApiProperty({ description: 'Core to make active', example: 2 })
  @IsInt()
  @Min(1)
  @Max(99)
  core_id!: number;
}

export class SwitchCoreDto {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ description: 'The core that is active now', example: 2 })
  active_core!: number;
}

export class HistoryQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;
}

export class TransitionDto {
  @ApiProperty()
  epoch!: number;

  @ApiProperty({ description: 'Core that was left' })
  from!: number;

  @ApiProperty()
  to!: number;

  @ApiProperty({ description: 'ISO 8601' })
  at!: string;

  @ApiProperty({ example: 'core 1 is down' })
  cause!: string;

  @ApiProperty({ description: 'What was seen', example: 'its process died (SIGKILL)' })
  evidence!: string;

  @ApiProperty({ description: '`automatic`, `api:<key id>` or `chat:<user id>`' })
  by!: string;

  @ApiPropertyOptional({ description: 'Longest time a question under way stood still over it, ms' })
  waited_ms?: number;
}

@Controller()
@ApiBearerAuth()
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
  @ApiOkResponse({ type: SwitchCoreDto })
  @ApiNotFoundResponse({ description: 'CORE_NOT_FOUND' })
  @ApiConflictResponse({ description: 'CORE_NOT_READY' })
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
  @ApiOkResponse({ type: [TransitionDto] })
  async history(@Query() query: HistoryQuery): Promise<TransitionDto[]> {
    return (await this.registry.history(query.limit)).map(({ at, waitedMs, ...rest }) => ({
      ...rest,
      at: new Date(at).toISOString(),
      ...(waitedMs === undefined ? {} : { waited_ms: waitedMs }),
    }));
  }
}
