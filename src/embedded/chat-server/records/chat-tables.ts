import type { Migration } from '../../../storage/store';

/** Documents are kept whole, as EJSON text; the columns beside them are only what queries look for. */
export const CHAT_TABLES: Migration[] = [
  {
    feature: 'chat-server',
    version: 1,
    statements: [
      `CREATE TABLE users (
         id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT, document TEXT NOT NULL)`,
      `CREATE TABLE tokens (
         hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), origin TEXT NOT NULL,
         created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL)`,
      'CREATE INDEX tokens_of_user ON tokens (user_id, created_at)',
      `CREATE TABLE rooms (
         id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT UNIQUE COLLATE NOCASE, updated_at INTEGER NOT NULL,
         document TEXT NOT NULL)`,
      `CREATE TABLE subscriptions (
         id TEXT PRIMARY KEY, room_id TEXT NOT NULL REFERENCES rooms (id), user_id TEXT NOT NULL REFERENCES users (id),
         updated_at INTEGER NOT NULL, document TEXT NOT NULL, UNIQUE (room_id, user_id))`,
      'CREATE INDEX subscriptions_of_user ON subscriptions (user_id)',
      `CREATE TABLE messages (
         number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, room_id TEXT NOT NULL REFERENCES rooms (id),
         thread_id TEXT, shown_in_room INTEGER NOT NULL, hidden INTEGER NOT NULL, ts INTEGER NOT NULL,
         updated_at INTEGER NOT NULL, document TEXT NOT NULL)`,
      'CREATE INDEX messages_by_time ON messages (room_id, ts)',
      'CREATE INDEX messages_by_change ON messages (room_id, updated_at)',
      'CREATE INDEX messages_of_thread ON messages (thread_id, ts) WHERE thread_id IS NOT NULL',
      `CREATE TABLE removals (
         kind TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, deleted_at INTEGER NOT NULL,
         PRIMARY KEY (kind, id))`,
      'CREATE INDEX removals_by_time ON removals (kind, scope, deleted_at)',
    ],
  },
  {
    feature: 'chat-server',
    version: 2,
    statements: [
      // A token with a name is a personal access token.
      'ALTER TABLE tokens ADD COLUMN name TEXT',
      'ALTER TABLE tokens ADD COLUMN last_part TEXT',
      'ALTER TABLE tokens ADD COLUMN bypass INTEGER NOT NULL DEFAULT 0',
      'CREATE UNIQUE INDEX access_tokens ON tokens (user_id, name) WHERE name IS NOT NULL',
    ],
  },
];
