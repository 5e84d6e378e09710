import type { OllamaErrorKind } from '../../../src/ollama/ollama-error';
import { PEOPLE } from './chat-server';
import { REST_TROUBLES, type SocketTrouble } from './chat-trouble';
import { comings, NOBODY_COMES } from './comings';
import { Dice } from './dice';
import type { Deed, Fault, PersonAct, Plan, TimedFault } from './plan.types';

/** `answer truncated`, `core-kill`: what is counted in the report. */
export function faultName(fault: Fault): string {
  return 'how' in fault ? `${fault.kind} ${fault.how}` : fault.kind;
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
