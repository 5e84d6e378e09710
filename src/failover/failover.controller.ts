import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { ApiErrors, ApiOriginalErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import { HistoryQuery, TransitionDto, transitionDto } from './history.dto';
import { SwitchoverService } from './switchover.service';

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

@Controller()
export class FailoverController {
  constructor(
    private readonly switchovers: SwitchoverService,
    private readonly history: CoreHistory,
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
  @ApiOriginalErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'CORE_NOT_READY', 'OPERATION_RUNNING')
  async switchCore(@Body() body: SwitchCoreBody, @Caller() by: string): Promise<SwitchCoreDto> {
    await this.switchovers.switchTo(body.core_id, by);
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
  async past(@Query() query: HistoryQuery): Promise<TransitionDto[]> {
    return (await this.history.switches(query.limit)).map(transitionDto);
  }
}
