import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { type Approval, APPROVAL_STATES, type ApprovalState } from '../approvals/approval';
import { iso } from '../shared/iso-time';
import { texts } from '../texts/texts';
import type { InstallDetails } from './installation-requests';

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
  @ApiProperty({
    type: [String],
    description: 'What they went by then, in the same order',
    example: ['@ann', 'backup script (API)'],
  })
  approved_by_names!: string[];
  @ApiProperty({ description: 'SHA-256 of what the approvers were shown' })
  shown_hash!: string;
  @ApiProperty({ description: '`chat:<user id>` or `api:<key id>`' })
  asked_by!: string;
  @ApiPropertyOptional({ description: 'What that person or key went by then', example: '@ann' })
  asked_by_name?: string;
  @ApiProperty({ format: 'date-time', description: 'When it was asked' })
  asked_at!: string;
  @ApiProperty({ format: 'date-time', description: 'Until when it can be answered' })
  expires_at!: string;
  @ApiPropertyOptional({ description: 'Who gave the last word, or found it stale' })
  ended_by?: string;
  @ApiPropertyOptional({ description: 'What that person or key went by then', example: '@ann' })
  ended_by_name?: string;
  @ApiPropertyOptional({ description: 'Why it was rejected, or is stale' })
  reason?: string;
}

export function approvalDto(approval: Approval): ApprovalDto {
  const { code, kind, subject, state, needed, approvedBy, shownHash, askedBy, askedAt, expiresAt, reason } =
    approval;
  const { approvers, askedByName, endedBy, endedByName } = approval;
  const { version, drift } = approval.details as InstallDetails;
  return {
    ...{ code, kind, component: subject, version },
    ...(drift ? { replaces_version: drift.from, changes: texts('en').drift(drift) } : {}),
    ...{ state, needed },
    ...{ approved_by: approvedBy, approved_by_names: approvers, shown_hash: shownHash, asked_by: askedBy },
    ...(askedByName === undefined ? {} : { asked_by_name: askedByName }),
    ...{ asked_at: iso(askedAt), expires_at: iso(expiresAt) },
    ...(endedBy === undefined ? {} : { ended_by: endedBy }),
    ...(endedByName === undefined ? {} : { ended_by_name: endedByName }),
    ...(reason === undefined ? {} : { reason }),
  };
}
