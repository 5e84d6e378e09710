import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { ApiErrors, ApiOriginalErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import { Clock } from '../shared/clock';
import { HOUR_MS } from './availability-report';
import { AvailabilityReports } from './availability-reports.service';
import { SwitchesQuery, TransitionDto, transitionDto } from './history.dto';
import { ReportDto, ReportQuery, reportDto } from './report.dto';
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
    private readonly reports: AvailabilityReports,
    private readonly clock: Clock,
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
  @ApiOriginalErrors(
    ...BODY_ERRORS,
    'CORE_NOT_FOUND',
    'CORE_NOT_READY',
    'OPERATION_RUNNING',
    'OPERATION_OVER',
  )
  async switchCore(@Body() body: SwitchCoreBody, @Caller() by: string): Promise<SwitchCoreDto> {
    await this.switchovers.switchTo(body.core_id, by);
    return { success: true, active_core: this.registry.active.id };
  }

  @Get('api/v1/failover/history')
  @RequireAccess('read')
  @ApiTags('failover')
  @ApiOperation({
    summary: 'Every switch: when, from, to, why, on what evidence, how long people waited',
    description: 'Newest first; all of them, or those of a time.',
  })
  @ApiOkResponse({ type: [TransitionDto], description: 'The switches' })
  @ApiErrors('BAD_REQUEST')
  async past(@Query() { limit, since, hours }: SwitchesQuery): Promise<TransitionDto[]> {
    const froms = [
      since === undefined ? 0 : Date.parse(since),
      hours === undefined ? 0 : this.clock.now() - hours * HOUR_MS,
    ];
    return (await this.history.switches(limit, Math.max(...froms))).map(transitionDto);
  }

  @Get('api/v1/failover/report')
  @RequireAccess('read')
  @ApiTags('failover')
  @ApiOperation({
    summary: 'How well people were served: switches, times, minutes without a core, answers, repairs',
    description: 'Of the last hours, as far as anything is known of them. The same as !report in the chat.',
  })
  @ApiOkResponse({ type: ReportDto, description: 'The report' })
  @ApiErrors('BAD_REQUEST')
  async report(@Query() { hours }: ReportQuery): Promise<ReportDto> {
    return reportDto(hours, await this.reports.of(hours * HOUR_MS));
  }
}
