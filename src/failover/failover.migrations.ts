import type { Migration } from '../storage/store';

export const FAILOVER_MIGRATIONS: Migration[] = [
  {
    feature: 'failover',
    version: 1,
    statements: [
      `CREATE TABLE repairs (id INTEGER PRIMARY KEY, core INTEGER NOT NULL, step TEXT NOT NULL, at INTEGER NOT NULL,
         finished_at INTEGER, outcome TEXT, why TEXT NOT NULL)`,
      'CREATE INDEX repairs_at ON repairs (at)',
      // Images a core was ready on, to go back to the last one that was good.
      `CREATE TABLE good_images (core INTEGER NOT NULL, image TEXT NOT NULL, ready_at INTEGER NOT NULL,
         PRIMARY KEY (core, image))`,
    ],
  },
  {
    feature: 'failover',
    version: 2,
    statements: [
      `CREATE TABLE service_restarts (id INTEGER PRIMARY KEY, service TEXT NOT NULL, at INTEGER NOT NULL,
         by TEXT NOT NULL, reason TEXT NOT NULL, outcome TEXT)`,
    ],
  },
];
