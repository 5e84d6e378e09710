import type { Core, CoreCondition, CoreState, Hold } from '../../src/core-registry/core.types';

/** A core as the registry tells of it; core 1 is the active one unless `rest` says otherwise. */
export function aCore(id: number, state: CoreState, rest: Partial<Core> = {}): Core {
  return {
    id,
    kind: 'ollama',
    url: `http://127.0.0.1:${id}`,
    host: 'this machine',
    slots: 1,
    role: id === 1 ? 'active' : 'standby',
    state,
    reason: `core ${id} reason`,
    since: 0,
    changedAt: 0,
    wasReadyMs: 0,
    inFlight: 0,
    failures: [],
    conditions: new Map(),
    speed: {},
    ...rest,
  };
}

/** What a core is held in, for `conditions`. */
export function held(...kinds: CoreCondition[]): ReadonlyMap<CoreCondition, Hold<CoreCondition>> {
  return new Map(kinds.map((kind) => [kind, { kind, since: 0, by: 'api:test', reason: 'said so' }]));
}
