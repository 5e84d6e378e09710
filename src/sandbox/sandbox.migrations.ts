import type { Migration } from '../storage/store';

export const SANDBOX_MIGRATIONS: Migration[] = [
  {
    feature: 'sandbox',
    version: 1,
    statements: [
      `CREATE TABLE trials (id TEXT PRIMARY KEY, component TEXT NOT NULL, title TEXT NOT NULL, version TEXT NOT NULL,
         asked_by TEXT NOT NULL, room_id TEXT, thread_id TEXT, language TEXT, asked_at INTEGER NOT NULL,
         ended_at INTEGER, verdict TEXT, report TEXT)`,
      'CREATE INDEX trials_asked ON trials (asked_at)',
    ],
  },
  {
    feature: 'sandbox',
    version: 2,
    // What that person went by at the time.
    statements: ['ALTER TABLE trials ADD COLUMN asked_by_name TEXT'],
  },
];
