import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

const HOUR_MS = 3_600_000;
const STOPPED_MS = 10_000;
const BLOCKED_MS = 5_000;
const FULL_MS = 3_000;

const jump =
  (jumpMs: number): Fault['strike'] =>
  ({ life }) =>
    life.order({ jumpMs });

/** What happens to the gateway itself. Its own trouble is no reason to leave a core. */
export const GATEWAY_FAULTS = {
  gatewayKill: {
    name: 'gateway SIGKILL',
    boundMs: 15_000,
    switches: [0, 0],
    wears: true,
    strike: ({ life }) => life.kill(),
    then: ({ life }) => life.launch(),
  },
  gatewayStop: {
    name: 'gateway SIGSTOP 10 s',
    boundMs: STOPPED_MS + 2_000,
    switches: [0, 0],
    wears: true,
    strike: ({ life }) => life.signal('SIGSTOP'),
    then: async ({ life }) => {
      await sleep(STOPPED_MS);
      life.signal('SIGCONT');
    },
  },
  block: {
    name: 'event loop blocked 5 s',
    boundMs: BLOCKED_MS + 2_000,
    switches: [0, 0],
    wears: true,
    strike: ({ life }) => life.order({ blockMs: BLOCKED_MS }),
  },
  clockAhead: {
    name: 'clock jumps +1 h',
    boundMs: 2_000,
    switches: [0, 0],
    wears: true,
    strike: jump(HOUR_MS),
  },
  clockBack: {
    name: 'clock jumps -1 h',
    boundMs: 2_000,
    switches: [0, 0],
    wears: true,
    strike: jump(-HOUR_MS),
  },
  diskFull: {
    name: 'ENOSPC journal',
    boundMs: 15_000,
    switches: [0, 0],
    wears: true,
    strike: ({ life }) => life.fillDisk(),
    then: async ({ life }) => {
      await sleep(FULL_MS);
      if (!life.saidFull) throw new Error('The store did not notice that its disk is full');
      life.freeDisk();
    },
  },
} satisfies Record<string, Fault>;
