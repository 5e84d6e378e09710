import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { Store, type Queries, type SqlValue, type Transaction } from '../storage/store';
import { forgetOld } from './forget-old';
import './journal.events';
import type { Attempt, NewQuestion, Question, QuestionState } from './journal.types';
import { QuestionReader } from './question-reader';

/** Why a message got no place in the queue, or undefined where it got one. */
export interface Verdict {
  /** `posted`: its answer stands already, from before this journal began. */
  state: 'queued' | 'ignored' | 'rejected' | 'posted';
  reason?: string;
}

/**
 * The durable list of questions. Every change of state is a compare-and-set on the state before it (and, where text is
 * committed, on the attempt), so that a late or second writer changes nothing. What a method resolves with is on disk.
 */
@Injectable()
export class QuestionJournal extends QuestionReader {
  constructor(
    store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {
    super(store);
  }

  /** @returns false where the message was judged before: the first verdict stands. */
  async accept(question: NewQuestion, verdict: Verdict): Promise<boolean> {
    const done = verdict.state !== 'queued';
    const inserted = await this.store.run(
      `INSERT INTO inbox (id, kind, room_id, thread_id, answer_thread_id, lane, author_id, author_name, text, at, state, reason, accepted_at, finished_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      question.id,
      question.kind,
      question.roomId,
      question.threadId ?? null,
      question.answerThreadId ?? null,
      question.lane,
      question.authorId,
      question.authorName,
      verdict.state === 'ignored' ? '' : question.text,
      question.at,
      verdict.state,
      verdict.reason ?? null,
      this.clock.now(),
      done ? this.clock.now() : null,
    );
    if (inserted === 0) return false;
    if (!done)
      this.bus.emit('question.accepted', { id: question.id, roomId: question.roomId, lane: question.lane });
    return true;
  }

  /** What is kept of a message that held a secret, whatever became of it. */
  async replaceHandledText(id: string, text: string): Promise<void> {
    await this.store.run('UPDATE inbox SET text = ? WHERE id = ?', text, id);
  }

  /** The author edited the question before its generation began: the newest text counts. */
  async replaceText(id: string, text: string): Promise<boolean> {
    return (
      (await this.store.run("UPDATE inbox SET text = ? WHERE id = ? AND state = 'queued'", text, id)) === 1
    );
  }

  /**
   * Opens the next attempt and takes the right to commit away from every earlier one.
   *
   * @returns undefined where the question is no longer waiting for text (cancelled, or somebody committed).
   */
  async beginAttempt(
    messageId: string,
    epoch: number,
    coreId: number,
    continuedFrom: number,
  ): Promise<Attempt | undefined> {
    return this.store.transaction(async (tx) => {
      const row = await tx.get<{ attempt: number }>(
        "SELECT attempt FROM inbox WHERE id = ? AND state IN ('queued', 'retry-wait', 'generating')",
        messageId,
      );
      if (!row) return undefined;
      const number = row.attempt + 1;
      await tx.run("UPDATE inbox SET state = 'generating', attempt = ? WHERE id = ?", number, messageId);
      await tx.run(
        'INSERT INTO attempts (message_id, number, epoch, core, started_at, continued_from) VALUES (?, ?, ?, ?, ?, ?)',
        ...[messageId, number, epoch, coreId, this.clock.now(), continuedFrom],
      );
      return { messageId, number, epoch, coreId };
    });
  }

  /** @param fruitless attempts in a row that brought no new text, this one included. */
  async endAttempt(attempt: Attempt, outcome: string, fruitless: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run(
        'UPDATE attempts SET finished_at = ?, outcome = ? WHERE message_id = ? AND number = ?',
        ...[this.clock.now(), outcome.slice(0, 500), attempt.messageId, attempt.number],
      );
      await tx.run(
        'UPDATE inbox SET fruitless = ? WHERE id = ? AND attempt = ?',
        fruitless,
        attempt.messageId,
        attempt.number,
      );
    });
  }

  /** A core died by itself over the question, for the `deaths`th time. */
  async suspect(messageId: string, deaths: number): Promise<void> {
    await this.store.run('UPDATE inbox SET deaths = ? WHERE id = ?', deaths, messageId);
  }

  /**
   * Commits the complete answer, already cut into parts. Compare-and-set on (generating, attempt): from anybody but the
   * holder of the current attempt it is dropped.
   */
  async commitAnswer(attempt: Attempt, parts: readonly { postId: string; text: string }[]): Promise<boolean> {
    return this.commit(
      attempt.messageId,
      parts,
      "state = 'generating' AND attempt = ?",
      [attempt.number],
      attempt,
    );
  }

  /** Commits a reply that no core wrote: of a command, or an apology with its final `state` reason. */
  async commitReply(messageId: string, parts: readonly { postId: string; text: string }[]): Promise<boolean> {
    return this.commit(messageId, parts, "state IN ('queued', 'retry-wait', 'generating')", []);
  }

  private async commit(
    messageId: string,
    parts: readonly { postId: string; text: string }[],
    condition: string,
    values: SqlValue[],
    attempt?: Attempt,
  ): Promise<boolean> {
    const committed = await this.store.transaction(async (tx) => {
      const changed = await tx.run(
        `UPDATE inbox SET state = 'generated' WHERE id = ? AND ${condition}`,
        messageId,
        ...values,
      );
      if (changed !== 1) {
        if (attempt) await this.fence(attempt, tx);
        return false;
      }
      await tx.run('DELETE FROM answers WHERE message_id = ? AND posted = 0', messageId);
      for (const [part, { postId, text }] of parts.entries()) {
        await tx.run(
          `INSERT INTO answers (message_id, part, post_id, text) VALUES (?, ?, ?, ?)
           ON CONFLICT (message_id, part) DO UPDATE SET post_id = excluded.post_id, text = excluded.text, posted = 0`,
          ...[messageId, part, postId, text],
        );
      }
      if (attempt) {
        await tx.run(
          "UPDATE attempts SET finished_at = ?, outcome = 'complete' WHERE message_id = ? AND number = ?",
          ...[this.clock.now(), messageId, attempt.number],
        );
      }
      return true;
    });
    if (!committed && attempt) this.bus.emit('answer.fenced', attempt);
    return committed;
  }

  /** For the figures: this attempt's text came too late. One that was committed already stays what it is. */
  private async fence({ messageId, number }: Attempt, tx: Queries): Promise<void> {
    await tx.run(
      `UPDATE attempts SET finished_at = ?, outcome = 'fenced'
       WHERE message_id = ? AND number = ? AND outcome IS NOT 'complete'`,
      ...[this.clock.now(), messageId, number],
    );
  }

  async beginPosting(id: string): Promise<void> {
    await this.store.run("UPDATE inbox SET state = 'posting' WHERE id = ? AND state = 'generated'", id);
  }

  async markPosted(id: string): Promise<boolean> {
    return this.finish(id, ['generated', 'posting'], 'posted');
  }

  /**
   * Gives up for good; people see it under /api/v1/messages and may requeue it. `alongside` writes what must stand or
   * fall with it (the notices).
   */
  async bury(
    id: string,
    reason: string,
    alongside: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    const open = ['queued', 'generating', 'retry-wait', 'generated', 'posting'] as const;
    return this.finish(id, open, 'dead', reason, alongside);
  }

  async cancel(id: string, reason: string): Promise<boolean> {
    return this.finish(id, ['queued', 'generating', 'retry-wait'], 'cancelled', reason);
  }

  async waitForRetry(id: string, nextAt: number, reason: string): Promise<boolean> {
    const changed = await this.store.run(
      "UPDATE inbox SET state = 'retry-wait', next_at = ?, reason = ? WHERE id = ? AND state IN ('queued', 'generating')",
      ...[nextAt, reason, id],
    );
    return changed === 1;
  }

  /**
   * Puts a dead question back into its lane. A finished answer is posted again, not generated again.
   *
   * @throws RdzenError MESSAGE_NOT_FOUND, MESSAGE_STATE_CONFLICT
   */
  async requeue(id: string): Promise<Question> {
    const question = await this.dead(id);
    const answered = await this.store.get('SELECT 1 FROM answers WHERE message_id = ? LIMIT 1', id);
    await this.store.run(
      "UPDATE inbox SET state = ?, fruitless = 0, deaths = 0, next_at = 0, reason = NULL, finished_at = NULL WHERE id = ? AND state = 'dead'",
      answered ? 'generated' : 'queued',
      id,
    );
    this.bus.emit('question.accepted', { id, roomId: question.roomId, lane: question.lane });
    return (await this.find(id)) ?? question;
  }

  /** @throws RdzenError MESSAGE_NOT_FOUND, MESSAGE_STATE_CONFLICT */
  async discard(id: string, reason: string): Promise<void> {
    await this.dead(id);
    await this.finish(id, ['dead'], 'cancelled', reason);
  }

  /** After a restart: what was being generated waits again; its old attempt can no longer commit. */
  async resetInterrupted(): Promise<number> {
    return this.store.run("UPDATE inbox SET state = 'queued' WHERE state IN ('generating', 'retry-wait')");
  }

  /**
   * Forgets rows after 30 days, and the texts of finished ones after a day (privacy): a slice of each at a time, since
   * the whole process waits meanwhile.
   *
   * @returns whether there may be more to forget.
   */
  async prune(slice = 500): Promise<boolean> {
    return this.store.transaction((tx) => forgetOld(tx, this.clock.now(), slice));
  }

  private async dead(id: string): Promise<Question> {
    const question = await this.find(id);
    if (!question) throw new RdzenError('MESSAGE_NOT_FOUND', `There is no message ${id} in the journal.`);
    if (question.state !== 'dead') {
      throw new RdzenError(
        'MESSAGE_STATE_CONFLICT',
        `Message ${id} is ${question.state}; only a dead one can be requeued or discarded.`,
      );
    }
    return question;
  }

  private async finish(
    id: string,
    from: readonly QuestionState[],
    state: QuestionState,
    reason?: string,
    alongside?: (tx: Transaction) => Promise<void>,
  ): Promise<boolean> {
    const finish = (queries: Queries): Promise<number> =>
      queries.run(
        `UPDATE inbox SET state = ?, reason = ?, finished_at = ? WHERE id = ? AND state IN (${from.map(() => '?').join(', ')})`,
        ...[state, reason ?? null, this.clock.now(), id, ...from],
      );
    const changed = alongside
      ? await this.store.transaction(async (tx) => {
          const count = await finish(tx);
          if (count === 1) await alongside(tx);
          return count;
        })
      : await finish(this.store);
    if (changed !== 1) return false;
    const question = await this.find(id);
    if (question) this.bus.emit('question.finished', { id, roomId: question.roomId, state, reason });
    return true;
  }
}
