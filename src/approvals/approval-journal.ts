import { Injectable } from '@nestjs/common';
import { CallerNames, shownName } from '../access/caller-names';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { type Queries, Store } from '../storage/store';
import { type Approval, APPROVAL_MS, type ApprovalState, voiceOf } from './approval';

const CODE_LENGTH = 6;

interface Stored {
  code: string;
  kind: string;
  subject: string;
  shown_hash: string;
  needed: number;
  asked_by: string;
  asked_by_name: string | null;
  asked_at: number;
  expires_at: number;
  state: ApprovalState;
  ended_at: number | null;
  ended_by: string | null;
  ended_by_name: string | null;
  reason: string | null;
  details: string;
}

export type NewApproval = Pick<Approval, 'kind' | 'subject' | 'shownHash' | 'needed' | 'askedBy' | 'details'>;

/** Questions to the administrators. Each is answered once, within seven days. */
@Injectable()
export class ApprovalJournal {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly names: CallerNames,
  ) {}

  async ask(wish: NewApproval, tx: Queries): Promise<Approval> {
    const code = this.random.id(CODE_LENGTH).toUpperCase();
    const askedAt = this.clock.now();
    const expiresAt = askedAt + APPROVAL_MS;
    const { kind, subject, shownHash, needed, askedBy, details } = wish;
    const askedByName = this.names.of(askedBy);
    await tx.run(
      `INSERT INTO approvals (code, kind, subject, shown_hash, needed, asked_by, asked_by_name, asked_at, expires_at, details)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[code, kind, subject, shownHash, needed, askedBy, askedByName ?? null, askedAt, expiresAt],
      JSON.stringify(details),
    );
    return {
      ...wish,
      ...(askedByName === undefined ? {} : { askedByName }),
      ...{ code, askedAt, expiresAt, approvedBy: [], approvers: [], state: 'open' },
    };
  }

  /** @returns also those that ended; one that nobody answered in time as `expired` */
  async find(code: string, within: Queries = this.store): Promise<Approval | undefined> {
    const row = await within.get<Stored>('SELECT * FROM approvals WHERE code = ?', code.toUpperCase());
    return row && this.whole(row, within);
  }

  /**
   * One that can be answered.
   *
   * @throws RdzenError APPROVAL_NOT_FOUND, APPROVAL_CLOSED
   */
  async open(code: string, within: Queries = this.store): Promise<Approval> {
    const approval = await this.find(code, within);
    if (!approval)
      throw new RdzenError(
        'APPROVAL_NOT_FOUND',
        `Nothing waits for an answer under the code "${code.slice(0, 20)}". GET /api/v1/approvals, or the administrators' room, has the codes.`,
      );
    if (approval.state === 'open') return approval;
    throw new RdzenError(
      'APPROVAL_CLOSED',
      `${approval.code} is ${approval.state} already; a code counts once, within seven days. Ask anew with !install ${approval.subject}.`,
    );
  }

  /** Newest first. */
  async latest(limit: number): Promise<Approval[]> {
    const rows = await this.store.all<Stored>(
      'SELECT * FROM approvals ORDER BY asked_at DESC, rowid DESC LIMIT ?',
      limit,
    );
    return Promise.all(rows.map((row) => this.whole(row, this.store)));
  }

  /** The open one about a subject. */
  async openAbout(
    kind: string,
    subject: string,
    within: Queries = this.store,
  ): Promise<Approval | undefined> {
    const row = await within.get<Stored>(
      "SELECT * FROM approvals WHERE kind = ? AND subject = ? AND state = 'open' AND expires_at > ? ORDER BY rowid DESC",
      ...[kind, subject, this.clock.now()],
    );
    return row && this.whole(row, within);
  }

  /** Notes that somebody agrees; twice is once. @returns all who do */
  async agree(code: string, by: string, tx: Queries): Promise<string[]> {
    await tx.run(
      'INSERT INTO approval_voices (code, voice, by_whom, name, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (code, voice) DO NOTHING',
      ...[code, voiceOf(by), by, this.names.of(by) ?? null, this.clock.now()],
    );
    return (await this.voices(code, tx)).map(({ by_whom }) => by_whom);
  }

  async end(
    code: string,
    { state, by, reason }: { state: Exclude<ApprovalState, 'open'>; by: string; reason?: string },
    tx: Queries,
  ): Promise<void> {
    await tx.run(
      "UPDATE approvals SET state = ?, ended_at = ?, ended_by = ?, ended_by_name = ?, reason = ? WHERE code = ? AND state = 'open'",
      ...[state, this.clock.now(), by, this.names.of(by) ?? null, reason ?? null, code],
    );
  }

  private voices(code: string, within: Queries): Promise<{ by_whom: string; name: string | null }[]> {
    return within.all('SELECT by_whom, name FROM approval_voices WHERE code = ? ORDER BY rowid', code);
  }

  private async whole(row: Stored, within: Queries): Promise<Approval> {
    const voices = await this.voices(row.code, within);
    const late = row.state === 'open' && row.expires_at <= this.clock.now();
    return {
      ...{ code: row.code, kind: row.kind, subject: row.subject, shownHash: row.shown_hash },
      ...{ needed: row.needed, askedBy: row.asked_by, askedAt: row.asked_at, expiresAt: row.expires_at },
      approvedBy: voices.map(({ by_whom }) => by_whom),
      approvers: voices.map(({ by_whom, name }) => shownName(by_whom, name ?? undefined)),
      ...(row.asked_by_name === null ? {} : { askedByName: row.asked_by_name }),
      state: late ? 'expired' : row.state,
      ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
      ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
      ...(row.ended_by_name === null ? {} : { endedByName: row.ended_by_name }),
      ...(row.reason === null ? {} : { reason: row.reason }),
      details: JSON.parse(row.details) as unknown,
    };
  }
}
