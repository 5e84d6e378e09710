import { newTally, runSeeds, sweepPoints, unvisited, type Tally } from './run/batch';
import { unexpectedCalls } from './run/coverage';
import { describeFailure, summary } from './run/report';
import { RunPool } from './run/run-pool';
import { runSeed } from './run/run-seed';
import { shrink } from './run/shrink';

const SEEDS = 500;
const SHRINK_MS = 30_000;

/** The story of a failure, with what of it is needed. */
async function story(tally: Tally): Promise<string> {
  const { failure } = tally;
  if (!failure) return 'every promise was kept';
  const until = performance.now() + SHRINK_MS;
  return describeFailure(failure, await shrink(failure, () => performance.now() < until));
}

/**
 * Real: every class of the gateway, as AppModule wires it, and its start and stop; the store. Simulated: time, chance,
 * people, the chat server, the cores, and the deaths of the process.
 */
describe('the simulation', () => {
  it('keeps every promise in 500 lives, and after a death at every point it came to', async () => {
    const begun = performance.now();
    const tally = newTally();
    // Processes of their own: in jest's, every run takes a third longer.
    const pool = new RunPool(2);
    try {
      await runSeeds(tally, 1, SEEDS, {}, () => undefined, pool);
      await sweepPoints(tally, pool);
    } finally {
      pool.close();
    }
    process.stdout.write(`${summary(tally, performance.now() - begun)}\n`);
    expect(await story(tally)).toBe('every promise was kept');
    expect(unvisited(tally)).toEqual([]);
    expect(unexpectedCalls(new Set(tally.reached.keys()))).toEqual([]);
    expect(tally.reached.size).toBeGreaterThan(150);
    expect(tally.faults.size).toBeGreaterThanOrEqual(30);
    expect([...tally.repairs.keys()].sort()).toEqual(['model', 'recreate', 'restart', 'unload']);
  }, 300_000);

  it('runs the same whenever it runs the same seed', async () => {
    for (const seed of [7, 23, 42]) {
      const [one, other] = [await runSeed(seed), await runSeed(seed)];
      expect(other.trace).toEqual(one.trace);
      expect(other.died).toEqual(one.died);
      expect(other.virtualMs).toBe(one.virtualMs);
    }
  });

  it('notices a store that forgets what it had committed', async () => {
    const tally = newTally();
    await runSeeds(tally, 1, 50, { forgets: 3 });
    expect(tally.failure?.violation.invariant).toMatch(/^I[1-9]/);
  }, 30_000);

  it('leaves out what a failure does not need, and says how to see it again', async () => {
    const tally = newTally();
    await runSeeds(tally, 1, 50, { forgets: 3 });
    if (!tally.failure) throw new Error('nothing failed');
    let tries = 40;
    const shrunk = await shrink(tally.failure, () => tries-- > 0);
    const again = await runSeed(tally.failure.seed, {
      forgets: 3,
      without: new Set(shrunk.without),
      spared: new Set(shrunk.spared),
    });
    expect(again.violation?.invariant).toBe(tally.failure.violation.invariant);
    expect(describeFailure(tally.failure, shrunk)).toMatch(/npm run simulate -- --seed \d+ --forget 3/);
  }, 30_000);
});
