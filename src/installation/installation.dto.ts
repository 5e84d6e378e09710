import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { MayBeAbsent } from '../access/may-be-absent';
import { type Approval, APPROVAL_STATES, type ApprovalState } from '../approvals/approval';
import { ComponentChoice } from '../component-registry/catalogue/component-choice.dto';
import type { CallCount, ComponentChange } from '../component-registry/installed/component-journal';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import {
  COMPONENT_STATES,
  type ComponentState,
  type InstalledComponent,
} from '../component-registry/installed/installed-component';
import { texts } from '../texts/texts';
import { type ComponentUseSum, errorRate, type MemoryNow, USE_DAYS } from './installed-use';
import type { InstallDetails } from './installation-requests';

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

export class RejectBody {
  @ApiProperty({ description: 'For whoever asked', example: 'We have one already' })
  @IsString()
  @MinLength(1)
  @MaxLength(300)
  reason!: string;
}

export class ApprovalDto {
  @ApiProperty({ description: 'By which it is answered', example: 'K3R9XQ' })
  code!: string;
  @ApiProperty({ description: 'What it is about', example: 'install' })
  kind!: string;
  @ApiProperty({ description: 'Whole name of the component', example: 'io.github.someone/time-mcp' })
  component!: string;
  @ApiProperty({ description: 'The version that is asked for', example: '1.0.6' })
  version!: string;
  @ApiPropertyOptional({ description: 'Of an upgrade: the version it would replace', example: '1.0.5' })
  replaces_version?: string;
  @ApiPropertyOptional({
    type: [String],
    description:
      'Of an upgrade: what differs from what was in use when it was asked, one to six points in English',
    example: ['version: 1.0.5 → 1.0.6', 'new tools: convert (only reads)'],
  })
  changes?: string[];
  @ApiProperty({ enum: APPROVAL_STATES, description: '`stale`: what it is about has changed since' })
  state!: ApprovalState;
  @ApiProperty({ type: 'integer', description: 'How many different persons have to agree', example: 1 })
  needed!: number;
  @ApiProperty({ type: [String], description: 'Who agreed by now, `chat:<user id>` or `api:<key id>`' })
  approved_by!: string[];
  @ApiProperty({ description: 'SHA-256 of what the approvers were shown' })
  shown_hash!: string;
  @ApiProperty({ description: '`chat:<user id>` or `api:<key id>`' })
  asked_by!: string;
  @ApiProperty({ format: 'date-time', description: 'When it was asked' })
  asked_at!: string;
  @ApiProperty({ format: 'date-time', description: 'Until when it can be answered' })
  expires_at!: string;
  @ApiPropertyOptional({ description: 'Why it was rejected, or is stale' })
  reason?: string;
}

export class InstalledToolDto {
  @ApiProperty({ description: 'As its server calls it' })
  name!: string;
  @ApiProperty({ enum: ['read', 'write', 'destructive'], description: 'Of the catalogue' })
  effect!: string;
  @ApiProperty({ description: 'Whether it reaches out' })
  egress!: boolean;
}

export class ComponentDto {
  @ApiProperty({ description: 'Its whole name', example: 'io.github.someone/time-mcp' })
  name!: string;
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
  @ApiProperty({ type: [InstalledToolDto], description: 'What its tools may do' })
  tools!: InstalledToolDto[];
  @ApiPropertyOptional({ description: 'Version of an upgrade on its way' })
  next_version?: string;
  @ApiPropertyOptional({ enum: ['installing', 'canary'], description: 'How far that is' })
  next_state?: string;
}

export class UseDto {
  @ApiProperty({ type: 'integer', description: 'Over how many days, today included', example: 7 })
  days!: number;
  @ApiProperty({ type: 'integer', description: 'Calls of its tools, those that people gave up left out' })
  calls!: number;
  @ApiProperty({ type: 'integer', description: 'How many of them failed' })
  errors!: number;
  @ApiProperty({ description: 'The same in percent', example: 2.5 })
  error_rate!: number;
}

