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
  {
    feature: 'core-registry',
    version: 2,
    statements: [
      'ALTER TABLE transitions ADD COLUMN detected_ms INTEGER',
      'ALTER TABLE transitions ADD COLUMN switched_ms INTEGER',
      `CREATE TABLE holds (subject INTEGER NOT NULL, kind TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER,
         by TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (subject, kind))`,
      // What happened to each core (and, as core 0, to the cluster): changes of state, and conditions set and lifted.
      `CREATE TABLE core_history (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, core INTEGER NOT NULL,
         epoch INTEGER NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, cause TEXT NOT NULL,
         evidence TEXT NOT NULL, waited_ms INTEGER)`,
      'CREATE INDEX core_history_at ON core_history (at)',
      'CREATE INDEX core_history_core ON core_history (core, id)',
    ],
  },
  {
    feature: 'core-registry',
    version: 3,
    statements: [
      // How fast each core normally writes; `setup`: what shapes that besides the model.
      `CREATE TABLE core_pace (core INTEGER NOT NULL, model TEXT NOT NULL, setup TEXT NOT NULL,
         tokens_per_second REAL NOT NULL, answers INTEGER NOT NULL, PRIMARY KEY (core, model, setup))`,
    ],
  },
  {
    feature: 'core-registry',
    version: 4,
    statements: [
      // Cores that came as components. Rows of those that are gone stay, so that no number is given twice.
      `CREATE TABLE further_cores (id INTEGER PRIMARY KEY, component TEXT NOT NULL, lock TEXT NOT NULL,
         phase TEXT NOT NULL, slots INTEGER NOT NULL, spec TEXT NOT NULL, url TEXT)`,
    ],
  },
];
