import { IntakeService } from '../../../src/chat-gateway/intake.service';
import { LanesService } from '../../../src/chat-gateway/lanes.service';
import { CoreRegistry } from '../../../src/core-registry/core-registry';
import { CoreDispatcher } from '../../../src/generation/core-dispatcher';
import { RESTART, restartIdempotent, standing } from '../invariants/i09-restart';
import { Judge, type Violation } from '../invariants/judge';
import { directRoom, OPERATOR, PEOPLE } from '../world/chat-server';
import { isFurther } from '../world/further-containers';
import { isTerminal } from '../world/ledger';
import { ask } from '../world/people';
import { makePlan } from '../world/plan';
import type { Plan } from '../world/plan.types';
import { stage } from '../world/stage';
import { World, type WorldOptions } from '../world/world';
import { hearLog } from './log';
import { hearUnhandled } from './unhandled';

/** Without faults everything must have come to its end by then. */
const LIVE_WITHIN_MS = 120_000;
/** I6: a new question, with healthy cores and nothing else to do. */
const ANSWERED_WITHIN_MS = 15_000;
const RESTART_MS = 8_000;
const SECOND = 1_000;

/** How a run differs from what its seed says. */
export interface RunOptions extends WorldOptions {
  /** Places in the plan of the faults that are left out. */
  without?: ReadonlySet<number>;
}

export interface RunResult {
  plan: Plan;
  violation?: Violation;
  /** What happened last, newest last. */
  trace: string[];
  reached: ReadonlySet<string>;
  died: readonly string[];
  inflicted: ReadonlyMap<string, number>;
  virtualMs: number;
  /** Steps of the repair ladder that were taken. */
  repairs: readonly string[];
}

/** One seed, from its first event to its verdict: faults, then peace, then a last question in every room, then a restart. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const judge = new Judge();
  const world = new World(makePlan(seed), options, judge);
  judge.attend(world);
  const endings = [hearLog(judge), hearUnhandled(judge)];
  try {
    stage(world, options.without);
    await world.open();
    await live(world, judge);
  } finally {
    for (const end of endings) end();
    await world.close();
  }
  const { plan, reached, died, inflicted, clock, lines } = world;
  const { violation } = judge;
  const repairs = world.ledger.repairs.map(({ step }) => step);
  const virtualMs = clock.monotonic();
  return { plan, violation, trace: lines.last(400), reached, died, inflicted, virtualMs, repairs };
}

async function live(world: World, judge: Judge): Promise<void> {
  await pass(world, judge, world.plan.safetyMs);
  world.endFaults();
  const begun = world.clock.monotonic();
  await pass(world, judge, LIVE_WITHIN_MS, () => isAtRest(world));
  if (judge.content && !(await isAtRest(world)))
    judge.condemn('I6 answered in time', `not at rest 120 s after the last fault: ${await unrest(world)}`);
  world.trace(() => `at rest after ${world.clock.monotonic() - begun} ms`);
  judge.rest();
  await lastQuestions(world, judge);
  await lastRestart(world, judge);
}

/** Lets time pass in steps of a second, judging each; ends early where `done` says so, or something is wrong. */
async function pass(
  world: World,
  judge: Judge,
  ms: number,
  done: () => boolean | Promise<boolean> = () => false,
): Promise<void> {
  for (let left = ms; left > 0 && judge.content; left -= SECOND) {
    if (await done()) return;
    await world.clock.advance(Math.min(SECOND, left), () => !judge.content);
    judge.second();
  }
}

async function isAtRest(world: World): Promise<boolean> {
  return (await unrest(world)) === undefined;
}

/** What still moves. */
async function unrest({
  gateway,
  ledger,
  disk,
  server,
  wishes,
  further,
  members,
}: World): Promise<string | undefined> {
  if (!gateway) return 'the gateway does not run';
  if (!gateway.get(IntakeService).ready) return 'the gateway does not hear the rooms';
  for (const { id, at, deleted, overheard } of ledger.asked.values()) {
    const row = ledger.rows.get(id);
    if (!row && !deleted && !overheard && at >= ledger.historyBefore) return `${id} was not heard`;
    if (row && !isTerminal(row.state)) return `${id} is ${row.state}`;
  }
  if (wishes.open !== undefined) return wishes.open;
  const onItsWay = [...further.values()].find(({ phase }) => phase === 'joining' || phase === 'leaving');
  if (onItsWay) return `core ${onItsWay.id} is ${onItsWay.phase}`;
  const stray = members.ids.find((id) => isFurther(id) && further.get(id)?.phase !== 'joined');
  if (stray !== undefined) return `a container of core ${stray} is still there`;
  const registry = gateway.get(CoreRegistry);
  const tired = registry.all().find(({ state }) => state !== 'ready');
  if (tired) return `core ${tired.id} is ${tired.state} (${tired.reason})`;
  const busy = registry.all().find(({ inFlight }) => inFlight > 0);
  if (busy) return `core ${busy.id} answers something`;
  if (gateway.get(LanesService).busy > 0) return 'a lane has work';
  if (gateway.get(CoreDispatcher).waiting > 0) return 'somebody waits for a core';
  if (!server.guests.has(OPERATOR)) return 'the operator was not invited to the room for alerts';
  const [notice] = await disk.all<{ key: string }>("SELECT key FROM notices WHERE state = 'waiting'");
  return notice && `the notice ${notice.key} waits`;
}

/** A question each in a direct message and in the channel. */
async function lastQuestions(world: World, judge: Judge): Promise<void> {
  const [person = 'ann', other = 'ben'] = PEOPLE;
  await pass(world, judge, 2 * SECOND);
  if (!judge.content) return;
  const asked = [ask(world, person, directRoom(person).id), ask(world, other, 'general')];
  const open = (): string | undefined =>
    asked.find(({ id }) => !isTerminal(world.ledger.rows.get(id)?.state ?? ''))?.id;
  await pass(world, judge, ANSWERED_WITHIN_MS, () => open() === undefined);
  const late = open();
  if (late !== undefined)
    judge.condemn(
      'I6 answered in time',
      `${late} has waited for ${ANSWERED_WITHIN_MS / 1000} s with every core well: ${world.ledger.rows.get(late)?.state ?? 'not heard'}`,
    );
  await pass(world, judge, 2 * SECOND);
  judge.rest();
}

async function lastRestart(world: World, judge: Judge): Promise<void> {
  if (!judge.content) return;
  const before = standing(world);
  if (world.plan.seed % 2 === 0) world.gateway?.life.die();
  else world.stopGateway();
  await pass(world, judge, RESTART_MS + 5 * SECOND);
  if (!judge.content) return;
  judge.condemn(RESTART, restartIdempotent(before, standing(world)));
  judge.rest();
}
