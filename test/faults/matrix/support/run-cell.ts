import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../support/chat-person';
import { hurtsACore, nameOf, type Cell } from './cells';
import type { GatewayLife, HistoryRow } from './gateway-life';
import type { Lane } from './lane';
import { PHASES } from './phases';
import { Scene } from './scene';

/** The writing of one answer, and the second that may pass between two edits. */
const ANSWER_MS = 2_500;
/** A core with which the ladder has just begun answers again by then. */
const REPAIR_MS = 15_000;
const QUESTIONS = 2;
/** Long enough for a second answer to show, if there were one. */
const SETTLE_MS = 700;
/** A cell that is too late is measured all the same. */
const PATIENCE_MS = 20_000;

/** Milliseconds from the blow. */
export interface Measured {
  /** Until every question has its whole answer. */
  answered: number;
  /** What that may take. */
  allowed: number;
  /** Until another core was active, where the gateway made it so. */
  switched?: number;
  /** Until the question that the fault broke off went to the core that answered it. */
  resent?: number;
}

let guests = 0;

/** Puts one fault into one phase and measures what comes of it; throws where a promise is broken. */
export async function runCell(cell: Cell, lane: Lane): Promise<Measured> {
  const life = await lane.healthy(cell.kind);
  try {
    return await hurt(cell, lane, life);
  } catch (error) {
    life.worn = true;
    process.stderr.write(`\n${nameOf(cell)}: the gateway said\n${life.output.slice(-6000)}\n`);
    throw error;
  }
}

async function hurt({ fault, phase }: Cell, lane: Lane, life: GatewayLife): Promise<Measured> {
  const scene = await Scene.set(lane, life, `Guest ${++guests}`);
  // While the standby is being repaired nothing can go on before it is back.
  const repairMs = phase === PHASES.repairing ? REPAIR_MS : 0;
  const bound = Math.max(fault.boundMs, repairMs);
  const release = await phase.reach(scene);
  if (fault.wears) life.worn = true;
  const blow = { at: performance.now(), wall: Date.now() };
  await fault.strike(scene);
  const aftermath = Promise.all([release(), fault.then?.(scene)]);
  do await scene.ask();
  while (scene.asked.length < QUESTIONS);

  const allowed = bound + QUESTIONS * ANSWER_MS;
  const answering = untilAnswered(scene, blow.at, allowed + PATIENCE_MS);
  const [answered] = await Promise.all([answering, aftermath]);
  await untilLeft(scene, { fault, phase }, blow.at + Math.max(bound, fault.provenMs ?? 0));
  await sleep(SETTLE_MS);
  expect(await scene.texts()).toEqual(scene.expected);

  const rows = await life.history(scene.epoch);
  const automatic = rows.filter(({ by }) => by === 'automatic');
  if (automatic.length > 0) life.worn = true;
  expect((await life.status()).epoch).toBe(scene.epoch + rows.length);
  expectCauses(automatic);
  expectSwitches({ fault, phase }, automatic.length, rows.length - automatic.length);

  const measured = { answered, allowed, ...(hurtsACore(fault) && moments(scene, automatic, blow.wall)) };
  expect(measured.resent ?? 0).toBeLessThanOrEqual(bound);
  expect(measured.switched ?? 0).toBeLessThanOrEqual(Math.max(bound, fault.provenMs ?? 0));
  expect(answered).toBeLessThanOrEqual(allowed);
  return measured;
}

async function untilAnswered(scene: Scene, since: number, withinMs: number): Promise<number> {
  const { expected } = scene;
  const same = (texts: string[]): boolean => JSON.stringify(texts) === JSON.stringify(expected);
  await eventually(() => scene.texts(), same, withinMs, `these answers stand: ${JSON.stringify(expected)}`);
  return performance.now() - since;
}

/** People may have their answers from another core before the gateway has proof enough to leave the one that was hurt. */
async function untilLeft(
  { life, epoch }: Scene,
  { fault, phase }: Pick<Cell, 'fault' | 'phase'>,
  deadline: number,
): Promise<void> {
  const least = phase === PHASES.switching || phase === PHASES.repairing ? 0 : fault.switches[0];
  if (least === 0) return;
  const left = async (): Promise<number> => (await life.status()).epoch - epoch;
  const withinMs = Math.max(0, deadline - performance.now()) + SETTLE_MS;
  await eventually(left, (switches) => switches >= least, withinMs, `${least} switch of the active core`);
}

/** By whom the gateway changed cores is told by the fault; a switchover is one more, made by a person. */
function expectSwitches(
  { fault, phase }: Pick<Cell, 'fault' | 'phase'>,
  automatic: number,
  byHand: number,
): void {
  const [least, most] = fault.switches;
  const switching = phase === PHASES.switching;
  expect(byHand).toBe(switching ? 1 : 0);
  // The core that is hurt there is left already; and in a repair it may be back before there is any other one.
  expect(automatic).toBeGreaterThanOrEqual(switching || phase === PHASES.repairing ? 0 : least);
  expect(automatic).toBeLessThanOrEqual(switching ? 0 : most);
}

function expectCauses(rows: readonly HistoryRow[]): void {
  for (const { from, cause, evidence } of rows) {
    expect(cause).toContain(`core ${from}`);
    expect(evidence).not.toBe('');
  }
}

function moments(
  scene: Scene,
  automatic: readonly HistoryRow[],
  since: number,
): Pick<Measured, 'switched' | 'resent'> {
  const last = scene.attempts().findLast(({ question }) => question === scene.asked[0]);
  const [row] = automatic;
  return {
    ...(row && { switched: Date.parse(row.at) - since }),
    ...(last && last.number > 1 && { resent: last.startedAt - since }),
  };
}
