import { Injectable } from '@nestjs/common';
import { Store } from '../storage/store';

/**
 * How far each room has been read, by the server's `_updatedAt` (epoch ms). A mark moves only after everything before
 * it is in the inbox, and never backwards.
 */
@Injectable()
export class Watermarks {
  constructor(private readonly store: Store) {}

  /** The mark of a room; undefined for a room never read. */
  async get(roomId: string): Promise<number | undefined> {
    const row = await this.store.get<{ changed_at: number }>(
      'SELECT changed_at FROM watermarks WHERE room_id = ?',
      roomId,
    );
    return row?.changed_at;
  }

  /** Messages written before this are history, never questions (epoch ms). */
  async since(roomId: string): Promise<number | undefined> {
    const row = await this.store.get<{ since: number }>(
      'SELECT since FROM watermarks WHERE room_id = ?',
      roomId,
    );
    return row?.since;
  }

  /**
   * Since when messages of a room that was never read count: not before the assistant came here, and not before what
   * was read when the room was not ours yet (with a little overlap, for the first message may come before its room).
   */
  async sinceForNewRoom(overlapMs: number): Promise<number> {
    const came = Number((await this.fact('history-before')) ?? 0);
    const read = Number((await this.fact('read-until')) ?? 0);
    return Math.max(came, read - overlapMs, 0);
  }

  /** We came (again) into the room: what was said before is history. */
  async cutHistory(roomId: string, joinedAt: number): Promise<void> {
    await this.store.run(
      'UPDATE watermarks SET since = MAX(since, ?), changed_at = MAX(changed_at, ?) WHERE room_id = ?',
      ...[joinedAt, joinedAt, roomId],
    );
  }

  async open(roomId: string, since: number): Promise<void> {
    await this.store.run(
      'INSERT INTO watermarks (room_id, since, changed_at) VALUES (?, ?, ?) ON CONFLICT (room_id) DO NOTHING',
      ...[roomId, since, since],
    );
  }

  async advance(roomId: string, changedAt: number): Promise<void> {
    await this.store.run(
      'UPDATE watermarks SET changed_at = MAX(changed_at, ?) WHERE room_id = ?',
      changedAt,
      roomId,
    );
  }

  async any(): Promise<boolean> {
    return (await this.store.get('SELECT 1 FROM watermarks LIMIT 1')) !== undefined;
  }

  /** A lasting fact about this journal, such as when it was first opened. */
  async fact(name: string): Promise<string | undefined> {
    const row = await this.store.get<{ value: string }>(
      'SELECT value FROM journal_facts WHERE name = ?',
      name,
    );
    return row?.value;
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.store.run(
      'INSERT INTO journal_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }
}
