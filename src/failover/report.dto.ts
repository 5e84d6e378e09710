import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import { LONGEST_REPORT_HOURS, type AvailabilityReport } from './availability-report';
import { SWITCH_CAUSES } from './switch-cause';
import { iso } from '../shared/iso-time';

export class ReportQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LONGEST_REPORT_HOURS,
    default: 24,
    description: 'Of how many hours, up to now',
  })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_REPORT_HOURS)
  hours = 24;
}

export class SpreadDto {
  @ApiProperty({ type: 'integer', description: 'Half of them were at most this, ms' })
  p50!: number;

  @ApiProperty({ type: 'integer', description: '95 of 100 were at most this, ms' })
  p95!: number;

  @ApiProperty({ type: 'integer', description: 'The longest, ms' })
  max!: number;
}

export class SwitchCountsDto {
  @ApiProperty({ type: 'integer', description: 'Because a core failed' })
  automatic!: number;

  @ApiProperty({ type: 'integer', description: 'Of our own accord: from a slow core, to the preferred one' })
  planned!: number;

  @ApiProperty({ type: 'integer', description: 'Because somebody asked' })
  by_hand!: number;
}

export class CauseCountDto {
  @ApiProperty({ enum: SWITCH_CAUSES, description: 'What was wrong with the core that was left' })
  kind!: string;

  @ApiProperty({ type: 'integer', description: 'So many switches' })
  count!: number;
}

export class MinutesDto {
  @ApiProperty({ description: 'No core could answer', example: 0.35 })
  blackout!: number;

  @ApiProperty({ description: 'One core could answer, and no other could have taken over', example: 4.2 })
  single!: number;

  @ApiProperty({ description: 'Rdzen was stopped; after a crash of its own it does not know', example: 0 })
  off!: number;
}

export class SlowCoreDto {
  @ApiProperty({ type: 'integer', description: 'The core' })
  core!: number;

  @ApiProperty({ description: 'Minutes it was slow' })
  minutes!: number;
}

export class AnswerFiguresDto {
  @ApiProperty({ type: 'integer', description: 'Answers that were finished' })
  given!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Questions whose answer was taken up after its last whole word',
  })
  continued!: number;

  @ApiProperty({ type: 'integer', description: 'Questions whose answer was begun anew' })
  restarted!: number;

  @ApiProperty({ type: 'integer', description: 'Texts that came too late and were dropped' })
  fenced!: number;

  @ApiProperty({ description: 'From when these are known, ISO 8601; the journal keeps them for 30 days' })
  since!: string;
}

export class RepairFiguresDto {
  @ApiProperty({ description: 'Step of the repair ladder', example: 'restart' })
  step!: string;

  @ApiProperty({ type: 'integer', description: 'How often' })
  count!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'How they ended; `running`: not yet',
  })
  outcomes!: Record<string, number>;
}

export class ReportDto {
  @ApiProperty({ type: 'integer', description: 'What was asked for' })
  hours!: number;

  @ApiProperty({ description: 'From when it tells, ISO 8601' })
  since!: string;

  @ApiProperty({ description: 'Until when, ISO 8601' })
  until!: string;

  @ApiProperty({
    description: 'The time asked for begins before anything is known; `since` is where that begins',
  })
  cut!: boolean;

  @ApiProperty({ type: SwitchCountsDto, description: 'Switches, by who wanted them' })
  switches!: SwitchCountsDto;

  @ApiProperty({ type: [CauseCountDto], description: 'Of those nobody asked for; the commonest first' })
  causes!: CauseCountDto[];

  @ApiPropertyOptional({ type: SpreadDto, description: 'From the first sign of trouble to the verdict' })
  detected_ms?: SpreadDto;

  @ApiPropertyOptional({ type: SpreadDto, description: 'From the verdict to the switch' })
  switched_ms?: SpreadDto;

  @ApiPropertyOptional({ type: 'integer', description: 'The longest a question under way stood still, ms' })
  longest_wait_ms?: number;

  @ApiProperty({ type: MinutesDto, description: 'Minutes that were not as they should be' })
  minutes!: MinutesDto;

  @ApiProperty({ type: [SlowCoreDto], description: 'Cores that were slow' })
  degraded!: SlowCoreDto[];

  @ApiProperty({ type: AnswerFiguresDto, description: 'What became of the answers' })
  answers!: AnswerFiguresDto;

  @ApiProperty({ type: [RepairFiguresDto], description: 'Repairs, by step' })
  repairs!: RepairFiguresDto[];
}

export function reportDto(hours: number, report: AvailabilityReport): ReportDto {
  const { since, until, cut, switches, causes, detected, switched, longestWaitMs, answers } = report;
  return {
    hours,
    since: iso(since),
    until: iso(until),
    cut,
    switches: {
      automatic: switches.automatic,
      planned: switches.planned,
      by_hand: switches.byHand,
    },
    causes: causes.map((each) => ({ ...each })),
    ...(detected ? { detected_ms: detected } : {}),
    ...(switched ? { switched_ms: switched } : {}),
    ...(longestWaitMs === undefined ? {} : { longest_wait_ms: longestWaitMs }),
    minutes: {
      blackout: minutes(report.blackoutMs),
      single: minutes(report.singleMs),
      off: minutes(report.offMs),
    },
    degraded: report.degraded.map(({ core, ms }) => ({ core, minutes: minutes(ms) })),
    answers: { ...answers, since: iso(answers.since) },
    repairs: report.repairs.map((each) => ({ ...each, outcomes: { ...each.outcomes } })),
  };
}

/** To the hundredth, and never down to nothing. */
function minutes(ms: number): number {
  return Math.ceil(ms / 600) / 100;
}
