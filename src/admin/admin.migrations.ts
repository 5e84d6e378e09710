import type { Migration } from '../storage/store';

export const ADMIN_MIGRATIONS: Migration[] = [
  {
    feature: 'admin',
    version: 1,
    statements: [
      `CREATE TABLE api_keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL,
         created_at INTEGER NOT NULL, revoked_at INTEGER)`,
    ],
  },
];
