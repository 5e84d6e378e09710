import type { Queries, SqlValue } from '../../../storage/store';
import { fromEjson, toEjson } from '../ejson';
import type { MessageDocument, Removal } from './documents';

interface DocumentRow {
  document: string;
}

export interface HistoryQuery {
  roomId: string;
  latest: Date;
  oldest?: Date;
  inclusive: boolean;
  /** False leaves out thread replies that are not shown in the room too. */
  threadMessages: boolean;
  count: number;
  offset: number;
}

export class MessageRecords {
  constructor(private readonly queries: Queries) {}

  async byId(id: string): Promise<MessageDocument | undefined> {
    const row = await this.queries.get<DocumentRow>('SELECT document FROM messages WHERE id = ?', id);
    return row && fromEjson<MessageDocument>(row.document);
  }

  async insert(message: MessageDocument): Promise<void> {
    await this.queries.run(
      `INSERT INTO messages (id, room_id, thread_id, shown_in_room, hidden, ts, updated_at, document)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
      message._id,
      message.rid,
      message.tmid ?? null,
      message.tmid === undefined || message.tshow ? 1 : 0,
      message.ts.getTime(),
      message._updatedAt.getTime(),
      toEjson(message),
    );
  }

  async save(message: MessageDocument): Promise<void> {
    await this.queries.run(
      'UPDATE messages SET hidden = ?, updated_at = ?, document = ? WHERE id = ?',
      message._hidden ? 1 : 0,
      message._updatedAt.getTime(),
      toEjson(message),
      message._id,
    );
  }

  async remove(message: MessageDocument, at: Date): Promise<void> {
    await this.queries.run('DELETE FROM messages WHERE id = ?', message._id);
    await this.queries.run(
      "INSERT OR REPLACE INTO removals (kind, id, scope, deleted_at) VALUES ('message', ?, ?, ?)",
      message._id,
      message.rid,
      at.getTime(),
    );
  }

  /** Newest first. */
  history(query: HistoryQuery): Promise<MessageDocument[]> {
    const conditions = ['room_id = ?', 'hidden = 0', `ts ${query.inclusive ? '<=' : '<'} ?`];
    const parameters: SqlValue[] = [query.roomId, query.latest.getTime()];
    if (query.oldest) {
      conditions.push(`ts ${query.inclusive ? '>=' : '>'} ?`);
      parameters.push(query.oldest.getTime());
    }
    if (!query.threadMessages) conditions.push('shown_in_room = 1');
    return this.many(
      `${conditions.join(' AND ')} ORDER BY ts DESC, number DESC LIMIT ? OFFSET ?`,
      ...parameters,
      query.count,
      query.offset,
    );
  }

  /** Changed after `after` (not at it), newest message first: what `lastUpdate` asks for. */
  changedAfter(roomId: string, after: Date): Promise<MessageDocument[]> {
    return this.many(
      'room_id = ? AND hidden = 0 AND updated_at > ? ORDER BY ts DESC, number DESC',
      roomId,
      after.getTime(),
    );
  }

  /** A page of changes in order; `at` itself is excluded in both directions. */
  changes(
    roomId: string,
    direction: 'after' | 'before',
    at: number,
    limit: number,
  ): Promise<MessageDocument[]> {
    const [sign, order] = direction === 'after' ? ['>', 'ASC'] : ['<', 'DESC'];
    return this.many(
      `room_id = ? AND hidden = 0 AND updated_at ${sign} ? ORDER BY updated_at ${order}, number ${order} LIMIT ?`,
      roomId,
      at,
      limit,
    );
  }

  async removals(
    roomId: string,
    direction: 'after' | 'before',
    at: number,
    limit: number,
  ): Promise<Removal[]> {
    const [sign, order] = direction === 'after' ? ['>', 'ASC'] : ['<', 'DESC'];
    const rows = await this.queries.all<{ id: string; deleted_at: number }>(
      `SELECT id, deleted_at FROM removals WHERE kind = 'message' AND scope = ? AND deleted_at ${sign} ?
       ORDER BY deleted_at ${order} LIMIT ?`,
      roomId,
      at,
      limit,
    );
    return rows.map((row) => ({ _id: row.id, _deletedAt: new Date(row.deleted_at) }));
  }

  thread(id: string, order: 'ASC' | 'DESC', count: number, offset: number): Promise<MessageDocument[]> {
    return this.many(
      `thread_id = ? AND hidden = 0 ORDER BY ts ${order}, number ${order} LIMIT ? OFFSET ?`,
      id,
      count,
      offset,
    );
  }

  async threadSize(id: string): Promise<number> {
    const row = await this.queries.get<{ total: number }>(
      'SELECT count(*) AS total FROM messages WHERE thread_id = ? AND hidden = 0',
      id,
    );
    return Number(row?.total ?? 0);
  }

  async lastVisible(roomId: string): Promise<MessageDocument | undefined> {
    const rows = await this.many(
      "room_id = ? AND hidden = 0 AND json_extract(document, '$.t') IS NULL ORDER BY ts DESC, number DESC LIMIT 1",
      roomId,
    );
    return rows[0];
  }

  private async many(where: string, ...parameters: SqlValue[]): Promise<MessageDocument[]> {
    const rows = await this.queries.all<DocumentRow>(
      `SELECT document FROM messages WHERE ${where}`,
      ...parameters,
    );
    return rows.map((row) => fromEjson<MessageDocument>(row.document));
  }
}
