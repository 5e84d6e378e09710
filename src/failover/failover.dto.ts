import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Equals, IsBoolean, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import type { ClusterCondition, CoreCondition, Hold } from '../core-registry/core.types';
import { MODES } from './cluster-modes';
import type { Switchover } from './switchover';

const LONGEST_DRAIN_S = 600;
const MOST_CORE_ID = 999;

export class CoreParams {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_CORE_ID,
    description: 'Number of the core',
    example: 1,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_CORE_ID)
  id!: number;
}

export class ReasonBody {
  @ApiPropertyOptional({
    maxLength: 200,
    description: 'Why; stands in the history',
    example: 'new graphics card',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  reason?: string;
}

export class DrainBody extends ReasonBody {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_DRAIN_S,
    default: 30,
    description:
      'How long answers may be finished on the core that is left, seconds; what is left then moves on',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(LONGEST_DRAIN_S)
  drain_seconds?: number;
}

export class SwitchoverBody extends DrainBody {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_CORE_ID,
    description: 'The core that is active now, as you believe',
    example: 1,
  })
  @IsInt()
  @Min(1)
  @Max(MOST_CORE_ID)
  from!: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST_CORE_ID,
    description: 'Where to; the best one that is ready where left out',
    example: 2,
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MOST_CORE_ID)
  to?: number;

  @ApiPropertyOptional({ default: false, description: 'Only say what would be done' })
  @MayBeAbsent()
  @IsBoolean()
  dry_run?: boolean;
}

export class ForcedBody extends DrainBody {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_CORE_ID,
    description: 'Where to, ready or not',
    example: 2,
  })
  @IsInt()
  @Min(1)
  @Max(MOST_CORE_ID)
  to!: number;

  @ApiProperty({ enum: [true], description: 'Must be true: says that you mean it' })
  @Equals(true)
  force!: true;
}

export class HoldBody extends ReasonBody {
  @ApiProperty({
    description: 'For how long: `90s`, `30m`, `1h30m`, `2d`; at most 7 days',
    example: '30m',
    maxLength: 20,
  })
  @IsString()
  @MaxLength(20)
  ttl!: string;
}

export class HoldDto {
  @ApiProperty({ description: 'What it is', example: 'paused' })
  kind!: string;

  @ApiProperty({ description: 'Since when, ISO 8601' })
  since!: string;

  @ApiPropertyOptional({ description: 'When it ends by itself, ISO 8601; absent where it has to be ended' })
  until?: string;

  @ApiProperty({ description: '`automatic`, `api:<key id>` or `chat:<user id>`' })
  by!: string;

  @ApiProperty({ description: 'Why' })
  reason!: string;
}

export class SwitchoverDto {
  @ApiProperty({ description: 'Name of the operation' })
  id!: string;

  @ApiProperty({ enum: ['planned', 'forced'], description: 'Forced: whatever state the cores are in' })
  kind!: string;

  @ApiProperty({ type: 'integer', description: 'Core that is left' })
  from!: number;

  @ApiProperty({ type: 'integer', description: 'Core that becomes active' })
  to!: number;

  @ApiProperty({
    enum: ['wished', 'proving', 'draining', 'done', 'cancelled', 'failed', 'overtaken'],
    description:
      'Where it stands; `wished`: only looked at (`dry_run`); `draining`: the new core is active, old answers are finished on the other one; `failed`: nothing was changed; `overtaken`: another switch came in between',
  })
  state!: string;

  @ApiProperty({ description: 'Who asked' })
  by!: string;

  @ApiProperty({ description: 'Why' })
  reason!: string;

  @ApiProperty({ description: 'When it was asked for, ISO 8601' })
  asked_at!: string;

  @ApiPropertyOptional({ description: 'When it was over, ISO 8601' })
  ended_at?: string;

  @ApiProperty({ type: 'integer', description: 'Time for old answers, seconds' })
  drain_seconds!: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Epoch under which the new core is active' })
  epoch?: number;

  @ApiPropertyOptional({ description: 'How it ended, in words' })
  outcome?: string;
}

export class FailoverDto {
  @ApiProperty({ enum: MODES, description: 'As in /status' })
  mode!: string;

  @ApiProperty({ type: 'integer', description: 'The active core' })
  active_core!: number;

  @ApiProperty({ type: 'integer', description: 'Grows by one with every switch' })
  epoch!: number;

  @ApiProperty({
    type: [HoldDto],
    description: 'Pause, brake, doubts about the clock, a switchover going on',
  })
  conditions!: HoldDto[];

  @ApiPropertyOptional({ type: SwitchoverDto, description: 'The switchover that is going on' })
  operation?: SwitchoverDto;
}

export function holdDto({ kind, since, until, by, reason }: Hold<CoreCondition | ClusterCondition>): HoldDto {
  return {
    kind,
    since: new Date(since).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    by,
    reason,
  };
}

export function switchoverDto(operation: Switchover): SwitchoverDto {
  const { id, kind, from, to, state, by, reason, askedAt, endedAt, drainMs, epoch, outcome } = operation;
  return {
    ...{ id, kind, from, to, state, by, reason },
    asked_at: new Date(askedAt).toISOString(),
    ...(endedAt === undefined ? {} : { ended_at: new Date(endedAt).toISOString() }),
    drain_seconds: Math.round(drainMs / 1000),
    ...(epoch === undefined ? {} : { epoch }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
