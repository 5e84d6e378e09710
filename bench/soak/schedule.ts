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

/** What a mixed run draws from. */
export type MixedKind = keyof typeof LASTING;
export const FAULT_KINDS = Object.keys(LASTING) as MixedKind[];
/** `clock-*`: the gateway's wall clock is set an hour ahead or back, and set right again after a while. */
export type FaultKind = MixedKind | 'clock-ahead' | 'clock-back';

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
const ENDS_GATEWAY: readonly MixedKind[] = ['gateway-kill', 'gateway-restart'];
const MORTAL_SHARE = 2 / 3;
const JUMP_EVERY_MS = 60_000;
const JUMP_BEFORE_MS = 4_000;

/**
 * One fault in every `everyMs`, at a moment of its own in it. The kinds come in turns: none a second time before all
 * others had theirs.
 */
export function mixedSchedule(
  random: Random,
  lastsMs: number,
  everyMs: number,
  kinds: readonly MixedKind[],
): PlannedFault[] {
  const plan: PlannedFault[] = [];
  const lasting = kinds.filter((kind) => !ENDS_GATEWAY.includes(kind));
  let deck: MixedKind[] = [];
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

/**
 * No core is touched: the gateway stands still at even intervals, and once a minute its wall clock is wrong by an hour for
 * half a minute, ahead and back in turns. So both ways lead through a standstill with a wrong clock and one with a right one.
 */
export function stressSchedule(lastsMs: number, everyMs: number, blockMs: number): PlannedFault[] {
  const stops = evenSchedule(lastsMs, everyMs, { kind: 'gateway-stop', core: 'active', forMs: blockMs });
  const jumps = evenSchedule(lastsMs, JUMP_EVERY_MS, {
    kind: 'clock-ahead',
    core: 'active',
    forMs: JUMP_EVERY_MS / 2,
  }).map((jump, index): PlannedFault => (index % 2 === 0 ? jump : { ...jump, kind: 'clock-back' }));
  // Not in the middle of a standstill, which is where even intervals would meet.
  const moved = jumps.map((jump) => ({ ...jump, atMs: jump.atMs - JUMP_BEFORE_MS }));
  return [...stops, ...moved].sort((a, b) => a.atMs - b.atMs);
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
