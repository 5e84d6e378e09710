import type { Core, CoreCondition, CoreState } from './core.types';

/** One way a core may go. */
export interface CoreTransition {
  from: CoreState;
  to: CoreState;
  /** What makes it go, for the history. */
  on: string;
}

/** Every change of state there is; whoever makes another one has a defect. */
export const CORE_TRANSITIONS: readonly CoreTransition[] = [
  { from: 'unknown', to: 'starting', on: 'its process runs' },
  { from: 'unknown', to: 'warming', on: 'it answers' },
  { from: 'unknown', to: 'suspect', on: 'an answer failed' },
  { from: 'unknown', to: 'down', on: 'it does not answer' },

  { from: 'starting', to: 'warming', on: 'it answers' },
  { from: 'starting', to: 'suspect', on: 'an answer failed' },
  { from: 'starting', to: 'down', on: 'it does not answer' },

  { from: 'warming', to: 'ready', on: 'it generated' },
  { from: 'warming', to: 'starting', on: 'its process was started' },
  { from: 'warming', to: 'suspect', on: 'an answer failed' },
  { from: 'warming', to: 'down', on: 'it does not answer or generate' },

  { from: 'ready', to: 'suspect', on: 'an answer or a probe failed' },
  { from: 'ready', to: 'warming', on: 'its model is not in memory, or not the same' },
  { from: 'ready', to: 'starting', on: 'its process was started' },
  { from: 'ready', to: 'down', on: 'it does not answer or generate' },

  { from: 'suspect', to: 'ready', on: 'it generated' },
  { from: 'suspect', to: 'warming', on: 'its model is not in memory, or not the same' },
  { from: 'suspect', to: 'starting', on: 'its process was started' },
  { from: 'suspect', to: 'down', on: 'it does not answer or generate' },

  { from: 'down', to: 'starting', on: 'its process was started' },
  { from: 'down', to: 'warming', on: 'it answers' },
  { from: 'down', to: 'ready', on: 'it generated' },
];

/** The row of {@link CORE_TRANSITIONS}; undefined where there is none. */
export function transitionBetween(from: CoreState, to: CoreState): CoreTransition | undefined {
  return CORE_TRANSITIONS.find((row) => row.from === from && row.to === to);
}

/** What a condition means, besides what the core's state says. */
export interface ConditionRule {
  /** Whether the core is given work: like any other, after all others, or not at all. */
  work: 'yes' | 'last' | 'never';
  /** Whether it is repaired when it is down. */
  repair: boolean;
  /** Whether it outlives the process. */
  kept: boolean;
  /** What sets it and what lifts it, for people. */
  meaning: string;
}

/** By which a core that could answer is ranked, and one that cannot is mended or left alone. */
export const CONDITION_RULES: Readonly<Record<CoreCondition, ConditionRule>> = {
  degraded: {
    work: 'yes',
    repair: true,
    kept: false,
    meaning: 'it answers at less than a quarter of its own normal speed; lifted when the speed is back',
  },
  repairing: {
    work: 'yes',
    repair: true,
    kept: false,
    meaning: 'the repair ladder works on it; lifted when it is ready, or the ladder has no step left',
  },
  failed: {
    work: 'yes',
    repair: true,
    kept: true,
    meaning: 'no repair helped; tried again every half hour, lifted when it is ready',
  },
  quarantined: {
    work: 'last',
    repair: true,
    kept: true,
    meaning: 'it was left in trouble lately; lifted by time, longer each time',
  },
  draining: {
    work: 'last',
    repair: true,
    kept: true,
    meaning: 'an administrator wants no new work there while another core can answer; lifted by one',
  },
  maintenance: {
    work: 'never',
    repair: false,
    kept: true,
    meaning: 'an administrator works on it: neither used nor repaired; lifted by time or by one',
  },
  stopped: {
    work: 'never',
    repair: false,
    kept: true,
    meaning: 'an administrator stopped it; only one starts it again',
  },
};

/** Whether its conditions let it be given work. The strictest counts. */
export function workOf({ conditions }: Pick<Core, 'conditions'>): ConditionRule['work'] {
  const rules = [...conditions.keys()].map((kind) => CONDITION_RULES[kind].work);
  return rules.includes('never') ? 'never' : rules.includes('last') ? 'last' : 'yes';
}

/** Whether its conditions let it be repaired. */
export function mayBeRepaired({ conditions }: Pick<Core, 'conditions'>): boolean {
  return [...conditions.keys()].every((kind) => CONDITION_RULES[kind].repair);
}

/** A core's state and conditions in one word, as people are shown them; `quarantined` hides nothing. */
export type ShownState = CoreState | Exclude<CoreCondition, 'quarantined'>;

export const SHOWN_STATES: readonly ShownState[] = [
  ...(['unknown', 'starting', 'warming', 'ready', 'suspect', 'down'] as const),
  ...(['degraded', 'repairing', 'failed', 'draining', 'maintenance', 'stopped'] as const),
];

export function shownState({ state, conditions }: Pick<Core, 'state' | 'conditions'>): ShownState {
  for (const kind of ['stopped', 'maintenance'] as const) if (conditions.has(kind)) return kind;
  if (state === 'down')
    for (const kind of ['repairing', 'failed'] as const) if (conditions.has(kind)) return kind;
  if (state === 'ready')
    for (const kind of ['draining', 'degraded'] as const) if (conditions.has(kind)) return kind;
  return state;
}

/** Why it is in the state that people are shown: the condition's reason, where that is one. */
export function shownReason(core: Pick<Core, 'state' | 'conditions' | 'reason'>): string {
  const shown = shownState(core);
  return [...core.conditions.values()].find(({ kind }) => kind === shown)?.reason ?? core.reason;
}
