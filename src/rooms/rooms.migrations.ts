import type { Migration } from '../storage/store';

export const ROOMS_MIGRATIONS: Migration[] = [
  {
    feature: 'rooms',
    version: 1,
    statements: [
      `CREATE TABLE rooms (room_id TEXT PRIMARY KEY, language TEXT, listen TEXT NOT NULL DEFAULT 'mentions',
         listen_since INTEGER NOT NULL DEFAULT 0)`,
      'CREATE TABLE lanes (lane TEXT PRIMARY KEY, context_since INTEGER NOT NULL)',
      'CREATE TABLE threads (thread_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, since INTEGER NOT NULL)',
    ],
  },
  {
    feature: 'rooms',
    version: 2,
    statements: [
      'CREATE TABLE invited (room_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (room_id, user_id))',
    ],
  },
];
