import { APPROVALS_MIGRATIONS } from '../../src/approvals/approvals.migrations';
import { COMPONENT_REGISTRY_MIGRATIONS } from '../../src/component-registry/component-registry.migrations';
import { CORE_REGISTRY_MIGRATIONS } from '../../src/core-registry/core-registry.migrations';
import { FAILOVER_MIGRATIONS } from '../../src/failover/failover.migrations';
import { JOURNAL_MIGRATIONS } from '../../src/journal/journal.migrations';
import { ROOMS_MIGRATIONS } from '../../src/rooms/rooms.migrations';
import { SANDBOX_MIGRATIONS } from '../../src/sandbox/sandbox.migrations';
import { TOOLS_MIGRATIONS } from '../../src/tools/tools.migrations';
import { LibsqlStore } from '../../src/storage/libsql-store';

/** The real store with the tables of the domain, in memory. (`app.module.ts` names the same tables, but loads the whole web stack.) */
export async function memoryStore(): Promise<LibsqlStore> {
  const store = new LibsqlStore(':memory:');
  await store.migrate([
    ...CORE_REGISTRY_MIGRATIONS,
    ...COMPONENT_REGISTRY_MIGRATIONS,
    ...FAILOVER_MIGRATIONS,
    ...JOURNAL_MIGRATIONS,
    ...ROOMS_MIGRATIONS,
    ...SANDBOX_MIGRATIONS,
    ...TOOLS_MIGRATIONS,
    ...APPROVALS_MIGRATIONS,
  ]);
  return store;
}
