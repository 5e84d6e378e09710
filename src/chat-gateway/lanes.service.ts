import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import '../journal/journal.events';
import type { Question } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';
import { QuestionWorker } from './question-worker';

const AFTER_FAILURE_MS = 5_000;
/** No question is set aside for longer: a time further off was set before somebody put the clock back. */
const LONGEST_WAIT_MS = 60_000;
/** A question over which we stumble this often in a row is buried: the rest of its lane must not wait for ever. */
const MOST_STUMBLES = 6;

/**
 * One first-in-first-out lane per room or thread. A lane works on one question at a time; lanes run side by side and
 * meet at the cores, where each waits for its turn with one question, so no room can crowd out another.
 */
@Injectable()
export class LanesService {
  private readonly logger = new Logger(LanesService.name);
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private readonly current = new Map<string, { question: Question; abort: AbortController }>();
  private readonly ending = new AbortController();
  private unsubscribe?: () => void;

  constructor(
    private readonly journal: QuestionJournal,
    private readonly worker: QuestionWorker,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Takes up what an earlier run left, then whatever is accepted. */
  async start(): Promise<void> {
    this.unsubscribe ??= this.bus.on('question.accepted', ({ lane }) => this.wake(lane));
    for (const lane of new Set((await this.journal.unfinished()).map((question) => question.lane)))
      this.wake(lane);
  }

  /** Begins nothing new; gives what runs `graceMs` to finish, then breaks it off (it is taken up after the restart). */
  async stop(graceMs: number): Promise<void> {
    this.unsubscribe?.();
    this.ending.abort(new Error('stopping'));
    const finished = Promise.all(this.lanes.values());
    const patience = new AbortController();
    await Promise.race([
      finished.finally(() => patience.abort()),
      this.clock.sleep(graceMs, patience.signal).catch(() => undefined),
    ]);
    for (const { abort } of this.current.values()) abort.abort(new Error('stopping'));
    await finished;
  }

  /** How many lanes have work. */
  get busy(): number {
    return this.lanes.size;
  }

  /**
   * Stops the newest unanswered question of `authorId` in `lane`, or in the whole room where the lane has none. Questions
   * asked after `at` (server time) were not meant.
   *
   * @returns false where there was none.
   */
  async stopQuestion(lane: string, roomId: string, authorId: string, at: number): Promise<boolean> {
    const own = (await this.journal.waiting()).filter(
      (question) => question.authorId === authorId && question.roomId === roomId && question.at <= at,
    );
    const question = own.filter((each) => each.lane === lane).at(-1) ?? own.at(-1);
    if (!question) return false;
    return this.cancel(question, 'stopped by its author');
  }

  /**
   * The question is no longer wanted, by its author's word or because the message is gone.
   *
   * @returns false where its answer is complete already.
   */
  async cancel(question: Question, reason: string): Promise<boolean> {
    if (!(await this.journal.cancel(question.id, reason))) return false;
    const running = this.current.get(question.lane);
    if (running?.question.id === question.id) running.abort.abort(new Error(reason));
    return true;
  }

  private wake(lane: string): void {
    if (this.ending.signal.aborted) return;
    if (this.lanes.has(lane)) {
      // It may be about to end, having seen nothing left to do.
      this.again.add(lane);
      return;
    }
    const run = this.run(lane).finally(() => {
      this.lanes.delete(lane);
      if (this.again.delete(lane)) this.wake(lane);
    });
    this.lanes.set(lane, run);
  }

  private async run(lane: string): Promise<void> {
    const stumbles = new Map<string, number>();
    while (!this.ending.signal.aborted) {
      try {
        const question = await this.journal.headOf(lane);
        if (!question) return;
        const ahead = question.state === 'retry-wait' ? question.nextAt - this.clock.now() : 0;
        const wait = ahead <= LONGEST_WAIT_MS ? ahead : 0;
        if (wait > 0) {
          await this.clock.sleep(wait, this.ending.signal).catch(() => undefined);
          continue;
        }
        const abort = new AbortController();
        this.current.set(lane, { question, abort });
        await this.worker.work(question, abort.signal);
        stumbles.delete(question.id);
      } catch (error) {
        this.logger.error(
          `Lane ${lane} stumbled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        const setAside = await this.setAside(this.current.get(lane)?.question.id, stumbles);
        if (!setAside) await this.clock.sleep(AFTER_FAILURE_MS, this.ending.signal).catch(() => undefined);
      } finally {
        this.current.delete(lane);
      }
    }
  }

  /**
   * Has the question tried again later, or buries it after too many tries. Where it is the store that fails this fails
   * as well, and the question stays as it is.
   *
   * @returns whether the journal says when to go on.
   */
  private async setAside(id: string | undefined, stumbles: Map<string, number>): Promise<boolean> {
    if (id === undefined) return false;
    const count = (stumbles.get(id) ?? 0) + 1;
    stumbles.set(id, count);
    const reason = `${count} times in a row it could not be worked on; the log tells why`;
    const done =
      count < MOST_STUMBLES
        ? this.journal.waitForRetry(id, this.clock.now() + AFTER_FAILURE_MS, reason)
        : this.journal.bury(id, reason);
    return done.catch(() => false);
  }
}
