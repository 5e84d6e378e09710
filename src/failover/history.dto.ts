import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, Matches, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import type { Transition } from '../core-registry/core.types';
import { LONGEST_REPORT_HOURS } from './availability-report';

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

export class SwitchesQuery extends HistoryQuery {
  @ApiPropertyOptional({
    description: 'Only those since then, ISO 8601 with its time zone',
    example: '2026-11-27T14:00:00Z',
  })
  @MayBeAbsent()
  @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/, {
    message: 'since must be a moment such as 2026-11-27T14:00:00Z',
  })
  @IsISO8601({ strict: true }, { message: 'since must be a moment that exists' })
  since?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LONGEST_REPORT_HOURS,
    description: 'Only those of so many hours up to now',
  })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_REPORT_HOURS)
  hours?: number;
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
    description: 'From the first sign of trouble to the verdict, ms; of automatic switches',
  })
  detected_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the verdict to the switch, ms; of automatic switches',
  })
  switched_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Longest time a question under way stood still over it, ms',
  })
  waited_ms?: number;
}

export function transitionDto({ at, waitedMs, detectedMs, switchedMs, ...rest }: Transition): TransitionDto {
  return {
    ...rest,
    at: new Date(at).toISOString(),
    ...(detectedMs === undefined ? {} : { detected_ms: detectedMs }),
    ...(switchedMs === undefined ? {} : { switched_ms: switchedMs }),
    ...(waitedMs === undefined ? {} : { waited_ms: waitedMs }),
  };
}
