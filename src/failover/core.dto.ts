import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CoreHistoryRow } from '../core-registry/core-history';
import { SHOWN_STATES, shownState } from '../core-registry/core-states';
import type { Core } from '../core-registry/core.types';
import { HoldDto, holdDto } from './failover.dto';

export class CoreDto {
  @ApiProperty({ type: 'integer', description: 'Number of the core' })
  id!: number;

  @ApiProperty({
    enum: ['ollama', 'engine', 'scripted', 'external'],
    description: 'What it is, as in /status',
  })
  kind!: string;

  @ApiProperty({ enum: ['active', 'standby'], description: 'New questions go to the active one' })
  role!: string;

  @ApiProperty({ enum: SHOWN_STATES, description: 'State and conditions in one word, as in /status' })
  state!: string;

  @ApiProperty({
    enum: ['unknown', 'starting', 'warming', 'ready', 'suspect', 'down'],
    description: 'What its probes say, whatever it is held in',
  })
  health!: string;

  @ApiProperty({ description: 'Why its probes say so' })
  reason!: string;

  @ApiProperty({ description: 'Since when its probes say so, ISO 8601' })
  since!: string;

  @ApiProperty({ type: [HoldDto], description: 'What it is held in' })
  conditions!: HoldDto[];

  @ApiProperty({ type: 'integer', description: 'Answers being written there' })
  in_flight!: number;

  @ApiProperty({ type: 'integer', description: 'Times it went down in the last half hour' })
  failures!: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Process id, where we run it' })
  pid?: number;

  @ApiPropertyOptional({ description: 'The component it came as', example: 'io.github.someone/third-core' })
  component?: string;
}

export class CoreHistoryDto {
  @ApiProperty({ description: 'When, ISO 8601' })
  at!: string;

  @ApiProperty({ type: 'integer', description: 'The core; 0: the cluster' })
  core!: number;

  @ApiProperty({ type: 'integer', description: 'Epoch at the time' })
  epoch!: number;

  @ApiProperty({ description: 'State before; `-<condition>` where one was lifted', example: 'ready' })
  from!: string;

  @ApiProperty({ description: 'State after; `+<condition>` where one was set', example: 'down' })
  to!: string;

  @ApiProperty({ description: 'What makes a core go this way, or who set or lifted the condition' })
  cause!: string;

  @ApiProperty({ description: 'What was seen' })
  evidence!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Longest time a question stood still over it, ms' })
  waited_ms?: number;
}

export function coreDto(core: Core): CoreDto {
  const { id, kind, role, state, reason, since, conditions, inFlight, failures, pid, component } = core;
  return {
    ...{ id, kind, role, state: shownState(core), health: state, reason },
    since: new Date(since).toISOString(),
    conditions: [...conditions.values()].map(holdDto),
    in_flight: inFlight,
    failures: failures.length,
    ...(pid === undefined ? {} : { pid }),
    ...(component === undefined ? {} : { component }),
  };
}

export function coreHistoryDto({ at, waitedMs, ...rest }: CoreHistoryRow): CoreHistoryDto {
  return {
    at: new Date(at).toISOString(),
    ...rest,
    ...(waitedMs === undefined ? {} : { waited_ms: waitedMs }),
  };
}
