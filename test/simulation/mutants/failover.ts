import type { Mutant } from './mutant';

const REGISTRY = 'src/core-registry/core-registry.ts';
const POLICY = 'src/failover/failover-policy.ts';
const CHEAP_LOOP = 'src/health-monitor/cheap-loop.ts';

export const FAILOVER_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'the epoch stands still',
    file: REGISTRY,
    find: "        'UPDATE cluster SET epoch = ?, active = ? WHERE id = 1 AND epoch = ?',\n        epoch,\n",
    replace:
      "        'UPDATE cluster SET epoch = ?, active = ? WHERE id = 1 AND epoch = ?',\n        epoch - 1,\n",
  },
  {
    name: 'a switch is missing in the history',
    file: REGISTRY,
    find: '      await writeSwitch(tx, transition);\n',
    replace: '',
  },
  {
    name: 'a dead core is not left',
    file: POLICY,
    find: "  if ((active.state !== 'down' || cold) && !neverCame) return undefined;",
    replace: '  if (cold || !neverCame) return undefined;',
  },
  {
    name: 'the first core is gone back to at once',
    file: POLICY,
    find: '  const cold = runningMs',
    replace:
      "  const first = cores.find(({ id, state }) => id === 1 && state === 'ready');\n  if (first && active.id !== 1) return { kind: 'switch', to: 1, cause: 'failback', evidence: first.reason };\n  const cold = runningMs",
  },
  {
    name: 'dead cores are candidates',
    file: 'src/core-registry/rank-candidates.ts',
    find: "const USABLE = ['ready', 'warming'] as const;",
    replace: "const USABLE = ['ready', 'warming', 'down'] as const;",
  },
  {
    name: 'a silent core is called dead after thirty misses',
    file: 'src/health-monitor/watch-timing.ts',
    find: 'export const FALL = 3;',
    replace: 'export const FALL = 30;',
  },
  {
    name: 'memory forgets who is active now',
    file: REGISTRY,
    find: "    for (const core of this.cores.values()) core.role = core.id === to ? 'active' : 'standby';",
    replace: '',
  },
  {
    name: 'a core that died never comes back',
    file: CHEAP_LOOP,
    find: '    if (!rising || (known.fell && known.passes < timing.RISE)) return;',
    replace: '    if (!rising || known.fell) return;',
  },
  {
    name: 'nobody is told of a blackout',
    file: 'src/failover/failover.service.ts',
    find: 'const BLACKOUT_NOTICE_MS = 3_000;',
    replace: 'const BLACKOUT_NOTICE_MS = 300_000;',
  },
  {
    name: 'a restart forgets the switch',
    file: REGISTRY,
    find: '    this.activeId = row && known.has(row.active) ? row.active : fallback;',
    replace: '    this.activeId = fallback;',
  },
  {
    name: 'a way that cores do go is not in the table',
    file: 'src/core-registry/core-states.ts',
    find: "  { from: 'suspect', to: 'down', on: 'it does not answer or generate' },\n",
    replace: '',
  },
];
