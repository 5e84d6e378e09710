import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { ApiErrors } from '../../access/api-errors';
import { Caller } from '../../access/caller';
import { RequireAccess } from '../../access/scope';
import { CoreRegistry } from '../../core-registry/core-registry';
import { CoreDto, coreDto } from '../core.dto';
import { CoreParams } from '../failover.dto';
import { HistoryQuery } from '../history.dto';
import { RepairJournal, type Repair } from './repair-journal';
import { RepairService } from './repair.service';

export class RepairDto {
  @ApiProperty({ description: 'When it began, ISO 8601' })
  at!: string;

  @ApiProperty({
    enum: ['unload', 'restart', 'recreate', 'model', 'last-good'],
    description: 'What was done',
  })
  step!: string;

  @ApiProperty({ description: 'Of what the core was to be cured, and what was seen' })
  why!: string;

  @ApiPropertyOptional({ description: 'When it was known whether it helped, ISO 8601' })
  finished_at?: string;

  @ApiPropertyOptional({
    description: '`ready`, or how it failed; absent while it is going on',
    example: 'ready',
  })
  outcome?: string;
}

@ApiTags('failover')
@Controller('api/v1/cores')
export class RepairController {
  constructor(
    private readonly repairs: RepairService,
    private readonly journal: RepairJournal,
    private readonly registry: CoreRegistry,
  ) {}

  @Post(':id/repair')
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireAccess('operate')
  @ApiOperation({
    summary: 'Have a core repaired from the beginning',
    description:
      'Its budget of repairs is full again, and the ladder begins at its first step. A core that is well is left as it is. Only for cores that Rdzen runs.',
  })
  @ApiAcceptedResponse({ type: CoreDto, description: 'It is looked at' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND', 'CORE_NOT_OURS')
  async repair(@Param() { id }: CoreParams, @Caller() by: string): Promise<CoreDto> {
    await this.repairs.mend(id, by);
    return coreDto(this.registry.get(id));
  }

  @Get(':id/repairs')
  @RequireAccess('read')
  @ApiOperation({ summary: 'Every repair of a core', description: 'Newest first.' })
  @ApiOkResponse({ type: [RepairDto], description: 'The repairs' })
  @ApiErrors('BAD_REQUEST', 'CORE_NOT_FOUND')
  async past(@Param() { id }: CoreParams, @Query() { limit }: HistoryQuery): Promise<RepairDto[]> {
    return (await this.journal.list(this.registry.get(id).id, limit)).map(repairDto);
  }
}

function repairDto({ at, step, why, finishedAt, outcome }: Repair): RepairDto {
  return {
    at: new Date(at).toISOString(),
    step,
    why,
    ...(finishedAt === undefined ? {} : { finished_at: new Date(finishedAt).toISOString() }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
