import type { Mutant } from './mutant';

const SERVICE = 'src/failover/repair/repair.service.ts';
const LADDER = 'src/failover/repair/repair-ladder.ts';
const JOURNAL = 'src/failover/repair/repair-journal.ts';

export const REPAIR_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'a pause does not hold repairs',
    file: SERVICE,
    find: "return cluster.has('paused') || cluster.has('tilted') || this.ending.signal.aborted;",
    replace: "return cluster.has('tilted') || this.ending.signal.aborted;",
  },
  {
    name: 'a core in maintenance is repaired',
    file: LADDER,
    find: '  if (!info || !mayBeRepaired(core) ||',
    replace: '  if (!info ||',
  },
  {
    name: 'cores that are well are repaired',
    file: LADDER,
    find: "core.state === 'ready' || core.state === 'suspect') return undefined;",
    replace: "core.state === 'unknown') return undefined;\n  if (core.state === 'suspect') return 'silent';",
  },
  {
    name: 'a restart gives the budget back',
    file: JOURNAL,
    find: 'return rows.map(({ at }) => monotonic - Math.max(0, now - at));',
    replace: 'return rows.map(({ at }) => monotonic - BUDGET_WINDOW_MS - at);',
  },
  {
    name: 'nothing is ever started anew',
    file: 'src/failover/repair/repair-steps.ts',
    find: '        await this.within(this.engine.restart(core.container, graceMs), graceMs + ENGINE_MS, signal);\n',
    replace: '',
  },
  {
    name: 'cores that hang are waited for',
    file: LADDER,
    find: "return core.exited || forMs < WORD_WITHIN_MS ? undefined : 'silent';",
    replace: 'return undefined;',
  },
  {
    name: 'a core that is only coming up is repaired',
    file: LADDER,
    find: "      return core.ailment !== 'model-missing' && forMs >= PATIENCE_MS ? 'silent' : undefined;",
    replace: "      return 'silent';",
  },
];
