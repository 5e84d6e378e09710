import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import '../journal/journal.events';
import { NoticeJournal } from '../journal/notice-journal';
import { ChatError, type ChatErrorKind } from '../rocket-chat/chat-error';
import type { Timer } from '../shared/clock';
import { PostingTools } from './answer-poster';

const LOOK_EVERY_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
/** About an hour; after that the news is old. */
const LAST_TRY = 120;
/** Somebody has to mend these, and may. */
const MENDABLE: ReadonlySet<ChatErrorKind> = new Set([
  'unauthorized',
  'login-refused',
  'restricted-workspace',
]);

/** Posts the notices of the journal. A crash in between repeats the post under the same id, which changes nothing. */
@Injectable()
export class NoticePoster {
  private readonly logger = new Logger(NoticePoster.name);
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();
  private unsubscribe?: () => void;
  private running = false;

  constructor(
    private readonly notices: NoticeJournal,
    private readonly tools: PostingTools,
    private readonly bus: EventBus,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.unsubscribe = this.bus.on('notice.written', () => this.soon(0));
    this.soon(0);
  }

  async stop(): Promise<void> {
    this.running = false;
    this.unsubscribe?.();
    this.timer?.cancel();
    await this.working;
  }

  private soon(ms: number): void {
    if (!this.running) return;
    this.timer?.cancel();
    this.timer = this.tools.clock.after(ms, () => {
      this.working = this.working
        .then(() => this.drain())
        .catch((error: unknown) => this.logger.error(`Posting notices failed: ${String(error)}`))
        .finally(() => this.soon(LOOK_EVERY_MS));
    });
  }

  private async drain(): Promise<void> {
    for (const { key, postId: id, roomId, threadId, text, attempts } of await this.notices.due()) {
      if (!this.running) return;
      try {
        await this.tools.posts.ensure({ id, roomId, threadId, text }, attempts > 0);
        this.tools.crash.reach('notice-posted');
        await this.notices.markPosted(key);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if ((error.transient || MENDABLE.has(error.kind)) && attempts < LAST_TRY) {
          const wait = error.details.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** attempts);
          await this.notices.retryAt(key, this.tools.clock.now() + wait);
        } else {
          this.logger.warn(`Notice ${key} is given up: ${error.message}`);
          await this.notices.giveUp(key);
        }
      }
    }
  }
}
