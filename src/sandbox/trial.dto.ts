import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import { ComponentChoice } from '../component-registry/catalogue/component-choice.dto';
import type { OpenTrial } from './trials.service';
import type { TrialRow } from './trial-journal';
import { CHECK_STATUSES, VERDICTS, type CheckStatus, type Verdict } from './trial-report';

export class TrialBody extends ComponentChoice {}

export class TrialsQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'At most so many',
  })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;

  @ApiPropertyOptional({ description: 'Only those of this component, by its whole name' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  component?: string;
}

export class CompareQuery {
  @ApiProperty({ description: 'Id of the trial to compare with' })
  @IsString()
  @MaxLength(40)
  with!: string;
}

export class TrialDto {
  @ApiProperty({ description: 'Of the trial', example: 'k3R9xq' })
  id!: string;
  @ApiProperty({ description: 'Its whole name', example: 'io.github.someone/time-mcp' })
  component!: string;
  @ApiProperty({ description: 'The version that is tried', example: '1.0.6' })
  version!: string;
  @ApiProperty({ enum: ['waiting', 'running', 'over'], description: 'How far it is' })
  state!: 'waiting' | 'running' | 'over';
  @ApiPropertyOptional({ enum: VERDICTS, description: 'Once it is over' })
  verdict?: Verdict;
  @ApiPropertyOptional({ description: 'The last check that was answered, while it runs', example: 'calls' })
  check?: string;
  @ApiProperty({ description: '`chat:<user id>` or `api:<key id>`' })
  asked_by!: string;
  @ApiPropertyOptional({ description: 'What that person or key went by then', example: '@ann' })
  asked_by_name?: string;
  @ApiProperty({ format: 'date-time', description: 'When it was asked for' })
  asked_at!: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'When it was over' })
  ended_at?: string;
}

export class CheckChangeDto {
  @ApiProperty({ description: 'Which check', example: 'calls' })
  id!: string;
  @ApiPropertyOptional({ enum: CHECK_STATUSES, description: 'In the earlier report' })
  before?: CheckStatus;
  @ApiPropertyOptional({ enum: CHECK_STATUSES, description: 'In the later report' })
  after?: CheckStatus;
  @ApiProperty({ description: 'What the later report says' })
  detail!: string;
}

export class ComparisonDto {
  @ApiProperty({ type: [CheckChangeDto], description: 'Checks that ended otherwise' })
  checks!: CheckChangeDto[];
  @ApiProperty({ type: [String], description: 'Tools that came' })
  tools_added!: string[];
  @ApiProperty({ type: [String], description: 'Tools that went' })
  tools_removed!: string[];
  @ApiProperty({ type: [String], description: 'Tools with another description, schema or effect' })
  tools_changed!: string[];
  @ApiProperty({ description: 'Whether it asks for other rights' })
  rights_changed!: boolean;
  @ApiProperty({ description: 'Score of the later less the earlier one' })
  score!: number;
  @ApiPropertyOptional({ description: 'Peak of memory, later to earlier', example: 1.1 })
  memory_ratio?: number;
  @ApiPropertyOptional({ description: '95 % of calls, later to earlier', example: 0.9 })
  latency_ratio?: number;
}

export function trialDto(row: TrialRow, open?: OpenTrial): TrialDto {
  const { id, component, version, askedBy, askedByName, askedAt, endedAt, verdict } = row;
  return {
    ...{ id, component, version, asked_by: askedBy, asked_at: new Date(askedAt).toISOString() },
    ...(askedByName === undefined ? {} : { asked_by_name: askedByName }),
    state: endedAt === undefined ? (open?.state ?? 'waiting') : 'over',
    ...(endedAt === undefined ? {} : { ended_at: new Date(endedAt).toISOString() }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(endedAt === undefined && open?.check ? { check: open.check.id } : {}),
  };
}
