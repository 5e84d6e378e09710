import type { Migration } from '../storage/store';

export const APPROVALS_MIGRATIONS: Migration[] = [
  {
    feature: 'approvals',
    version: 1,
    statements: [
      `CREATE TABLE approvals (code TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, shown_hash TEXT NOT NULL,
         needed INTEGER NOT NULL, asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
         state TEXT NOT NULL DEFAULT 'open', ended_at INTEGER, ended_by TEXT, reason TEXT, details TEXT NOT NULL)`,
      'CREATE INDEX approvals_state ON approvals (state, asked_at)',
      `CREATE TABLE approval_voices (code TEXT NOT NULL, voice TEXT NOT NULL, by_whom TEXT NOT NULL, at INTEGER NOT NULL,
         PRIMARY KEY (code, voice))`,
    ],
  },
  {
    feature: 'approvals',
    version: 2,
    // What those persons went by at the time.
    statements: [
      'ALTER TABLE approvals ADD COLUMN asked_by_name TEXT',
      'ALTER TABLE approvals ADD COLUMN ended_by_name TEXT',
      'ALTER TABLE approval_voices ADD COLUMN name TEXT',
    ],
  },
];
