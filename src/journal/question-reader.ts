import { Store, type Queries, type SqlValue } from '../storage/store';
import type { Question, QuestionState } from './journal.types';
import { toQuestion, type QuestionRow } from './question-row';

/** What can be asked of the journal's questions. */
export class QuestionReader {
  constructor(protected readonly store: Store) {}

  async find(id: string): Promise<Question | undefined> {
    const row = await this.store.get<QuestionRow>('SELECT * FROM inbox WHERE id = ?', id);
    return row && toQuestion(row);
  }

  /** Which of the ids were judged already. */
  async known(id: string): Promise<boolean> {
    return (await this.store.get('SELECT 1 FROM inbox WHERE id = ?', id)) !== undefined;
  }

  /** All that still has to be worked on, in the order it was asked. */
  async unfinished(): Promise<Question[]> {
    return this.list(['queued', 'generating', 'retry-wait', 'generated', 'posting'], 10_000);
  }

  /** Questions that still have no complete text, oldest first. */
  async waiting(queries: Queries = this.store): Promise<Question[]> {
    const rows = await queries.all<QuestionRow>(
      "SELECT * FROM inbox WHERE kind = 'question' AND state IN ('queued', 'generating', 'retry-wait') ORDER BY at, accepted_at, rowid",
    );
    return rows.map(toQuestion);
  }

  /** The oldest question of the lane that still needs work. */
  async headOf(lane: string): Promise<Question | undefined> {
    const row = await this.store.get<QuestionRow>(
      "SELECT * FROM inbox WHERE lane = ? AND state IN ('queued', 'generating', 'retry-wait', 'generated', 'posting') ORDER BY at, accepted_at, rowid LIMIT 1",
      lane,
    );
    return row && toQuestion(row);
  }

  /** Oldest first. */
  async list(states: readonly QuestionState[], limit: number, offset = 0): Promise<Question[]> {
    const marks = states.map(() => '?').join(', ');
    const rows = await this.store.all<QuestionRow>(
      `SELECT * FROM inbox WHERE state IN (${marks}) ORDER BY at, accepted_at, rowid LIMIT ? OFFSET ?`,
      ...states,
      limit,
      offset,
    );
    return rows.map(toQuestion);
  }

  /** How many questions (commands not counted) are in these states. */
  async count(states: readonly QuestionState[], roomId?: string, authorId?: string): Promise<number> {
    const filters: string[] = [`kind = 'question' AND state IN (${states.map(() => '?').join(', ')})`];
    const values: SqlValue[] = [...states];
    if (roomId !== undefined) {
      filters.push('room_id = ?');
      values.push(roomId);
    }
    if (authorId !== undefined) {
      filters.push('author_id = ?');
      values.push(authorId);
    }
    const row = await this.store.get<{ n: number }>(
      `SELECT COUNT(*) AS n FROM inbox WHERE ${filters.join(' AND ')}`,
      ...values,
    );
    return row?.n ?? 0;
  }
}
