import { Injectable } from '@nestjs/common';
import type { Language } from '../config/settings';
import { Store } from '../storage/store';

export type ListenMode = 'mentions' | 'all';

export interface RoomSettings {
  /** Undefined: the workspace's default. */
  language?: Language;
  listen: ListenMode;
  /** Epoch ms from which `listen: all` holds; older messages stay unasked. */
  listenSince: number;
}

/** What people set per room and lane, the threads the assistant takes part in, and whom it invited where. */
@Injectable()
export class RoomRegistry {
  constructor(private readonly store: Store) {}

  async settings(roomId: string): Promise<RoomSettings> {
    const row = await this.store.get<{ language: string | null; listen: string; listen_since: number }>(
      'SELECT language, listen, listen_since FROM rooms WHERE room_id = ?',
      roomId,
    );
    return {
      language: (row?.language ?? undefined) as Language | undefined,
      listen: row?.listen === 'all' ? 'all' : 'mentions',
      listenSince: row?.listen_since ?? 0,
    };
  }

  async setLanguage(roomId: string, language: Language): Promise<void> {
    await this.store.run(
      'INSERT INTO rooms (room_id, language) VALUES (?, ?) ON CONFLICT (room_id) DO UPDATE SET language = excluded.language',
      roomId,
      language,
    );
  }

  async setListen(roomId: string, listen: ListenMode, since: number): Promise<void> {
    await this.store.run(
      `INSERT INTO rooms (room_id, listen, listen_since) VALUES (?, ?, ?)
       ON CONFLICT (room_id) DO UPDATE SET listen = excluded.listen, listen_since = excluded.listen_since`,
      roomId,
      listen,
      since,
    );
  }

  /** Messages of the lane written before this (epoch ms) are forgotten: `!new`. */
  async contextSince(lane: string): Promise<number> {
    const row = await this.store.get<{ context_since: number }>(
      'SELECT context_since FROM lanes WHERE lane = ?',
      lane,
    );
    return row?.context_since ?? 0;
  }

  async startAnew(lane: string, at: number): Promise<void> {
    await this.store.run(
      'INSERT INTO lanes (lane, context_since) VALUES (?, ?) ON CONFLICT (lane) DO UPDATE SET context_since = excluded.context_since',
      lane,
      at,
    );
  }

  async joinThread(threadId: string, roomId: string, at: number): Promise<void> {
    await this.store.run(
      'INSERT INTO threads (thread_id, room_id, since) VALUES (?, ?, ?) ON CONFLICT (thread_id) DO NOTHING',
      ...[threadId, roomId, at],
    );
  }

  /** Epoch ms since when the assistant takes part in the thread; undefined where it does not. */
  async inThreadSince(threadId: string): Promise<number | undefined> {
    const row = await this.store.get<{ since: number }>(
      'SELECT since FROM threads WHERE thread_id = ?',
      threadId,
    );
    return row?.since;
  }

  /** User ids invited into the room so far. Who left it since is not to be brought back. */
  async invited(roomId: string): Promise<string[]> {
    const rows = await this.store.all<{ user_id: string }>(
      'SELECT user_id FROM invited WHERE room_id = ?',
      roomId,
    );
    return rows.map(({ user_id }) => user_id);
  }

  async noteInvited(roomId: string, userId: string): Promise<void> {
    await this.store.run(
      'INSERT INTO invited (room_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      roomId,
      userId,
    );
  }
}
