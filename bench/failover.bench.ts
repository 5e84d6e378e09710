import { Child } from './support/child';
import { FaultLane, type Fault, type Recovery } from './support/fault-lane';
import type { Figure, Measure, Target } from './support/figure';
import type { World } from './support/world-program';

/** Side by side: a trial is nearly all waiting. */
const LANES = 3;
const TARGETS: Record<Fault, Target> = {
  SIGKILL: { of: 'p99', most: 2_000 },
  SIGSTOP: { of: 'p99', most: 6_000 },
};
const NAMES: Record<Fault, string> = { SIGKILL: 'crash (SIGKILL)', SIGSTOP: 'hang (SIGSTOP)' };

export const failover: Figure = {
  name: 'failover',
  title: 'A core fails in mid-answer: time to the next token and to the next visible text',
  definition:
    'Two scripted cores (real processes, 30 tokens a second); the one that is answering a long question is killed or stopped at some moment between two edits. *Next token*: from the signal to the first text of the other core in the gateway. *Next visible text*: to the first post or edit on the chat server that holds more than the broken core had said; the gateway edits at most once a second. After each trial the core comes back and is proven before the next one. Alternately killed and stopped, three such gateways side by side.',

  async measure({ trials, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const lanes: FaultLane[] = [];
    const found: Record<Fault, Recovery[]> = { SIGKILL: [], SIGSTOP: [] };
    const wanted = quick ? Math.min(trials, 3) : trials;
    try {
      for (let lane = 0; lane < LANES; lane++) lanes.push(await FaultLane.open(world, 2 * wanted + 2));
      const begun = { count: 0 };
      await Promise.all(
        lanes.map(async (lane) => {
          while (begun.count < 2 * wanted) {
            const fault = begun.count++ % 2 === 0 ? 'SIGKILL' : 'SIGSTOP';
            const recovery = await lane.trial(fault);
            found[fault].push(recovery);
            say(
              `${NAMES[fault]} ${found[fault].length}: ${recovery.token.toFixed(0)} ms, visible ${recovery.visible.toFixed(0)} ms`,
            );
          }
        }),
      );
    } finally {
      for (const lane of lanes) await lane.close();
      await world.end();
    }
    return (['SIGKILL', 'SIGSTOP'] as const).flatMap((fault): Measure[] => [
      {
        name: `${NAMES[fault]} to next token`,
        unit: 'ms',
        values: found[fault].map(({ token }) => token),
        target: TARGETS[fault],
      },
      {
        name: `${NAMES[fault]} to next visible text`,
        unit: 'ms',
        values: found[fault].map(({ visible }) => visible),
      },
    ]);
  },
};
