import type { OllamaErrorKind } from '../../../src/ollama/ollama-error';
import { OPERATOR, PEOPLE, type Person } from './chat-server';
import { REST_TROUBLES, type RestTrouble, type SocketTrouble } from './chat-trouble';
import { Dice } from './dice';

/** What a person does; where it needs something earlier (an own question, an answered thread) it takes the newest. */
export type Deed =
  | { act: 'ask-direct' | 'ask-channel' | 'ask-group' | 'follow-up' | 'chatter' | 'newcomer' }
  | { act: 'edit' | 'delete' | 'delete-silently' | 'react' }
  | { act: 'command'; text: string };

export interface PersonAct {
  at: number;
  who: Person;
  deed: Deed;
}

export type CoreFaultKind =
  | 'core-kill'
  | 'core-freeze'
  | 'core-broken'
  | 'runner-hang'
  | 'core-slow'
  | 'model-missing'
  | 'model-evicted';

export type Fault =
  | { kind: CoreFaultKind; core: number; forMs: number }
  | { kind: 'answer'; how: OllamaErrorKind | 'silence'; core: number; afterCharacters: number; times: number }
  | { kind: 'rest'; how: RestTrouble; forMs: number }
  | { kind: 'socket'; how: SocketTrouble; forMs: number }
  | { kind: 'socket-drop' }
  | { kind: 'gateway-kill' | 'gateway-stop' | 'core-flaps' }
  | { kind: 'gateway-freeze' | 'disk-full' | 'disk-flaky' | 'blackout'; forMs: number }
  | { kind: 'clock-jump'; byMs: number }
  | { kind: 'squat' };

export type TimedFault = Fault & { at: number };

/** `answer truncated`, `core-kill`: what is counted in the report. */
export function faultName(fault: Fault): string {
  return 'how' in fault ? `${fault.kind} ${fault.how}` : fault.kind;
}

/** A core that joins while everything runs, and may leave again. */
export interface FurtherPlan {
  /** Of the component it comes as. */
  lock: string;
  joinAt: number;
  leaveAt?: number;
}

/** One run, whole: the same seed makes the same plan. */
export interface Plan {
  seed: number;
  cores: number;
  /** Cores have containers, whose engine tells of deaths at once. */
  containers: boolean;
  slots: number;
  continues: boolean;
  maxMessageLength: number;
  pageSize: number;
  streaming: boolean;
  /** The server's instances stamp messages with clocks of their own, up to so far behind. */
  stampLagMs: number;
  /** Share of the disk's calls that take up to so many milliseconds. */
  slowDisk: number;
  slowDiskMs: number;
  /** Until then people act and things break; then nothing breaks any more. */
  safetyMs: number;
  people: PersonAct[];
  faults: TimedFault[];
  further: FurtherPlan[];
  /** At most so many deaths at points drawn by the seed. */
  crashes: number;
  /** Chance of each point, in each life, to be the one. */
  crashShare: number;
}

const LAST_MS = 45_000;
/** Some lives are long enough for a core that hangs while idle to be found out and repaired. */
const LASTING_MS = 80_000;
const LASTING_SHARE = 0.06;

export function makePlan(seed: number): Plan {
  const dice = new Dice(seed, 'plan');
  const cores = dice.chance(0.3) ? 3 : 2;
  const lasting = dice.chance(LASTING_SHARE);
  const safetyMs = lasting ? LASTING_MS : dice.whole(20_000, LAST_MS);
  const containers = lasting || dice.chance(0.5);
  // Chance of its own, which does not shift the rest of the plan.
  const come = containers ? comings(new Dice(seed, 'further'), safetyMs) : NOBODY_COMES;
  return {
    seed,
    cores,
    containers,
    slots: dice.chance(0.25) ? 2 : 1,
    continues: dice.chance(0.7),
    maxMessageLength: dice.chance(0.5) ? 500 : 5_000,
    pageSize: dice.pick([2, 3, 5, 100]),
    streaming: dice.chance(0.8),
    stampLagMs: dice.pick([0, 900, 15_000]),
    slowDisk: dice.pick([0, 0, 0.05, 0.3]),
    slowDiskMs: dice.pick([12, 12, 80]),
    safetyMs,
    people: [...people(dice, safetyMs), ...come.people].sort((a, b) => a.at - b.at),
    faults: [...(lasting ? lastingHang(dice, cores) : []), ...faults(dice, safetyMs, cores), ...come.faults],
    further: come.further,
    crashes: dice.pick([0, 1, 1, 2, 2, 3, 6]),
    crashShare: 1 / 60,
  };
}

