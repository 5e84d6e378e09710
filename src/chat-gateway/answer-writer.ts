import { Logger } from '@nestjs/common';
import type { Question } from '../journal/journal.types';
import type { PostIdKey } from '../journal/post-id';
import type { ChatError } from '../rocket-chat/chat-error';
import type { Clock, Timer } from '../shared/clock';
import type { CrashPoints } from '../shared/crash-points';
import { harmless } from './outgoing-text';
import type { PostService } from './post.service';
import { splitAnswer, STILL_WRITING } from './split-answer';

const EDIT_EVERY_MS = 1_000;

export interface WriterTools {
  posts: PostService;
  ids: PostIdKey;
  clock: Clock;
  crash: CrashPoints;
  /** Longest message the server takes. */
  maxLength: number;
}

/**
 * Shows an answer while it grows: posts its parts and edits them at most once a second. What it shows is a preview; the
 * committed answer is put in its place afterwards, so a failure here loses nothing and is only noted.
 */
export class AnswerWriter {
  private readonly logger = new Logger(AnswerWriter.name);
  /** Text each part shows now, by part number. */
  readonly shown = new Map<number, string>();
  private latest?: string;
  private timer?: Timer;
  private working?: Promise<void>;
  private closed = false;
  /** Length of what stood before this run, once asked. */
  private standing?: number;
  /** When something was last sent or failed; a core that only repeats what stands there costs no second of waiting. */
  private lastPut = -Infinity;

  constructor(
    private readonly question: Question,
    private readonly tools: WriterTools,
    /** The parts may stand already, from an attempt before a crash. */
    private readonly mayStand: boolean,
  ) {}

  /** Whether anything of this answer is, or may be, visible. */
  get began(): boolean {
    return this.shown.size > 0;
  }

  show(whole: string): void {
    if (this.closed || whole.trim() === '') return;
    this.latest = whole;
    if (this.timer || this.working) return;
    const wait = this.lastPut + EDIT_EVERY_MS - this.tools.clock.monotonic();
    // A timer of no time at all still takes a millisecond, and the first words are waited for.
    if (wait <= 0) this.work();
    else
      this.timer = this.tools.clock.after(wait, () => {
        this.timer = undefined;
        this.work();
      });
  }

  private work(): void {
    this.working = this.flush().finally(() => {
      this.working = undefined;
      if (this.latest !== undefined) this.show(this.latest);
    });
  }

  /** Shows nothing more; resolves once nothing is on its way. */
  async close(): Promise<void> {
    this.closed = true;
    this.timer?.cancel();
    this.timer = undefined;
    await this.working;
  }

  private async flush(): Promise<void> {
    const text = this.latest;
    this.latest = undefined;
    if (text === undefined) return;
    try {
      // What an attempt before a crash left standing is not made shorter: the new text catches up first.
      this.standing ??= this.mayStand ? await this.lengthStanding() : 0;
      if (text.length < this.standing) return;
      const parts = splitAnswer(harmless(text) + STILL_WRITING, this.tools.maxLength);
      for (const [part, content] of parts.entries()) {
        if (this.shown.get(part) === content) continue;
        this.lastPut = this.tools.clock.monotonic();
        await this.put(part, content);
      }
      this.tools.crash.reach('text-shown');
    } catch (error) {
      this.lastPut = this.tools.clock.monotonic();
      this.logger.debug(
        `The growing answer to ${this.question.id} could not be shown: ${(error as ChatError).message}`,
      );
    }
  }

  private async lengthStanding(): Promise<number> {
    const { id, roomId } = this.question;
    const text = await this.tools.posts.textOf(this.tools.ids.answer(roomId, id, 0));
    return text?.replace(STILL_WRITING, '').length ?? 0;
  }

  private async put(part: number, text: string): Promise<void> {
    const { id: questionId, roomId, answerThreadId: threadId } = this.question;
    const message = { id: this.tools.ids.answer(roomId, questionId, part), roomId, threadId, text };
    if (this.shown.has(part)) {
      await this.tools.posts.rewrite(message);
    } else if ((await this.tools.posts.ensure(message, this.mayStand)) === 'squatted') {
      // The final answer finds another id; a preview is not worth the trouble.
      this.closed = true;
      return;
    }
    this.shown.set(part, text);
  }
}
