import { Injectable } from '@nestjs/common';
import type { Language } from '../config/settings';
import { type Queries, Store } from '../storage/store';
import type { TrialReport, Verdict } from './trial-report';

/** Reports that are kept; older ones go. */
const MOST_KEPT = 500;

/** A trial somebody asked for. `endedAt`, `verdict`: once it is over. Times: epoch ms. */
export interface TrialRow {
  id: string;
  component: string;
  title: string;
  version: string;
  /** `chat:<user id>` or `api:<key id>`. */
  askedBy: string;
  /** What they went by then, where that is known. */
  askedByName?: string;
  /** Where the report is to be told. */
  room?: { roomId: string; threadId?: string; language: Language };
  askedAt: number;
  endedAt?: number;
  verdict?: Verdict;
}

interface Stored {
  id: string;
  component: string;
  title: string;
  version: string;
  asked_by: string;
  asked_by_name: string | null;
  room_id: string | null;
  thread_id: string | null;
  language: Language | null;
  asked_at: number;
  ended_at: number | null;
  verdict: Verdict | null;
}

const COLUMNS =
  'id, component, title, version, asked_by, asked_by_name, room_id, thread_id, language, asked_at, ended_at, verdict';

/** Trials and their reports, kept over restarts. */
@Injectable()
export class TrialJournal {
  constructor(private readonly store: Store) {}

  async asked(row: TrialRow): Promise<void> {
    const { id, component, title, version, askedBy, askedByName, room, askedAt } = row;
    await this.store.run(
      `INSERT INTO trials (id, component, title, version, asked_by, asked_by_name, room_id, thread_id, language, asked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, component, title, version, askedBy, askedByName ?? null],
      ...[room?.roomId ?? null, room?.threadId ?? null, room?.language ?? null, askedAt],
    );
  }

  async ended(report: TrialReport, at: number, tx: Queries): Promise<void> {
    await tx.run(
      'UPDATE trials SET ended_at = ?, verdict = ?, report = ? WHERE id = ? AND ended_at IS NULL',
      ...[at, report.verdict, JSON.stringify(report), report.trialId],
    );
    await tx.run(
      `DELETE FROM trials WHERE ended_at IS NOT NULL AND id NOT IN
         (SELECT id FROM trials ORDER BY asked_at DESC, rowid DESC LIMIT ?)`,
      MOST_KEPT,
    );
  }

  async get(id: string): Promise<TrialRow | undefined> {
    const row = await this.store.get<Stored>(`SELECT ${COLUMNS} FROM trials WHERE id = ?`, id);
    return row && rowOf(row);
  }

  async report(id: string): Promise<TrialReport | undefined> {
    const row = await this.store.get<{ report: string | null }>('SELECT report FROM trials WHERE id = ?', id);
    return row?.report ? (JSON.parse(row.report) as TrialReport) : undefined;
  }

  /** Newest first. */
  async latest(limit: number, component?: string): Promise<TrialRow[]> {
    const rows = await this.store.all<Stored>(
      `SELECT ${COLUMNS} FROM trials WHERE component = coalesce(?, component) ORDER BY asked_at DESC, rowid DESC LIMIT ?`,
      ...[component ?? null, limit],
    );
    return rows.map(rowOf);
  }

  /** Oldest first. */
  async open(): Promise<TrialRow[]> {
    const rows = await this.store.all<Stored>(
      `SELECT ${COLUMNS} FROM trials WHERE ended_at IS NULL ORDER BY asked_at, rowid`,
    );
    return rows.map(rowOf);
  }
}

function rowOf(row: Stored): TrialRow {
  const { id, component, title, version, asked_by, room_id, thread_id, language, asked_at } = row;
  return {
    ...{ id, component, title, version, askedBy: asked_by, askedAt: asked_at },
    ...(row.asked_by_name === null ? {} : { askedByName: row.asked_by_name }),
    ...(room_id === null
      ? {}
      : {
          room: {
            roomId: room_id,
            language: language ?? 'en',
            ...(thread_id === null ? {} : { threadId: thread_id }),
          },
        }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.verdict === null ? {} : { verdict: row.verdict }),
  };
}
