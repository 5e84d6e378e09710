import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Store, type Queries } from '../storage/store';
import './journal.events';
import type { NewNotice, Notice } from './journal.types';
import { PostIdKey } from './post-id';

/** A next try further off than this was set before somebody put the clock back: it is due now. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Messages of our own accord (a switch, a blackout), written in the transaction that caused them and posted later. */
@Injectable()
export class NoticeJournal {
  constructor(
    private readonly store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly ids: PostIdKey,
  ) {}

  /**
   * Writes within `tx`; call {@link announce} once it is committed. The same key twice is one notice.
   *
   * @returns how many are new
   */
  async write(notices: readonly NewNotice[], tx: Queries = this.store): Promise<number> {
    let written = 0;
    for (const { key, roomId, threadId, text } of notices) {
      written += await tx.run(
        `INSERT INTO notices (key, post_id, room_id, thread_id, text, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (key) DO NOTHING`,
        ...[key, this.ids.notice(roomId, key), roomId, threadId ?? null, text, this.clock.now()],
      );
    }
    return written;
  }

  /** Key of the newest notice whose key begins with `prefix`, which ends in a colon. */
  async newest(prefix: string): Promise<string | undefined> {
    const row = await this.store.get<{ key: string }>(
      'SELECT key FROM notices WHERE key >= ? AND key < ? ORDER BY created_at DESC, rowid DESC LIMIT 1',
      ...[prefix, `${prefix.slice(0, -1)};`],
    );
    return row?.key;
  }

  announce(key: string): void {
    this.bus.emit('notice.written', { key });
  }

  /** Notices due now, oldest first, save those for the room `heldBack`. */
  async due(heldBack?: string, limit = 20): Promise<Notice[]> {
    const now = this.clock.now();
    const rows = await this.store.all<{
      key: string;
      post_id: string;
      room_id: string;
      thread_id: string | null;
      text: string;
      attempts: number;
    }>(
      `SELECT * FROM notices WHERE state = 'waiting' AND room_id <> ? AND (next_at <= ? OR next_at > ?)
       ORDER BY created_at, rowid LIMIT ?`,
      ...[heldBack ?? '', now, now + LONGEST_WAIT_MS, limit],
    );
    return rows.map((row) => ({
      key: row.key,
      postId: row.post_id,
      roomId: row.room_id,
      threadId: row.thread_id ?? undefined,
      text: row.text,
      attempts: row.attempts,
    }));
  }

  /** Keys of the notices for a room that have waited since before `at` (epoch ms). */
  async waitingSince(roomId: string, at: number): Promise<string[]> {
    const rows = await this.store.all<{ key: string }>(
      "SELECT key FROM notices WHERE state = 'waiting' AND room_id = ? AND created_at < ? ORDER BY created_at",
      ...[roomId, at],
    );
    return rows.map(({ key }) => key);
  }

  async markPosted(key: string): Promise<void> {
    await this.store.run("UPDATE notices SET state = 'posted' WHERE key = ?", key);
  }

  async retryAt(key: string, nextAt: number): Promise<void> {
    await this.store.run(
      'UPDATE notices SET attempts = attempts + 1, next_at = ? WHERE key = ?',
      nextAt,
      key,
    );
  }

  async giveUp(key: string): Promise<void> {
    await this.store.run("UPDATE notices SET state = 'dead' WHERE key = ?", key);
  }

  async prune(): Promise<void> {
    await this.store.run(
      "DELETE FROM notices WHERE state <> 'waiting' AND created_at < ?",
      this.clock.now() - 30 * 24 * 3_600_000,
    );
  }
}