export class ToolUseDto {
  @ApiProperty({ description: 'As its server calls it', example: 'current_time' })
  tool!: string;
  @ApiProperty({ type: 'integer', description: 'Calls' })
  calls!: number;
  @ApiProperty({ type: 'integer', description: 'How many of them failed' })
  errors!: number;
  @ApiProperty({ description: 'The same in percent', example: 2.5 })
  error_rate!: number;
  @ApiProperty({
    type: 'integer',
    description: '95 % of them took at most this long, ms; a fifth off at most',
  })
  p95_ms!: number;
}

export class DetailUseDto extends UseDto {
  @ApiProperty({ type: [ToolUseDto], description: 'Those that were called, most first' })
  tools!: ToolUseDto[];
}

export class MemoryDto {
  @ApiProperty({ type: 'integer', description: 'What it takes, MiB' })
  used_mib!: number;
  @ApiProperty({ type: 'integer', description: 'What it may take, MiB' })
  limit_mib!: number;
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
  @ApiProperty({ type: [EarlierDto], description: 'Locks it can go back to, the last one first' })
  earlier!: EarlierDto[];
  @ApiProperty({ type: [ChangeDto], description: 'Newest first, the last 50' })
  history!: ChangeDto[];
}

export function approvalDto(approval: Approval): ApprovalDto {
  const { code, kind, subject, state, needed, approvedBy, shownHash, askedBy, askedAt, expiresAt, reason } =
    approval;
  const { version, drift } = approval.details as InstallDetails;
  return {
    ...{ code, kind, component: subject, version },
    ...(drift ? { replaces_version: drift.from, changes: texts('en').drift(drift) } : {}),
    ...{ state, needed },
    ...{ approved_by: approvedBy, shown_hash: shownHash, asked_by: askedBy },
    ...{ asked_at: iso(askedAt), expires_at: iso(expiresAt) },
    ...(reason === undefined ? {} : { reason }),
  };
}

export function componentDto({ name, state, reason, since, lock, next }: InstalledComponent): ComponentDto {
  return {
    ...{ name, version: lock.version, state, reason, since: iso(since), image: lock.image, lock_id: lock.id },
    ...(lock.previous === undefined ? {} : { previous_lock_id: lock.previous }),
    ...{ trial_id: lock.trialId, approved_by: lock.approvedBy },
    tools: lock.tools.map((tool) => ({ name: tool.name, effect: tool.effect, egress: tool.egress })),
    ...(next ? { next_version: next.lock.version, next_state: next.state } : {}),
  };
}

export function useDto({ calls, errors }: { calls: number; errors: number }): UseDto {
  return { days: USE_DAYS, calls, errors, error_rate: errorRate({ calls, errors }) };
}

export interface ComponentDetail {
  component: InstalledComponent;
  count: CallCount;
  use: ComponentUseSum;
  memory?: MemoryNow;
  earlier: readonly ComponentLock[];
  history: readonly ComponentChange[];
}

export function detailDto({
  component,
  count,
  use,
  memory,
  earlier,
  history,
}: ComponentDetail): ComponentDetailDto {
  return {
    ...componentDto(component),
    ...count,
    use: {
      ...useDto(use),
      tools: use.tools.map(({ tool, calls, errors, p95 }) => ({
        ...{ tool, calls, errors, error_rate: errorRate({ calls, errors }), p95_ms: p95 },
      })),
    },
    ...(memory ? { memory: { used_mib: memory.usedMiB, limit_mib: memory.limitMiB } } : {}),
    earlier: earlier.map(({ version, id, approvedAt }) => ({
      ...{ version, lock_id: id, approved_at: iso(approvedAt) },
    })),
    history: history.map(({ at, from, to, version, lockId, reason, by }) => ({
      ...{ at: iso(at), from, to, version, lock_id: lockId, reason, by },
    })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
