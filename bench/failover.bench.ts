import { Child } from './support/child';
import { FaultLane, type Recovery } from './support/fault-lane';
import type { Figure, Measure, Target } from './support/figure';
import { type Fault, HangingCore, SignalledCore } from './support/mortal-core';
import type { World } from './support/world-program';

/** Lanes side by side: a trial is nearly all waiting. `share`: of the trials wished for. */
const SERIES = [
  { lanes: 2, core: SignalledCore, faults: { SIGKILL: 1, SIGSTOP: 0.5 } },
  { lanes: 2, core: HangingCore, faults: { hang: 0.3 } },
] as const;
const TARGETS: Record<Fault, Target> = {
  SIGKILL: { of: 'p99', most: 2_000 },
  SIGSTOP: { of: 'p99', most: 6_000 },
  hang: { of: 'p99', most: 15_000 },
};
const NAMES: Record<Fault, string> = {
  SIGKILL: 'crash (SIGKILL)',
  SIGSTOP: 'hang (SIGSTOP)',
  hang: 'hung runner, HTTP well',
};

export const failover: Figure = {
  name: 'failover',
  title: 'A core fails in mid-answer: time to the next token and to the next visible text',
  definition:
    'Two scripted cores (real processes, 30 tokens a second); the one that is answering a long question is killed, stopped, or its generation hangs while its HTTP API goes on answering health calls, at some moment between two edits. *Next token*: from the fault to the first text of the other core in the gateway. *Next visible text*: to the first post or edit on the chat server that holds more than the broken core had said; the gateway edits at most once a second. After each trial the core comes back and is proven before the next one. Two gateways whose cores are killed and stopped, two whose runners hang, all side by side; half as many stops as crashes, three tenths as many hangs.',

  async measure({ trials, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const lanes: FaultLane[] = [];
    const found: Record<Fault, Recovery[]> = { SIGKILL: [], SIGSTOP: [], hang: [] };
    const wanted = quick ? Math.min(trials, 4) : trials;
    try {
      const runs: Promise<void>[] = [];
      for (const { lanes: count, core, faults } of SERIES) {
        const plan = mixed(faults, wanted);
        for (let number = 0; number < count; number++) {
          const lane = await FaultLane.open(world, plan.length, (pace) => core.start(pace));
          lanes.push(lane);
          runs.push(work(lane, plan));
        }
      }
      await Promise.all(runs);
    } finally {
      for (const lane of lanes) await lane.close();
      await world.end();
    }
    return (Object.keys(found) as Fault[]).flatMap((fault): Measure[] => [
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

    async function work(lane: FaultLane, plan: Fault[]): Promise<void> {
      for (let fault = plan.shift(); fault; fault = plan.shift()) {
        const recovery = await lane.trial(fault);
        found[fault].push(recovery);
        say(
          `${NAMES[fault]} ${found[fault].length}: ${recovery.token.toFixed(0)} ms, visible ${recovery.visible.toFixed(0)} ms`,
        );
      }
    }
  },
};

/** The faults of a series in turn, each as often as its share of the trials says. */
function mixed(faults: Partial<Record<Fault, number>>, trials: number): Fault[] {
  const wanted = Object.entries(faults).map(([fault, share]) => ({
    fault: fault as Fault,
    count: Math.ceil(trials * share),
  }));
  const most = Math.max(...wanted.map(({ count }) => count));
  return Array.from({ length: most }, (_, index) =>
    wanted
      .filter(({ count }) => Math.floor(((index + 1) * count) / most) > Math.floor((index * count) / most))
      .map(({ fault }) => fault),
  ).flat();
}
