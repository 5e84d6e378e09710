import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { CoreRegistry } from '../core-registry/core-registry';
import { RdzenError } from '../shared/rdzen-error';
import { ClusterControl } from './cluster-control.service';
import {
  FailoverDto,
  ForcedBody,
  HoldBody,
  HoldDto,
  holdDto,
  ReasonBody,
  SwitchoverBody,
  SwitchoverDto,
  switchoverDto,
} from './failover.dto';
import { clusterMode } from './cluster-modes';
import { requireTtl } from './hold-ttl';
import { SwitchoverService } from './switchover.service';

@ApiTags('failover')
@Controller('api/v1/failover')
export class SwitchoverController {
  constructor(
    private readonly switchovers: SwitchoverService,
    private readonly control: ClusterControl,
    private readonly registry: CoreRegistry,
  ) {}

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'Which core is active, and what the cluster is held in', description: 'Now.' })
  @ApiOkResponse({ type: FailoverDto, description: 'How it stands' })
  now(): FailoverDto {
    const { running } = this.switchovers;
    const { cluster } = this.registry;
    return {
      mode: clusterMode(this.registry.all(), cluster),
      active_core: this.registry.active.id,
      epoch: this.registry.epoch,
      conditions: [...cluster.values()].map(holdDto),
      ...(running ? { operation: switchoverDto(running) } : {}),
    };
  }

  @Post('switchover')
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Move to another core without breaking an answer',
    description:
      'The new core shows that it generates and becomes active; answers begun before are finished on the old one, for `drain_seconds` at most, and go on at the new one after that. Names the core it leaves, so that two people cannot undo each other. One at a time. With `dry_run` nothing is done, and the status is 200.',
  })
  @ApiAcceptedResponse({
    type: SwitchoverDto,
    description: 'It has begun; GET the operation to see how it goes',
  })
  @ApiOkResponse({ type: SwitchoverDto, description: 'What would be done (`dry_run`)' })
  @ApiErrors(
    ...BODY_ERRORS,
    'CORE_NOT_FOUND',
    'CORE_NOT_READY',
    'NO_STAND_IN',
    'OPERATION_RUNNING',
    'CORE_NOT_ACTIVE',
  )
  async begin(
    @Body() body: SwitchoverBody,
    @Caller() by: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SwitchoverDto> {
    const { from, to, drain_seconds: seconds, reason, dry_run: dryRun } = body;
    const wish = { from, to, by, reason, drainMs: seconds === undefined ? undefined : seconds * 1000 };
    if (!dryRun) return switchoverDto(await this.switchovers.begin(wish));
    void reply.status(HttpStatus.OK);
    return switchoverDto(this.switchovers.plan(wish));
  }

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Force another core to be active, whatever state it is in',
    description:
      'For an unhealthy cluster. Waits for nothing: answers on the old core move at once (or after `drain_seconds`). Takes the place of a switchover that is going on. A core in maintenance is refused all the same.',
  })
  @ApiAcceptedResponse({ type: SwitchoverDto, description: 'It has begun' })
  @ApiErrors(...BODY_ERRORS, 'CORE_NOT_FOUND', 'CORE_NOT_READY')
  async force(@Body() body: ForcedBody, @Caller() by: string): Promise<SwitchoverDto> {
    const { to, reason, drain_seconds: seconds } = body;
    const drainMs = seconds === undefined ? undefined : seconds * 1000;
    return switchoverDto(await this.switchovers.begin({ to, by, reason, drainMs, forced: true }));
  }

  @Get('operations')
  @RequireAccess('read')
  @ApiOperation({ summary: 'The switchovers of this run', description: 'Newest first, the last 50.' })
  @ApiOkResponse({ type: [SwitchoverDto], description: 'The switchovers' })
  operations(): SwitchoverDto[] {
    return this.switchovers.list().map(switchoverDto);
  }

  @Get('operations/:id')
  @RequireAccess('read')
  @ApiOperation({ summary: 'How a switchover goes', description: 'Also after it is over.' })
  @ApiParam({ name: 'id', description: 'As told when it began' })
  @ApiOkResponse({ type: SwitchoverDto, description: 'The switchover' })
  @ApiErrors('OPERATION_NOT_FOUND')
  operation(@Param('id') id: string): SwitchoverDto {
    return switchoverDto(this.switchovers.find(id));
  }

  @Delete('operations/:id')
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Take a switchover back while it is going on',
    description:
      'Where the new core is active already, the old one is made active again; answers stay where they are being written.',
  })
  @ApiParam({ name: 'id', description: 'As told when it began' })
  @ApiOkResponse({ type: SwitchoverDto, description: 'Taken back' })
  @ApiErrors('OPERATION_NOT_FOUND', 'OPERATION_OVER', 'CORE_NOT_READY')
  async cancel(@Param('id') id: string, @Caller() by: string): Promise<SwitchoverDto> {
    return switchoverDto(await this.switchovers.cancel(id, by));
  }

  @Post('pause')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Nothing is switched or repaired by itself for a while',
    description:
      'Probes, history and alerts go on, and questions are answered by whatever core can. Ends by itself; another pause replaces it.',
  })
  @ApiOkResponse({ type: HoldDto, description: 'Paused' })
  @ApiErrors(...BODY_ERRORS)
  async pause(@Body() { ttl, reason }: HoldBody, @Caller() by: string): Promise<HoldDto> {
    return holdDto(await this.control.pause(requireTtl(ttl), { by, reason }));
  }

  @Post('resume')
  @HttpCode(HttpStatus.OK)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'End the pause, and the brake after too many switches',
    description: 'Where there was neither: refused.',
  })
  @ApiOkResponse({ type: FailoverDto, description: 'How it stands now' })
  @ApiErrors(...BODY_ERRORS, 'OPERATION_OVER')
  async resume(@Body() { reason }: ReasonBody, @Caller() by: string): Promise<FailoverDto> {
    if (!(await this.control.resume({ by, reason })))
      throw new RdzenError(
        'OPERATION_OVER',
        'The cluster is neither paused nor pinned, so nothing is to be resumed.',
      );
    return this.now();
  }
}
