import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import { ComponentChoice } from '../component-registry/catalogue/component-choice.dto';
import type { CallCount, ComponentChange } from '../component-registry/installed/component-journal';
import { approversOf, type ComponentLock } from '../component-registry/installed/component-lock';
import {
  COMPONENT_STATES,
  type ComponentState,
  type InstalledComponent,
} from '../component-registry/installed/installed-component';
import { blockOf, type ComponentKind, KINDS } from '../component-registry/manifest/manifest';
import { iso } from '../shared/iso-time';
import type { KeptDataUse } from '../tools/kept-data';
import type { RefusedTarget } from '../tools/egress-denials';
import { SERVICE_STATES, type ServiceHealth } from '../tools/services/watched-service';
import {
  DetailUseDto,
  detailUseDto,
  keptDto,
  KeptDto,
  memoryDto,
  MemoryDto,
  UseDto,
} from './component-use.dto';
import type { ComponentUseSum, MemoryNow } from './installed-use';

export class InstallBody extends ComponentChoice {}

export class RemoveQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Whether what it keeps goes with it' })
  @IsOptional()
  @IsIn(['true', 'false'])
  data?: 'true' | 'false';
}

export class RollbackBody {
  @ApiPropertyOptional({ description: 'Exact; the last one before this where absent', example: '1.0.6' })
  @MayBeAbsent()
  @Matches(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, { message: 'version must be exact, such as 1.0.6' })
  @MaxLength(64)
  version?: string;
}

export class InstalledToolDto {
  @ApiProperty({ description: 'As its server calls it' })
  name!: string;
  @ApiProperty({ enum: ['read', 'write', 'destructive'], description: 'Of the catalogue' })
  effect!: string;
  @ApiProperty({ description: 'Whether it reaches out' })
  egress!: boolean;
}

export class ServiceHealthDto {
  @ApiProperty({
    enum: SERVICE_STATES,
    description:
      '`waiting`: it is started again after a pause; `given-up`: it ended three times within a minute, and is tried again every half hour; `stopped`: it is not kept running',
  })
  state!: string;
  @ApiProperty({ format: 'date-time', description: 'Since when' })
  since!: string;
  @ApiProperty({ type: 'integer', description: 'Starts after the first, since Rdzen was started' })
  restarts!: number;
  @ApiPropertyOptional({ description: 'What is wrong, in English', example: 'it answers with status 503' })
  problem?: string;
}

export class ComponentDto {
  @ApiProperty({ description: 'Its whole name', example: 'io.github.someone/time-mcp' })
  name!: string;
  @ApiProperty({ enum: KINDS, description: 'What it is' })
  kind!: ComponentKind;
  @ApiProperty({ description: 'Under its lock', example: '1.0.6' })
  version!: string;
  @ApiProperty({ enum: COMPONENT_STATES, description: 'How far it is' })
  state!: ComponentState;
  @ApiProperty({ description: 'Why it is in this state' })
  reason!: string;
  @ApiProperty({ format: 'date-time', description: 'Since when' })
  since!: string;
  @ApiProperty({ description: 'The only image that is run', example: 'host/name@sha256:...' })
  image!: string;
  @ApiProperty({ description: 'Of its lock' })
  lock_id!: string;
  @ApiPropertyOptional({ description: 'The lock it can go back to' })
  previous_lock_id?: string;
  @ApiProperty({ description: 'Whose report it was approved by' })
  trial_id!: string;
  @ApiProperty({ type: [String], description: 'In the order in which they agreed' })
  approved_by!: string[];
  @ApiProperty({
    type: [String],
    description: 'What they went by then, in the same order',
    example: ['@ann'],
  })
  approved_by_names!: string[];
  @ApiProperty({ type: [InstalledToolDto], description: 'What its tools may do' })
  tools!: InstalledToolDto[];
  @ApiPropertyOptional({ description: 'Version of an upgrade on its way' })
  next_version?: string;
  @ApiPropertyOptional({ enum: ['installing', 'canary'], description: 'How far that is' })
  next_state?: string;
  @ApiPropertyOptional({ type: ServiceHealthDto, description: 'Of a service: how it does' })
  health?: ServiceHealthDto;
}

export class ListedComponentDto extends ComponentDto {
  @ApiProperty({ type: UseDto, description: 'How it was used, all its versions together' })
  use!: UseDto;
}

