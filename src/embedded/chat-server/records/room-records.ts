import type { Queries } from '../../../storage/store';
import { fromEjson, toEjson } from '../ejson';
import type { Removal, RoomDocument, SubscriptionDocument } from './documents';

interface DocumentRow {
  document: string;
}

export class RoomRecords {
  constructor(private readonly queries: Queries) {}

  byId(id: string): Promise<RoomDocument | undefined> {
    return this.one('SELECT document FROM rooms WHERE id = ?', id);
  }

  byName(name: string): Promise<RoomDocument | undefined> {
    return this.one('SELECT document FROM rooms WHERE name = ?', name);
  }

  channels(): Promise<RoomDocument[]> {
    return this.many("SELECT document FROM rooms WHERE kind = 'c' ORDER BY name");
  }

  ofUser(userId: string): Promise<RoomDocument[]> {
    return this.many(
      `SELECT rooms.document FROM rooms JOIN subscriptions ON room_id = rooms.id
       WHERE user_id = ? ORDER BY rooms.updated_at DESC`,
      userId,
    );
  }

  async insert(room: RoomDocument): Promise<void> {
    await this.queries.run(
      'INSERT INTO rooms (id, kind, name, updated_at, document) VALUES (?, ?, ?, ?, ?)',
      room._id,
      room.t,
      room.name ?? null,
      room._updatedAt.getTime(),
      toEjson(room),
    );
  }

  async save(room: RoomDocument): Promise<void> {
    await this.queries.run(
      'UPDATE rooms SET updated_at = ?, document = ? WHERE id = ?',
      room._updatedAt.getTime(),
      toEjson(room),
      room._id,
    );
  }

  async memberIds(roomId: string): Promise<string[]> {
    const rows = await this.queries.all<{ user_id: string }>(
      'SELECT user_id FROM subscriptions WHERE room_id = ? ORDER BY rowid',
      roomId,
    );
    return rows.map((row) => row.user_id);
  }

  async subscription(roomId: string, userId: string): Promise<SubscriptionDocument | undefined> {
    const row = await this.queries.get<DocumentRow>(
      'SELECT document FROM subscriptions WHERE room_id = ? AND user_id = ?',
      roomId,
      userId,
    );
    return row && fromEjson<SubscriptionDocument>(row.document);
  }

  async subscriptionsOfRoom(roomId: string): Promise<SubscriptionDocument[]> {
    const rows = await this.queries.all<DocumentRow>(
      'SELECT document FROM subscriptions WHERE room_id = ? ORDER BY rowid',
      roomId,
    );
    return rows.map((row) => fromEjson<SubscriptionDocument>(row.document));
  }

  async subscriptionsOfUser(userId: string): Promise<SubscriptionDocument[]> {
    const rows = await this.queries.all<DocumentRow>(
      'SELECT document FROM subscriptions WHERE user_id = ? ORDER BY rowid',
      userId,
    );
    return rows.map((row) => fromEjson<SubscriptionDocument>(row.document));
  }

  async insertSubscription(subscription: SubscriptionDocument): Promise<void> {
    await this.queries.run(
      'INSERT INTO subscriptions (id, room_id, user_id, updated_at, document) VALUES (?, ?, ?, ?, ?)',
      subscription._id,
      subscription.rid,
      subscription.u._id,
      subscription._updatedAt.getTime(),
      toEjson(subscription),
    );
  }

  async saveSubscription(subscription: SubscriptionDocument): Promise<void> {
    await this.queries.run(
      'UPDATE subscriptions SET updated_at = ?, document = ? WHERE id = ?',
      subscription._updatedAt.getTime(),
      toEjson(subscription),
      subscription._id,
    );
  }

  async removeSubscription(subscription: SubscriptionDocument, at: Date): Promise<void> {
    await this.queries.run('DELETE FROM subscriptions WHERE id = ?', subscription._id);
    await this.queries.run(
      "INSERT OR REPLACE INTO removals (kind, id, scope, deleted_at) VALUES ('subscription', ?, ?, ?)",
      subscription._id,
      subscription.u._id,
      at.getTime(),
    );
  }

  async removedSubscriptions(userId: string, after: Date): Promise<Removal[]> {
    const rows = await this.queries.all<{ id: string; deleted_at: number }>(
      "SELECT id, deleted_at FROM removals WHERE kind = 'subscription' AND scope = ? AND deleted_at > ?",
      userId,
      after.getTime(),
    );
    return rows.map((row) => ({ _id: row.id, _deletedAt: new Date(row.deleted_at) }));
  }

  private async one(sql: string, parameter: string): Promise<RoomDocument | undefined> {
    const row = await this.queries.get<DocumentRow>(sql, parameter);
    return row && fromEjson<RoomDocument>(row.document);
  }

  private async many(sql: string, ...parameters: string[]): Promise<RoomDocument[]> {
    const rows = await this.queries.all<DocumentRow>(sql, ...parameters);
    return rows.map((row) => fromEjson<RoomDocument>(row.document));
  }
}
