import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import '../journal/journal.events';
import { NoticeJournal } from '../journal/notice-journal';
import { ChatError, type ChatErrorKind } from '../rocket-chat/chat-error';
import { ADMIN_ROOM, AdminRoom } from '../rooms/admin-room';
import type { Timer } from '../shared/clock';
import { PostingTools } from './answer-poster';

const LOOK_EVERY_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
/** About an hour; after that the news is old. */
const LAST_TRY = 120;
const LAST_VETOED_TRY = 2;
/** Alerts that had no room to be posted in for so long are given up ... */
const NO_ROOM_MS = 24 * 3_600_000;
/** ... though not while it may only not have been found yet, after we were away. */
const ROOM_FOUND_WITHIN_MS = 10 * 60_000;
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
  private startedAt = 0;

  constructor(
    private readonly notices: NoticeJournal,
    private readonly tools: PostingTools,
    private readonly bus: EventBus,
    private readonly adminRoom: AdminRoom,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.startedAt = this.tools.clock.monotonic();
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
    const adminRoom = this.adminRoom.id;
    if (adminRoom === undefined) await this.giveUpRoomless();
    for (const notice of await this.notices.due(adminRoom === undefined ? ADMIN_ROOM : undefined)) {
      if (!this.running) return;
      const { key, postId: id, threadId, text, attempts } = notice;
      const roomId = notice.roomId === ADMIN_ROOM ? adminRoom : notice.roomId;
      if (roomId === undefined) continue;
      try {
        await this.tools.posts.ensure({ id, roomId, threadId, text }, attempts > 0);
        this.tools.crash.reach('notice-posted');
        await this.notices.markPosted(key);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if (attempts < triesFor(error)) {
          const wait = error.details.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** attempts);
          await this.notices.retryAt(key, this.tools.clock.now() + wait);
        } else {
          this.logger.warn(`Notice ${key} is given up: ${error.message}`);
          await this.notices.giveUp(key);
        }
      }
    }
  }

  /** They are in the log since they were written. */
  private async giveUpRoomless(): Promise<void> {
    const { clock } = this.tools;
    if (clock.monotonic() - this.startedAt < ROOM_FOUND_WITHIN_MS) return;
    for (const key of await this.notices.waitingSince(ADMIN_ROOM, clock.now() - NO_ROOM_MS)) {
      this.logger.warn(`Notice ${key} is given up: there was no room for alerts for a day`);
      await this.notices.giveUp(key);
    }
  }
}

/** An apps hook may veto a message without saying so; three tries tell it from a passing fault. */
function triesFor({ transient, kind }: ChatError): number {
  if (transient || MENDABLE.has(kind)) return LAST_TRY;
  return kind === 'bad-request' ? LAST_VETOED_TRY : 0;
}
