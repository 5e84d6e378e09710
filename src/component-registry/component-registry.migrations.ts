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
];
