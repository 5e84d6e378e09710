import type { Migration } from '../storage/store';

export const TOOLS_MIGRATIONS: Migration[] = [
  {
    feature: 'tools',
    version: 1,
    statements: [
      `CREATE TABLE tool_rounds (
         question_id TEXT NOT NULL, round INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
         PRIMARY KEY (question_id, round))`,
      // `arguments` as canonical JSON; `hash` of tool and arguments; `sent_at` is written before anything is sent.
      `CREATE TABLE tool_calls (
         question_id TEXT NOT NULL, round INTEGER NOT NULL, position INTEGER NOT NULL, call_id TEXT, name TEXT NOT NULL,
         component TEXT, tool TEXT, lock_id TEXT, effect TEXT, arguments TEXT NOT NULL, hash TEXT NOT NULL,
         state TEXT NOT NULL, outcome TEXT, result TEXT, sent_at INTEGER, settled_at INTEGER,
         PRIMARY KEY (question_id, round, position))`,
      `CREATE TABLE tool_approvals (
         code TEXT PRIMARY KEY, question_id TEXT NOT NULL, round INTEGER NOT NULL, position INTEGER NOT NULL,
         binding TEXT NOT NULL, tool_hash TEXT NOT NULL, room_id TEXT NOT NULL, lane TEXT NOT NULL, user_id TEXT NOT NULL,
         state TEXT NOT NULL, decided_by TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
         UNIQUE (question_id, round, position))`,
      `CREATE TABLE tool_grants (
         room_id TEXT NOT NULL, lane TEXT NOT NULL, user_id TEXT NOT NULL, tool_hash TEXT NOT NULL, granted_by TEXT NOT NULL,
         until INTEGER NOT NULL, PRIMARY KEY (room_id, lane, user_id, tool_hash))`,
      // Days in UTC; `spread`: how many calls took how long, by powers of the square root of two milliseconds.
      `CREATE TABLE tool_usage (component TEXT NOT NULL, tool TEXT NOT NULL, day TEXT NOT NULL, calls INTEGER NOT NULL,
         errors INTEGER NOT NULL, spread TEXT NOT NULL, PRIMARY KEY (component, tool, day))`,
      // Sealed, whether secret or not.
      `CREATE TABLE component_config (component TEXT NOT NULL, name TEXT NOT NULL, sealed TEXT NOT NULL,
         set_by TEXT NOT NULL, set_at INTEGER NOT NULL, PRIMARY KEY (component, name))`,
    ],
  },
  {
    feature: 'tools',
    version: 2,
    // What that person went by at the time.
    statements: ['ALTER TABLE component_config ADD COLUMN set_by_name TEXT'],
  },
  {
    feature: 'tools',
    version: 3,
    statements: [
      // What the egress proxies of components refused; `target`: `host:port` as it was asked for.
      `CREATE TABLE component_denials (component TEXT NOT NULL, target TEXT NOT NULL, reason TEXT NOT NULL,
         times INTEGER NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY (component, target))`,
    ],
  },
  {
    feature: 'tools',
    version: 4,
    statements: [
      // What components keep, by volume, as it was measured last; `over_since`: while it is more than it may be.
      `CREATE TABLE component_data (volume TEXT PRIMARY KEY, bytes INTEGER NOT NULL, measured_at INTEGER NOT NULL,
         over_since INTEGER)`,
    ],
  },
];
