import { eventually } from '../../../support/chat-person';
import type { LineFaults } from '../../../support/fault-proxy';
import type { Fault as CoreFault } from '../../../support/fakes/fake-core/fault';
import type { Fault } from './fault';
import { TOKENS_PER_SECOND } from './lane';
import type { Scene } from './scene';

const CRASH_MS = 2_000;
const HANG_MS = 6_000;
/** Ten seconds for the first token, then one short proof. */
const HUNG_MS = 15_000;
/** Two generations of one token that fail, a second apart. */
const PROVEN_MS = 4_000;
/** A line of NDJSON with one token, and its chunk's frame. */
const BYTES_PER_TOKEN = 135;
/** Three tokens first, so that a generation of one, by which a core is proven, is as it should be. */
const FEW_TOKENS = 3;

const line = (faults: LineFaults) => (scene: Scene) => scene.outside.line.set(faults);
const answers = (fault: CoreFault) => (scene: Scene) => scene.outside.strike(fault);

/** What happens to the active core. */
export const CORE_FAULTS = {
  exit: {
    name: 'core exits with code 3',
    boundMs: CRASH_MS,
    switches: [1, 1],
    strike: ({ active }) => active.exit(),
  },
  kill: {
    name: 'core kill -9',
    boundMs: CRASH_MS,
    switches: [1, 1],
    strike: ({ active }) => active.kill(),
  },
  stop: {
    name: 'core SIGSTOP',
    boundMs: HANG_MS,
    switches: [1, 1],
    strike: ({ active }) => active.signal('SIGSTOP'),
  },
  reset: {
    name: 'core RST',
    boundMs: CRASH_MS,
    switches: [1, 1],
    strike: line({ reset: true }),
  },
  blackhole: {
    name: 'core blackhole',
    boundMs: HANG_MS,
    switches: [1, 1],
    strike: line({ up: { timeoutMs: 0 }, down: { timeoutMs: 0 } }),
  },
  halfClosed: {
    name: 'core half-close',
    boundMs: CRASH_MS,
    switches: [1, 1],
    strike: line({ halfClosed: true }),
  },
  slow: {
    name: 'core slow 10x',
    boundMs: 25_000,
    switches: [0, 0],
    strike: line({ down: { bytesPerSecond: (BYTES_PER_TOKEN * TOKENS_PER_SECOND) / 10 } }),
  },
  garbage: {
    name: 'garbage NDJSON',
    boundMs: CRASH_MS,
    switches: [0, 1],
    strike: answers({ kind: 'garbage-line', afterTokens: FEW_TOKENS }),
  },
  truncated: {
    name: 'truncated NDJSON',
    boundMs: CRASH_MS,
    switches: [0, 1],
    strike: answers({ kind: 'end', afterTokens: FEW_TOKENS }),
  },
  error500: {
    name: 'core 500',
    boundMs: CRASH_MS,
    provenMs: PROVEN_MS,
    switches: [0, 1],
    strike: answers({ kind: 'status', status: 500 }),
  },
  busy503: {
    name: 'core 503 busy',
    boundMs: CRASH_MS,
    switches: [0, 0],
    strike: answers({ kind: 'status', status: 503 }),
  },
  missing404: {
    name: 'core 404 model',
    boundMs: 1_000,
    provenMs: PROVEN_MS,
    switches: [1, 1],
    strike: answers({ kind: 'model-missing' }),
  },
  hang: {
    name: 'runner hang, HTTP ok',
    boundMs: HUNG_MS,
    switches: [1, 1],
    wears: true,
    strike: answers({ kind: 'hang' }),
  },
  both: {
    name: 'both cores',
    boundMs: 15_000,
    // Two that die one after the other, as far as the gateway can see.
    switches: [0, 2],
    strike: async ({ active, standby }) => {
      await Promise.all([active.kill(), standby.kill()]);
    },
    then: async (scene) => {
      if (scene.life.kind === 'own') return;
      await eventually(() => scene.told(), Boolean, 10_000, 'the person is told that no core can answer');
      await scene.startAgain(scene.active, scene.standby);
    },
  },
} satisfies Record<string, Fault>;
