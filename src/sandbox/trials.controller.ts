import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiErrors, BODY_ERRORS } from '../access/api-errors';
import { Caller } from '../access/caller';
import { RequireAccess } from '../access/scope';
import { RdzenError } from '../shared/rdzen-error';
import { compareReports } from './compare-reports';
import { reportPage, PAGE_POLICY } from './report-page';
import { TrialProgressStream } from './trial-progress-stream';
import { CompareQuery, ComparisonDto, TrialBody, TrialDto, trialDto, TrialsQuery } from './trial.dto';
import type { TrialReport } from './trial-report';
import { TrialsService } from './trials.service';

@ApiTags('components')
@Controller('api/v1/trials')
export class TrialsController {
  constructor(
    private readonly trials: TrialsService,
    private readonly progress: TrialProgressStream,
  ) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Try a component in the sandbox',
    description:
      'Its image is fetched by digest and run without network and rights; eighteen checks are asked in order, within two minutes. Three trials run at once, others wait. Nothing of it is left afterwards but the report.',
  })
  @ApiAcceptedResponse({ type: TrialDto, description: 'It waits or runs; GET it to see how it goes' })
  @ApiErrors(
    ...BODY_ERRORS,
    'COMPONENT_NOT_FOUND',
    'COMPONENT_NOT_PACKED',
    'TOO_MANY_TRIALS',
    'ENGINE_UNREACHABLE',
    'ENGINE_FORBIDDEN',
    'ENGINE_TOO_OLD',
  )
  async begin(@Body() body: TrialBody, @Caller() askedBy: string): Promise<TrialDto> {
    const { row } = await this.trials.begin({ name: body.component, version: body.version, askedBy });
    return this.dto(row.id);
  }

  @Get()
  @RequireAccess('read')
  @ApiOperation({ summary: 'The latest trials, newest first' })
  @ApiOkResponse({ type: [TrialDto], description: 'Those that wait or run, and those that are over' })
  @ApiErrors('BAD_REQUEST')
  async list(@Query() { limit, component }: TrialsQuery): Promise<TrialDto[]> {
    const open = new Map(this.trials.open().map((trial) => [trial.row.id, trial]));
    return (await this.trials.latest(limit, component)).map((row) => trialDto(row, open.get(row.id)));
  }

  @Get(':id')
  @RequireAccess('read')
  @ApiOperation({ summary: 'How a trial goes, or went' })
  @ApiParam({ name: 'id', description: 'Of the trial', example: 'k3R9xq' })
  @ApiOkResponse({ type: TrialDto, description: 'Now' })
  @ApiErrors('TRIAL_NOT_FOUND')
  get(@Param('id') id: string): Promise<TrialDto> {
    return this.dto(id);
  }

  @Delete(':id')
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Stop a trial that waits or runs',
    description: 'Answers when nothing of it is left.',
  })
  @ApiParam({ name: 'id', description: 'Of the trial', example: 'k3R9xq' })
  @ApiOkResponse({ type: TrialDto, description: 'It is over, inconclusive' })
  @ApiErrors('TRIAL_NOT_FOUND', 'TRIAL_OVER')
  async stop(@Param('id') id: string, @Caller() by: string): Promise<TrialDto> {
    await this.trials.cancel(id, by);
    return this.dto(id);
  }

  @Get(':id/report')
  @RequireAccess('read')
  @ApiOperation({
    summary: 'What a trial found, whole',
    description: 'Every check with what it saw; `schema` is its version.',
  })
  @ApiParam({ name: 'id', description: 'Of the trial', example: 'k3R9xq' })
  @ApiOkResponse({ description: 'The report', schema: { type: 'object', additionalProperties: true } })
  @ApiErrors('TRIAL_NOT_FOUND')
  report(@Param('id') id: string): Promise<TrialReport> {
    return this.need(id);
  }

  @Get(':id/compare')
  @RequireAccess('read')
  @ApiOperation({ summary: 'What is otherwise than in an earlier trial' })
  @ApiParam({ name: 'id', description: 'Of the later trial', example: 'k3R9xq' })
  @ApiOkResponse({ type: ComparisonDto, description: 'Differences only' })
  @ApiErrors('BAD_REQUEST', 'TRIAL_NOT_FOUND')
  async compare(@Param('id') id: string, @Query() query: CompareQuery): Promise<ComparisonDto> {
    const { toolsAdded, toolsRemoved, toolsChanged, rightsChanged, memoryRatio, latencyRatio, ...rest } =
      compareReports(await this.need(query.with), await this.need(id));
    return {
      ...rest,
      tools_added: toolsAdded,
      tools_removed: toolsRemoved,
      tools_changed: toolsChanged,
      rights_changed: rightsChanged,
      ...(memoryRatio === undefined ? {} : { memory_ratio: memoryRatio }),
      ...(latencyRatio === undefined ? {} : { latency_ratio: latencyRatio }),
    };
  }

  @Get(':id/page')
  @RequireAccess('local')
  @ApiOperation({
    summary: 'The report as a page for people',
    description: 'One file without scripts; nothing is loaded from elsewhere.',
  })
  @ApiParam({ name: 'id', description: 'Of the trial', example: 'k3R9xq' })
  @ApiProduces('text/html')
  @ApiOkResponse({ description: 'HTML', content: { 'text/html': { schema: { type: 'string' } } } })
  @ApiErrors('TRIAL_NOT_FOUND')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('X-Content-Type-Options', 'nosniff')
  async page(@Param('id') id: string): Promise<string> {
    return reportPage(await this.need(id));
  }

  @Get(':id/events')
  @RequireAccess('read')
  @ApiOperation({
    summary: 'The progress of a trial as it goes (server-sent events)',
    description:
      '`check` for each check that was answered, then one `end`; a trial that is over ends at once.',
  })
  @ApiParam({ name: 'id', description: 'Of the trial', example: 'k3R9xq' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiErrors('TRIAL_NOT_FOUND')
  async events(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    this.progress.serve(await this.trials.get(id), reply);
  }

  private async dto(id: string): Promise<TrialDto> {
    const row = await this.trials.get(id);
    return trialDto(
      row,
      this.trials.open().find((one) => one.row.id === id),
    );
  }

  private async need(id: string): Promise<TrialReport> {
    await this.trials.get(id);
    const report = await this.trials.report(id);
    if (report) return report;
    throw new RdzenError('TRIAL_NOT_FOUND', `Trial "${id}" has no report yet: it waits or runs.`);
  }
}
