import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import { ClusterControl } from './cluster-control.service';
import { CoreDto, coreDto, CoreHistoryDto, coreHistoryDto } from './core.dto';
import { CoreDrill } from './core-drill.service';
import { CoreParams, DrainBody, HoldBody, ReasonBody } from './failover.dto';
import { HistoryQuery } from './history.dto';
import { requireTtl } from './hold-ttl';

export class KilledCoreDto {
  @ApiProperty({ type: 'integer', description: 'The core whose process was ended', example: 1 })
  id!: number;

  @ApiProperty({ type: 'integer', description: 'Process id it had' })
  pid!: number;
}

@ApiTags('failover')
@Controller('api/v1/cores')
export class CoresController {
  constructor(
    private readonly registry: CoreRegistry,
    private readonly history: CoreHistory,
    private readonly control: ClusterControl,
    private readonly drill: CoreDrill,
  ) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'Every core and what it is held in', description: 'By number.' })
  @ApiOkResponse({ type: [CoreDto], description: 'The cores' })
  list(): CoreDto[] {
    return this.registry.all().map(coreDto);
  }

  @Get(':id')
  @RequireAccess('read')
  @ApiOperation({ summary: 'One core and what it is held in', description: 'As in the list.' })
  @ApiOkResponse({ type: CoreDto, description: 'The core' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND')
  one(@Param() { id }: CoreParams): CoreDto {
    return coreDto(this.registry.get(id));
  }

  @Get(':id/history')
  @RequireAccess('read')
  @ApiOperation({
    summary: 'What happened to a core: every change of state, every condition set and lifted',
    description: 'Newest first.',
  })
  @ApiOkResponse({ type: [CoreHistoryDto], description: 'Its history' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND')
  async past(@Param() { id }: CoreParams, @Query() { limit }: HistoryQuery): Promise<CoreHistoryDto[]> {
    return (await this.history.states(limit, 0, this.registry.get(id).id)).map(coreHistoryDto);
  }

  @Post(':id/maintenance')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Leave a core alone for a while',
    description:
      'It gets no work, not even when no other core is left, and is not repaired. Where it is the active one, another takes over first. Ends by itself.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It is in maintenance' })
  @ApiErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'NO_STAND_IN', 'OPERATION_RUNNING', 'OPERATION_OVER')
  async maintain(
    @Param() { id }: CoreParams,
    @Body() { ttl, reason }: HoldBody,
    @Caller() by: string,
  ): Promise<CoreDto> {
    await this.control.beginMaintenance(id, requireTtl(ttl), { by, reason });
    return this.one({ id });
  }

  @Delete(':id/maintenance')
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'End the maintenance of a core',
    description: 'Where there is none, nothing changes.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It is in no maintenance' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND')
  async release(@Param() { id }: CoreParams, @Caller() by: string): Promise<CoreDto> {
    await this.control.endMaintenance(id, { by });
    return this.one({ id });
  }

  @Post(':id/drain')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Give a core no new work while another one can answer',
    description:
      'Where it is the active one, another takes over, and answers it is writing may be finished for `drain_seconds`. Lasts until it is ended.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It gets no new work' })
  @ApiErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'NO_STAND_IN', 'OPERATION_RUNNING', 'OPERATION_OVER')
  async drain(
    @Param() { id }: CoreParams,
    @Body() { reason, drain_seconds: seconds }: DrainBody,
    @Caller() by: string,
  ): Promise<CoreDto> {
    await this.control.drain(id, { by, reason }, seconds === undefined ? undefined : seconds * 1000);
    return this.one({ id });
  }

  @Delete(':id/drain')
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Give a core work again',
    description: 'Where it was not held back, nothing changes.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It gets work' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND')
  async undrain(@Param() { id }: CoreParams, @Caller() by: string): Promise<CoreDto> {
    await this.control.undrain(id, { by });
    return this.one({ id });
  }

  @Post(':id/stop')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: "Stop a core's process until it is started again",
    description:
      'Nothing starts it by itself, no repair and no restart of Rdzen. Where it is the active one, another takes over first; answers it is writing may be finished for `drain_seconds`, and go on elsewhere after that. Returns when it is stopped. Only for cores that Rdzen runs.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It is stopped' })
  @ApiErrors(
    ...BODY_ERRORS,
    'CORE_NOT_FOUND',
    'CORE_NOT_OURS',
    'NO_STAND_IN',
    'OPERATION_RUNNING',
    'OPERATION_OVER',
  )
  async stop(
    @Param() { id }: CoreParams,
    @Body() { reason, drain_seconds: seconds }: DrainBody,
    @Caller() by: string,
  ): Promise<CoreDto> {
    await this.control.stop(id, { by, reason }, seconds === undefined ? undefined : seconds * 1000);
    return this.one({ id });
  }

  @Post(':id/start')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Start a core that was stopped',
    description: 'One that runs is left as it is. Only for cores that Rdzen runs.',
  })
  @ApiOkResponse({ type: CoreDto, description: 'It is coming up' })
  @ApiErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'CORE_NOT_OURS')
  async start(
    @Param() { id }: CoreParams,
    @Body() { reason }: ReasonBody,
    @Caller() by: string,
  ): Promise<CoreDto> {
    await this.control.start(id, { by, reason });
    return this.one({ id });
  }

  @Post(':id/kill')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: "Kill a core's process, to see the failover",
    description:
      'SIGKILL, as a crash would end it. Answers under way go on at the other core; the killed one is started again by itself. Only for cores that Rdzen runs.',
  })
  @ApiOkResponse({ type: KilledCoreDto, description: 'The signal was sent' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND', 'CORE_NOT_KILLABLE')
  async kill(@Param() { id }: CoreParams, @Caller() by: string): Promise<KilledCoreDto> {
    return { id, pid: await this.drill.kill(id, by) };
  }
}