const COME_SHARE = 0.5;
/** The numbers that the product gives to further cores. */
const FURTHER = [11, 12];
interface Comings {
  further: FurtherPlan[];
  people: PersonAct[];
  faults: TimedFault[];
}
const NOBODY_COMES: Comings = { further: [], people: [], faults: [] };

/** One further core, or a second one that takes the place of the first as in an upgrade; trouble comes when they do. */
function comings(dice: Dice, until: number): Comings {
  if (!dice.chance(COME_SHARE)) return NOBODY_COMES;
  const joinAt = dice.whole(500, until - 8_000);
  const stays = dice.pick([dice.whole(0, 3_000), dice.whole(3_000, 20_000)]);
  const leaveAt = Math.min(until - 500, joinAt + stays);
  const leaves = dice.chance(0.8);
  const further: FurtherPlan[] = [{ lock: 'l1', joinAt, ...(leaves && { leaveAt }) }];
  if (leaves && dice.chance(0.3)) further.push({ lock: 'l2', joinAt: leaveAt - dice.whole(0, 2_000) });
  const near = (): number => {
    // Often while the first steps are being written down.
    const off = dice.chance(0.4) ? dice.whole(0, 60) : dice.whole(-500, 4_000);
    return Math.max(0, Math.min(until - 500, dice.pick([joinAt, leaveAt]) + off));
  };
  const people: PersonAct[] = [];
  for (let left = dice.whole(0, 3); left > 0; left--) {
    const [who, at] = [dice.pick(PEOPLE), near()];
    people.push({ at, who, deed: { act: dice.pick(['ask-direct', 'ask-channel']) } });
    const wish: Deed = { act: 'command', text: `!switch ${dice.pick(FURTHER)}` };
    if (dice.chance(0.5)) people.push({ at: at - dice.whole(0, 3_000), who: OPERATOR, deed: wish });
  }
  const faults: TimedFault[] = [];
  for (let left = dice.whole(0, 3); left > 0; left--) {
    const core = dice.chance(0.5) ? dice.pick(FURTHER) : dice.whole(1, 2);
    const forMs = dice.whole(500, 12_000);
    const fault = dice.pick<Fault>([
      { kind: 'core-kill', core, forMs },
      { kind: 'core-freeze', core, forMs },
      { kind: 'model-missing', core, forMs },
      { kind: 'gateway-kill' },
      { kind: 'gateway-stop' },
      { kind: 'disk-flaky', forMs },
    ]);
    faults.push({ ...fault, at: near() });
  }
  return { further, people, faults };
}

const DEEDS: readonly (readonly [number, (dice: Dice) => Deed])[] = [
  [9, () => ({ act: 'ask-direct' })],
  [8, () => ({ act: 'ask-channel' })],
  [3, () => ({ act: 'ask-group' })],
  [4, () => ({ act: 'follow-up' })],
  [2, () => ({ act: 'chatter' })],
  [1, () => ({ act: 'newcomer' })],
  [2, () => ({ act: 'edit' })],
  [1, () => ({ act: 'delete' })],
  [1, () => ({ act: 'delete-silently' })],
  [2, () => ({ act: 'react' })],
  [3, (dice) => ({ act: 'command', text: dice.pick(COMMANDS) })],
];
const COMMANDS = [
  '!stop',
  '!stop',
  '!new',
  '!switch 1',
  '!switch 2',
  '!switch cancel',
  '!pause 8s',
  '!pause 1m',
  '!pause for ever',
  '!resume',
  '!maintenance 1 10s',
  '!maintenance 2 30s',
  '!maintenance 2 off',
  '!status',
  '!help',
  '!language en',
  '!listen mentions',
  '!nonsense',
];

function people(dice: Dice, until: number): PersonAct[] {
  const acts: PersonAct[] = [];
  for (let left = dice.whole(5, 16); left > 0; left--) {
    const at = dice.whole(1_500, until - 500);
    const who = dice.pick(PEOPLE);
    const deed = draw(dice, DEEDS);
    acts.push({ at, who, deed });
    // People come in crowds, often to one room, and now and then within one millisecond.
    if (dice.chance(0.3))
      acts.push({
        at: at + dice.pick([0, 0, 1, 40, 400]),
        who: dice.pick(PEOPLE),
        deed: dice.chance(0.5) ? deed : draw(dice, DEEDS),
      });
    // What was just said is often put right, or taken back.
    if (dice.chance(0.15))
      acts.push({
        at: at + soon(dice),
        who,
        deed: { act: dice.pick(['edit', 'delete', 'delete-silently', 'react']) },
      });
    if (dice.chance(0.1)) acts.push({ at: at + soon(dice), who, deed: { act: 'command', text: '!stop' } });
  }
  return acts.sort((a, b) => a.at - b.at);
}

