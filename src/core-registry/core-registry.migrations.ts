import type { Migration } from '../storage/store';

export const CORE_REGISTRY_MIGRATIONS: Migration[] = [
  {
    feature: 'core-registry',
    version: 1,
    statements: [
      'CREATE TABLE cluster (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, active INTEGER NOT NULL)',
      `CREATE TABLE transitions (epoch INTEGER PRIMARY KEY, from_core INTEGER NOT NULL, to_core INTEGER NOT NULL,
         at INTEGER NOT NULL, cause TEXT NOT NULL, evidence TEXT NOT NULL, by TEXT NOT NULL, waited_ms INTEGER)`,
    ],
  },
];
