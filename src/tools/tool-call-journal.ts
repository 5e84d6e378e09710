import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock';
import { Store, type Queries } from '../storage/store';
import {
  type CallOutcome,
  type CallState,
  canonical,
  type JournalCall,
  type JournalRound,
} from './tool-call';

const DAY_MS = 24 * 3_600_000;

interface CallRow {
  question_id: string;
  round: number;
  position: number;
  call_id: string | null;
  name: string;
  component: string | null;
  tool: string | null;
  lock_id: string | null;
  effect: JournalCall['effect'] | null;
  arguments: string;
  hash: string;
  state: CallState;
  outcome: CallOutcome | null;
  result: string | null;
}

/**
 * What cores wanted called for a question, and what became of it. A round is written before its first call is made, and a
 * call before it is sent: after a crash nothing is asked of a core twice, and no writing call is made twice.
 */
@Injectable()
export class ToolCallJournal {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** In order; those of an earlier run included. */
  async rounds(questionId: string): Promise<JournalRound[]> {
    const rounds = await this.store.all<{ round: number; text: string }>(
      'SELECT round, text FROM tool_rounds WHERE question_id = ? ORDER BY round',
      questionId,
    );
    if (rounds.length === 0) return [];
    const calls = await this.store.all<CallRow>(
      'SELECT * FROM tool_calls WHERE question_id = ? ORDER BY round, position',
      questionId,
    );
    return rounds.map(({ round, text }) => ({
      round,
      text,
      calls: calls.filter((call) => call.round === round).map(fromRow),
    }));
  }

  async writeRound(questionId: string, { round, text, calls }: JournalRound): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run(
        'INSERT INTO tool_rounds (question_id, round, text, at) VALUES (?, ?, ?, ?)',
        ...[questionId, round, text, this.clock.now()],
      );
      for (const call of calls)
        await tx.run(
          `INSERT INTO tool_calls (question_id, round, position, call_id, name, component, tool, lock_id, effect, arguments, hash, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned')`,
          ...[questionId, round, call.position, call.callId ?? null, call.name, call.component ?? null],
          ...[
            call.tool ?? null,
            call.lockId ?? null,
            call.effect ?? null,
            canonical(call.arguments),
            call.hash,
          ],
        );
    });
  }

  async markAsking(call: JournalCall, queries: Queries = this.store): Promise<void> {
    await this.change(call, queries, "state = 'asking'", [], "state = 'planned'");
    call.state = 'asking';
  }

  /** @returns false where somebody sent it before. */
  async markSent(call: JournalCall, queries: Queries = this.store): Promise<boolean> {
    const set = "state = 'sent', sent_at = ?";
    const changed = await this.change(
      call,
      queries,
      set,
      [this.clock.now()],
      "state IN ('planned', 'asking')",
    );
    if (changed) call.state = 'sent';
    return changed;
  }

  async settle(call: JournalCall, outcome: CallOutcome, result: string): Promise<void> {
    const set = "state = 'settled', outcome = ?, result = ?, settled_at = ?";
    await this.change(call, this.store, set, [outcome, result, this.clock.now()], "state <> 'settled'");
    Object.assign(call, { state: 'settled', outcome, result });
  }

  /** Forgets what was said after a day; a day after its question, since an approval ends with it. */
  async prune(): Promise<void> {
    const before = this.clock.now() - DAY_MS;
    const old = `SELECT question_id FROM tool_rounds GROUP BY question_id HAVING max(at) < ?
       AND NOT EXISTS (SELECT 1 FROM inbox WHERE id = question_id AND finished_at IS NULL)`;
    await this.store.transaction(async (tx) => {
      await tx.run(`DELETE FROM tool_calls WHERE question_id IN (${old})`, before);
      await tx.run(`DELETE FROM tool_approvals WHERE question_id IN (${old})`, before);
      await tx.run(`DELETE FROM tool_rounds WHERE question_id IN (${old})`, before);
      await tx.run('DELETE FROM tool_grants WHERE until < ?', this.clock.now());
    });
  }

  private async change(
    { questionId, round, position }: JournalCall,
    queries: Queries,
    set: string,
    values: (string | number)[],
    condition: string,
  ): Promise<boolean> {
    const where = `question_id = ? AND round = ? AND position = ? AND ${condition}`;
    const sql = `UPDATE tool_calls SET ${set} WHERE ${where}`;
    return (await queries.run(sql, ...values, questionId, round, position)) === 1;
  }
}

function fromRow(row: CallRow): JournalCall {
  return {
    questionId: row.question_id,
    round: row.round,
    position: row.position,
    callId: row.call_id ?? undefined,
    name: row.name,
    component: row.component ?? undefined,
    tool: row.tool ?? undefined,
    lockId: row.lock_id ?? undefined,
    effect: row.effect ?? undefined,
    arguments: JSON.parse(row.arguments) as Record<string, unknown>,
    hash: row.hash,
    state: row.state,
    outcome: row.outcome ?? undefined,
    result: row.result ?? undefined,
  };
}
