import type { Queries, Store } from '../../../storage/store';
import { CHAT_TABLES } from './chat-tables';
import { MessageRecords } from './message-records';
import { RoomRecords } from './room-records';
import { UserRecords } from './user-records';

/** Everything the chat server keeps, either over the store itself or inside one transaction. */
export class ChatRecords {
  readonly users: UserRecords;
  readonly rooms: RoomRecords;
  readonly messages: MessageRecords;

  private constructor(
    private readonly store: Store,
    queries: Queries,
  ) {
    this.users = new UserRecords(queries);
    this.rooms = new RoomRecords(queries);
    this.messages = new MessageRecords(queries);
  }

  static async over(store: Store): Promise<ChatRecords> {
    await store.migrate(CHAT_TABLES);
    return new ChatRecords(store, store);
  }

  transaction<T>(work: (records: ChatRecords) => Promise<T>): Promise<T> {
    return this.store.transaction((tx) => work(new ChatRecords(this.store, tx)));
  }
}
