import type { Migration } from '../storage/store';

export const JOURNAL_MIGRATIONS: Migration[] = [
  {
    feature: 'journal',
    version: 1,
    statements: [
      `CREATE TABLE inbox (
         id TEXT PRIMARY KEY, kind TEXT NOT NULL, room_id TEXT NOT NULL, thread_id TEXT, answer_thread_id TEXT,
         lane TEXT NOT NULL, author_id TEXT NOT NULL, author_name TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
         state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, fruitless INTEGER NOT NULL DEFAULT 0,
         next_at INTEGER NOT NULL DEFAULT 0, reason TEXT, accepted_at INTEGER NOT NULL, finished_at INTEGER)`,
      'CREATE INDEX inbox_state ON inbox (state)',
      'CREATE INDEX inbox_lane ON inbox (lane, at)',
      'CREATE INDEX inbox_accepted ON inbox (accepted_at)',
      `CREATE TABLE attempts (
         message_id TEXT NOT NULL, number INTEGER NOT NULL, epoch INTEGER NOT NULL, core INTEGER NOT NULL,
         started_at INTEGER NOT NULL, finished_at INTEGER, outcome TEXT, continued_from INTEGER NOT NULL DEFAULT 0,
         PRIMARY KEY (message_id, number))`,
      `CREATE TABLE answers (
         message_id TEXT NOT NULL, part INTEGER NOT NULL, post_id TEXT NOT NULL, text TEXT NOT NULL,
         posted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (message_id, part))`,
      'CREATE INDEX answers_post ON answers (post_id)',
      `CREATE TABLE notices (
         key TEXT PRIMARY KEY, post_id TEXT NOT NULL, room_id TEXT NOT NULL, thread_id TEXT, text TEXT NOT NULL,
         created_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0,
         state TEXT NOT NULL DEFAULT 'waiting')`,
      'CREATE INDEX notices_post ON notices (post_id)',
      'CREATE TABLE watermarks (room_id TEXT PRIMARY KEY, since INTEGER NOT NULL, changed_at INTEGER NOT NULL)',
      'CREATE TABLE journal_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
    ],
  },
  {
    feature: 'journal',
    version: 2,
    statements: [
      // Nothing looks for these two any more: a lane's head is sought among what is open, not in all of a room's past.
      'DROP INDEX inbox_lane',
      'DROP INDEX inbox_accepted',
      `CREATE INDEX inbox_open_lane ON inbox (lane, at)
         WHERE state IN ('queued', 'generating', 'retry-wait', 'generated', 'posting')`,
      // For forgetting a little at a time; without them every slice would read the whole history.
      'CREATE INDEX inbox_finished ON inbox (finished_at) WHERE finished_at IS NOT NULL',
      `CREATE INDEX inbox_worded ON inbox (finished_at)
         WHERE text <> '' AND state <> 'dead' AND finished_at IS NOT NULL`,
      "CREATE INDEX answers_worded ON answers (message_id) WHERE text <> ''",
    ],
  },
  {
    feature: 'journal',
    version: 3,
    statements: [
      // Times a core died by itself while it wrote the answer: a question may be what kills them.
      'ALTER TABLE inbox ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0',
    ],
  },
];