/** At once, or when the answer is under way. */
function soon(dice: Dice): number {
  return dice.chance(0.5) ? dice.whole(5, 300) : dice.whole(300, 3_000);
}

const ANSWER_FAULTS: readonly (OllamaErrorKind | 'silence')[] = [
  'truncated',
  'in-stream',
  'malformed',
  'reset',
  'server-error',
  'busy',
  'silence',
];
const SOCKET: readonly SocketTrouble[] = ['lossy', 'silent', 'nosub', 'disorder', 'doubled'];

/** Lives just long enough for a first step of the repair ladder each, and together for more than a budget has. */
const MORTAL_MS = [15_000, 26_000, 37_000, 48_000, 59_000, 70_000];

/** What no repair helps outlives the gateway several times: its budget has to outlive it as well. */
function lastingHang(dice: Dice, cores: number): TimedFault[] {
  const kind = dice.pick(['runner-hang', 'core-broken', 'core-freeze'] as const);
  const hang = { kind, core: dice.whole(1, cores), forMs: LASTING_MS, at: dice.whole(1_000, 8_000) };
  const deaths = kind === 'core-broken' ? MORTAL_MS : [];
  return [hang, ...deaths.map((at): TimedFault => ({ kind: 'gateway-kill', at }))];
}

const SETS_ASIDE: ReadonlySet<string> = new Set(['disk-flaky', 'disk-full', 'blackout', 'rest']);

function faults(dice: Dice, until: number, cores: number): TimedFault[] {
  const core = (): number => dice.whole(1, cores);
  const long = (): number => dice.whole(500, 15_000);
  const kinds: readonly (readonly [number, () => Fault])[] = [
    [5, () => ({ kind: 'core-kill', core: core(), forMs: long() + (dice.chance(0.3) ? long() : 0) })],
    [3, () => ({ kind: 'core-freeze', core: core(), forMs: long() + long() })],
    [2, () => ({ kind: 'runner-hang', core: core(), forMs: long() + dice.pick([5_000, 5_000, 45_000]) })],
    [1, () => ({ kind: 'core-slow', core: core(), forMs: long() })],
    [1, () => ({ kind: 'core-flaps' })],
    [1, () => ({ kind: 'model-missing', core: core(), forMs: long() })],
    [1, () => ({ kind: 'model-evicted', core: core(), forMs: 1_000 })],
    [
      7,
      () => ({
        kind: 'answer',
        how: dice.pick(ANSWER_FAULTS),
        core: core(),
        afterCharacters: dice.pick([0, 1, 9, 30, 60, 120]),
        times: dice.pick([1, 1, 1, 2, 3]),
      }),
    ],
    [7, () => ({ kind: 'rest', how: dice.pick(REST_TROUBLES), forMs: long() })],
    [5, () => ({ kind: 'socket', how: dice.pick(SOCKET), forMs: long() })],
    [3, () => ({ kind: 'socket-drop' })],
    [3, () => ({ kind: 'gateway-kill' })],
    [2, () => ({ kind: 'gateway-stop' })],
    [1, () => ({ kind: 'gateway-freeze', forMs: dice.whole(500, 8_000) })],
    [1, () => ({ kind: 'disk-full', forMs: dice.whole(200, 6_000) })],
    [1, () => ({ kind: 'disk-flaky', forMs: dice.whole(500, 20_000) })],
    [2, () => ({ kind: 'blackout', forMs: dice.whole(1_000, 25_000) })],
    [1, () => ({ kind: 'clock-jump', byMs: dice.pick([-3_600_000, -5_000, 5_000, 3_600_000]) })],
    [1, () => ({ kind: 'squat' })],
  ];
  const list: TimedFault[] = [];
  for (let left = dice.whole(0, 9); left > 0; left--) {
    const at = dice.chance(0.08) ? dice.whole(0, 40) : dice.whole(200, until - 1_000);
    const fault = draw(dice, kinds);
    list.push({ ...fault, at });
    const soonAfter = (): number => Math.min(until - 500, at + dice.whole(0, 4_000));
    // Troubles come in company: the second one meets the first one's consequences.
    if (dice.chance(0.2)) list.push({ ...draw(dice, kinds), at: soonAfter() });
    // What is set aside to be tried again waits for a time of day.
    if (SETS_ASIDE.has(fault.kind) && dice.chance(0.2))
      list.push({ kind: 'clock-jump', byMs: -3_600_000, at: soonAfter() });
  }
  return list.sort((a, b) => a.at - b.at);
}

function draw<T>(dice: Dice, choices: readonly (readonly [number, (dice: Dice) => T])[]): T {
  let left = dice.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of choices) {
    left -= weight;
    if (left < 0) return make(dice);
  }
  throw new Error('The weights do not add up');
}
