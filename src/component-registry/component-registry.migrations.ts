import type { Migration } from '../storage/store';

export const COMPONENT_REGISTRY_MIGRATIONS: Migration[] = [
  {
    feature: 'component-registry',
    version: 1,
    statements: [
      // What each source first gave out as a version.
      `CREATE TABLE catalogue_seen (source TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
         content TEXT NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY (source, name, version))`,
    ],
  },
  {
    feature: 'component-registry',
    version: 2,
    statements: [
      // What is installed; `record` and `lock` are JSON.
      'CREATE TABLE components (name TEXT PRIMARY KEY, record TEXT NOT NULL)',
      'CREATE TABLE component_locks (id TEXT PRIMARY KEY, component TEXT NOT NULL, lock TEXT NOT NULL)',
      `CREATE TABLE component_history (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, from_state TEXT NOT NULL,
         to_state TEXT NOT NULL, lock_id TEXT NOT NULL, version TEXT NOT NULL, reason TEXT NOT NULL,
         by_whom TEXT NOT NULL, at INTEGER NOT NULL)`,
      'CREATE INDEX component_history_name ON component_history (name, id)',
      `CREATE TABLE component_asked_in (lock_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, thread_id TEXT,
         language TEXT NOT NULL)`,
      'CREATE TABLE component_calls (lock_id TEXT PRIMARY KEY, calls INTEGER NOT NULL, failures INTEGER NOT NULL)',
    ],
  },
  {
    feature: 'component-registry',
    version: 3,
    // What that person went by at the time.
    statements: ['ALTER TABLE component_history ADD COLUMN by_name TEXT'],
  },
];
