import type { Random } from '../../src/shared/random';

/** What can be done to the product, and for how long it lasts, in seconds; [0, 0]: a blow. */
const LASTING = {
  'core-kill': [0, 0],
  'core-stop': [3, 15],
  'cores-kill': [0, 0],
  'runner-hang': [4, 15],
  'runner-slow': [5, 15],
  'runner-truncated': [2, 8],
  'runner-500': [2, 8],
  'runner-503': [2, 8],
  'chat-kill': [0, 0],
  'gateway-kill': [0, 0],
  'gateway-stop': [2, 8],
  'gateway-restart': [0, 0],
  switch: [0, 0],
} as const satisfies Record<string, readonly [number, number]>;

export type FaultKind = keyof typeof LASTING;
export const FAULT_KINDS = Object.keys(LASTING) as FaultKind[];

export interface PlannedFault {
  /** From the beginning of the load. */
  atMs: number;
  kind: FaultKind;
  /** Which core it strikes, where it strikes one. */
  core: 'active' | 'standby' | number;
  forMs: number;
}

/** The active core is hurt more often: there the answers are. */
const ACTIVE_SHARE = 0.7;
/** In the last third the gateway lives on, so that one life is long enough to tell whether it grows. */
const ENDS_GATEWAY: readonly FaultKind[] = ['gateway-kill', 'gateway-restart'];
const MORTAL_SHARE = 2 / 3;

/**
 * One fault in every `everyMs`, at a moment of its own in it. The kinds come in turns: none a second time before all
 * others had theirs.
 */
export function mixedSchedule(
  random: Random,
  lastsMs: number,
  everyMs: number,
  kinds: readonly FaultKind[],
): PlannedFault[] {
  const plan: PlannedFault[] = [];
  const lasting = kinds.filter((kind) => !ENDS_GATEWAY.includes(kind));
  let deck: FaultKind[] = [];
  for (let begin = 0; begin + everyMs <= lastsMs; begin += everyMs) {
    const mortal = begin < lastsMs * MORTAL_SHARE || lasting.length === 0;
    if (!mortal) deck = deck.filter((kind) => lasting.includes(kind));
    if (deck.length === 0) deck = shuffled(mortal ? kinds : lasting, random);
    const kind = deck.pop();
    if (!kind) break;
    const [least, most] = LASTING[kind];
    plan.push({
      atMs: Math.round(begin + everyMs * (0.5 + 0.5 * random.fraction())),
      kind,
      core: random.fraction() < ACTIVE_SHARE ? 'active' : 'standby',
      forMs: Math.round((least + (most - least) * random.fraction()) * 1000),
    });
  }
  return plan;
}

/** The same fault at even intervals. */
export function evenSchedule(
  lastsMs: number,
  everyMs: number,
  fault: Omit<PlannedFault, 'atMs'>,
): PlannedFault[] {
  return Array.from({ length: Math.floor(lastsMs / everyMs) }, (_, index) => ({
    ...fault,
    atMs: Math.round(everyMs * (index + 0.5)),
  }));
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random.fraction() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
