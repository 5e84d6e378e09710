import { CoreRegistry } from '../../../src/core-registry/core-registry';
import { MOST_SWITCHES } from '../../../src/failover/failover-policy';
import { PostIdKey } from '../../../src/journal/post-id';
import { Dice } from './dice';
import { POST_SECRET } from './gateway';
import { squat } from './people';
import type { CoreFaultKind, Fault } from './plan.types';
import type { World } from './world';

/** A core that failed an answer may be held in doubt so long. */
const DOUBT_MS = 40_000;
const RUNNER_GONE = 'an error was encountered while running the model: unexpected EOF';

const FLAP_MS = 1_000;
const FLAP_LOOK_MS = 500;

/** Does the damage, and has it mended after its time; what still waits to be mended is mended when all faults end. */
export function inflict(fault: Fault, world: World): void {
  const { trouble, disk, gateway } = world;
  switch (fault.kind) {
    case 'socket-drop':
      gateway?.socket.reconnect('the connection broke');
      return;
    case 'gateway-kill':
      gateway?.life.die();
      return;
    case 'gateway-stop':
      world.stopGateway();
      return;
    case 'gateway-freeze':
      gateway?.freeze();
      world.mendAfter(fault.forMs, () => {
        world.lastTilt = world.clock.monotonic();
        gateway?.thaw();
      });
      return;
    case 'disk-full':
    case 'disk-flaky':
      disk.fails = fault.kind === 'disk-full' ? 1 : 0.4;
      world.lastDiskTrouble = world.clock.monotonic();
      world.mendAfter(fault.forMs, () => {
        disk.fails = 0;
        world.lastDiskTrouble = world.clock.monotonic();
      });
      return;
    case 'blackout':
      for (const id of world.members.ids) hurtCore('core-kill', id, fault.forMs, world);
      return;
    case 'clock-jump':
      world.setClock(fault.byMs);
      return;
    case 'core-flaps':
      flap(MOST_SWITCHES + 1, world);
      return;
    case 'squat':
      squatSomewhere(world);
      return;
    case 'rest':
      world.mendAfter(fault.forMs, trouble.begin(fault.how));
      if (fault.how === 'outage') gateway?.socket.reconnect('the server is gone');
      return;
    case 'socket':
      world.mendAfter(fault.forMs, trouble.begin(fault.how));
      return;
    case 'answer': {
      const { core, how: kind, afterCharacters, times } = fault;
      const { faults } = world.cores.of(core);
      // Most of the errors in a stream are the runner's end.
      const detail = kind === 'in-stream' && afterCharacters % 2 === 0 ? RUNNER_GONE : undefined;
      for (let each = 0; each < times; each++) faults.push({ kind, afterCharacters, detail });
      const doubted = world.cores.hurt(core, `answer ${kind}`);
      world.mendAfter(DOUBT_MS, () => void doubted());
      return;
    }
    default:
      hurtCore(fault.kind, fault.core, fault.forMs, world);
  }
}

function hurtCore(kind: CoreFaultKind, id: number, forMs: number, world: World): void {
  // A further core that has not come, or has left.
  if (!world.members.has(id)) return;
  // What is broken is not broken again: the one who mends it first would mend both.
  if (world.cores.wasUnwell(id, 0)) return;
  const core = world.cores.of(id);
  const healed = world.cores.hurt(id, kind);
  let mend: () => void;
  switch (kind) {
    case 'core-kill':
      core.kill();
      world.coreEvent(id, 'died');
      mend = () => {
        core.restart();
        world.coreEvent(id, 'started');
      };
      break;
    case 'core-freeze':
    case 'core-broken':
      core.freeze();
      mend = () => core.resume();
      break;
    case 'runner-hang':
      core.runnerHung = true;
      mend = () => core.resume();
      break;
    case 'core-slow': {
      const { gapMs } = core;
      core.gapMs = gapMs * 15;
      mend = () => (core.gapMs = gapMs);
      break;
    }
    case 'model-missing':
      core.installed = [];
      mend = () => (core.installed = ['m']);
      break;
    case 'model-evicted':
      core.resident = undefined;
      mend = () => undefined;
  }
  world.mendAfter(forMs, () => {
    if (healed()) mend();
  });
}

/** The active core dies whenever another could follow it: the brake is to hold, and the administrators to hear of it. */
function flap(left: number, world: World): void {
  if (left === 0 || world.phase !== 'safety') return;
  const cores = world.gateway?.get(CoreRegistry).all() ?? [];
  const active = cores.find(({ role }) => role === 'active');
  const kill = active !== undefined && cores.filter(({ state }) => state === 'ready').length > 1;
  if (kill) hurtCore('core-kill', active.id, FLAP_MS, world);
  world.clock.after(FLAP_LOOK_MS, () => flap(kill ? left - 1 : left, world));
}

/** Somebody holds the id of the first part of an answer to come. */
function squatSomewhere(world: World): void {
  const waiting = [...world.ledger.asked.values()].filter(
    ({ id, number }) => number !== undefined && world.ledger.rows.get(id)?.state !== 'posted',
  );
  if (waiting.length === 0) return;
  const asked = new Dice(world.plan.seed, `squat at ${world.clock.monotonic()}`).pick(waiting);
  squat(world, asked, new PostIdKey(POST_SECRET).answer(asked.roomId, asked.id, 0));
}