export class ChangeDto {
  @ApiProperty({ format: 'date-time', description: 'When' })
  at!: string;
  @ApiProperty({ description: 'State before' })
  from!: string;
  @ApiProperty({ description: 'State after' })
  to!: string;
  @ApiProperty({ description: 'Version it was about' })
  version!: string;
  @ApiProperty({ description: 'Lock it was about' })
  lock_id!: string;
  @ApiProperty({ description: 'Why' })
  reason!: string;
  @ApiProperty({ description: '`chat:<user id>`, `api:<key id>` or `rdzen`' })
  by!: string;
  @ApiPropertyOptional({ description: 'What that person or key went by then', example: '@ann' })
  by_name?: string;
}

export class RefusedDto {
  @ApiProperty({ description: 'What it wanted to reach: name or address', example: 'example.org' })
  host!: string;
  @ApiProperty({ description: 'As it was asked for; empty where none was', example: '443' })
  port!: string;
  @ApiProperty({
    enum: ['not-listed', 'private-address', 'limit'],
    description: 'Why it was refused the last time: not approved; no public address; too much, or idle',
  })
  reason!: string;
  @ApiProperty({ type: 'integer', description: 'How often; of many in one second the first twenty count' })
  times!: number;
  @ApiProperty({ format: 'date-time', description: 'When it was refused last' })
  last_at!: string;
}

export class EarlierDto {
  @ApiProperty({ description: 'Version it can go back to', example: '1.0.5' })
  version!: string;
  @ApiProperty({ description: 'The lock it was in force under' })
  lock_id!: string;
  @ApiProperty({ format: 'date-time', description: 'When that lock was approved' })
  approved_at!: string;
}

export class ComponentDetailDto extends ComponentDto {
  @ApiProperty({ type: 'integer', description: 'Calls under the lock that is a canary, or was one' })
  calls!: number;
  @ApiProperty({ type: 'integer', description: 'How many of them failed' })
  failures!: number;
  @ApiProperty({ type: DetailUseDto, description: 'How it was used, all its versions together' })
  use!: DetailUseDto;
  @ApiPropertyOptional({ type: MemoryDto, description: 'What it takes now; absent while it sleeps' })
  memory?: MemoryDto;
  @ApiPropertyOptional({
    type: KeptDto,
    description: 'Of its data; absent where it keeps none, or before the first look',
  })
  kept?: KeptDto;
  @ApiProperty({
    type: [RefusedDto],
    description: 'What it wanted to reach and was refused, last first; 90 days, at most 100',
  })
  refused!: RefusedDto[];
  @ApiProperty({ type: [EarlierDto], description: 'Locks it can go back to, the last one first' })
  earlier!: EarlierDto[];
  @ApiProperty({ type: [ChangeDto], description: 'Newest first, the last 50' })
  history!: ChangeDto[];
}

export function componentDto(
  { name, state, reason, since, lock, next }: InstalledComponent,
  health?: ServiceHealth,
): ComponentDto {
  return {
    ...{
      name,
      kind: blockOf(lock.manifest).kind,
      version: lock.version,
      state,
      reason,
      since: iso(since),
      image: lock.image,
      lock_id: lock.id,
    },
    ...(lock.previous === undefined ? {} : { previous_lock_id: lock.previous }),
    ...{ trial_id: lock.trialId, approved_by: lock.approvedBy, approved_by_names: approversOf(lock) },
    tools: lock.tools.map((tool) => ({ name: tool.name, effect: tool.effect, egress: tool.egress })),
    ...(next ? { next_version: next.lock.version, next_state: next.state } : {}),
    ...(health ? { health: { ...health, since: iso(health.since) } } : {}),
  };
}

export interface ComponentDetail {
  component: InstalledComponent;
  health?: ServiceHealth;
  count: CallCount;
  use: ComponentUseSum;
  memory?: MemoryNow;
  kept?: KeptDataUse;
  refused: readonly RefusedTarget[];
  earlier: readonly ComponentLock[];
  history: readonly ComponentChange[];
}

export function detailDto({
  component,
  health,
  count,
  use,
  memory,
  kept,
  refused,
  earlier,
  history,
}: ComponentDetail): ComponentDetailDto {
  return {
    ...componentDto(component, health),
    ...count,
    use: detailUseDto(use),
    ...(memory ? { memory: memoryDto(memory) } : {}),
    ...(kept ? { kept: keptDto(kept) } : {}),
    refused: refused.map(({ host, port, reason, times, lastAt }) => ({
      ...{ host, port, reason, times, last_at: iso(lastAt) },
    })),
    earlier: earlier.map(({ version, id, approvedAt }) => ({
      ...{ version, lock_id: id, approved_at: iso(approvedAt) },
    })),
    history: history.map(({ at, from, to, version, lockId, reason, by, byName }) => ({
      ...{ at: iso(at), from, to, version, lock_id: lockId, reason, by },
      ...(byName === undefined ? {} : { by_name: byName }),
    })),
  };
}
