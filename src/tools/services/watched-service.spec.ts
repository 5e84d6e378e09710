import { VirtualClock } from '../../../test/support/virtual-clock';
import { ComponentDidNotStart } from '../component-runtime';
import type { RunningService } from './service-runtime';
import { type ServiceState, WatchedService } from './watched-service';

describe('a service that is watched', () => {
  let clock: VirtualClock;
  let problem: string | undefined;
  let runs: boolean;
  let refusal: Error | undefined;
  let [starts, closed] = [0, 0];
  let states: ServiceState[];
  let watched: WatchedService;
  let falls: () => void;
  let due: string | undefined;
  beforeEach(() => {
    clock = new VirtualClock();
    [problem, runs, refusal, starts, closed, states] = [undefined, true, undefined, 0, 0, []];
    const begin = (): Promise<RunningService> => {
      starts++;
      if (refusal) return Promise.reject(refusal);
      [problem, runs] = [undefined, true];
      const inspect = () => Promise.resolve({ running: runs, imageId: 'i', oomKilled: false, exitCode: 137 });
      return Promise.resolve({
        container: { inspect, stop: () => Promise.resolve() } as unknown as RunningService['container'],
        startedInMs: 1,
        logTail: '',
        logBytes: 0,
        over: new Promise<void>((resolve) => (falls = resolve)),
        health: () => Promise.resolve(problem),
        close: () => Promise.resolve(void closed++),
      });
    };
    due = undefined;
    watched = new WatchedService(
      begin,
      clock,
      { intervalS: 10, failures: 3, againMs: 1_800_000 },
      { onChange: ({ state }) => void states.push(state), due: () => due },
    );
  });

  it('one that has ended is started again', async () => {
    await watched.start();
    runs = false;
    await clock.advance(10_000);
    expect(watched.health).toMatchObject({ state: 'healthy', restarts: 1 });
    expect([starts, closed]).toEqual([2, 1]);
    expect(states).toEqual(['starting', 'healthy', 'waiting', 'starting', 'healthy']);
  });

  it('as many misses as its manifest has start it again, and fewer do not', async () => {
    await watched.start();
    problem = 'it answers with status 503';
    await clock.advance(20_000);
    expect(watched.health).toMatchObject({ state: 'unhealthy', restarts: 0, problem });
    problem = undefined;
    await clock.advance(10_000);
    expect(watched.health.state).toBe('healthy');
    problem = 'it answers with status 503';
    await clock.advance(30_000);
    expect(watched.health).toMatchObject({ state: 'healthy', restarts: 1 });
  });

  it('one that ends three times in a minute is left alone', async () => {
    refusal = new ComponentDidNotStart('it exited with code 3 before it was well', 'exited', '', 3);
    await watched.start();
    await clock.advance(600_000);
    expect(starts).toBe(3);
    expect(watched.health).toMatchObject({ state: 'given-up', problem: refusal.message });
  });

  it('one that was given up is tried again after half an hour', async () => {
    refusal = new ComponentDidNotStart('it exited with code 3 before it was well', 'exited', '', 3);
    await watched.start();
    await clock.advance(1_000_000);
    refusal = undefined;
    await clock.advance(1_000_000);
    expect(watched.health).toMatchObject({ state: 'healthy', restarts: 3 });
    expect(watched.untroubledMs).toBeGreaterThan(1_000_000);
  });

  it('one whose output ends is looked at at once', async () => {
    await watched.start();
    expect(watched.untroubledMs).toBeUndefined();
    runs = false;
    falls();
    await clock.advance(500);
    expect(watched.health).toMatchObject({ state: 'healthy', restarts: 1 });
    expect(starts).toBe(2);
  });

  it('one that is due is started anew, which is no death', async () => {
    await watched.start();
    due = 'reconfigured';
    await clock.advance(10_000);
    due = undefined;
    await clock.advance(10_000);
    expect([starts, closed, watched.health.state]).toEqual([2, 1, 'healthy']);
    expect(watched.untroubledMs).toBeUndefined();
  });

  it('trouble of the engine is no death of the service', async () => {
    refusal = new Error('the engine is away');
    await watched.start();
    await clock.advance(100_000);
    expect(watched.health).toMatchObject({ state: 'unhealthy', restarts: 0 });
    refusal = undefined;
    await clock.advance(10_000);
    expect(watched.health.state).toBe('healthy');
  });

  it('stopped, nothing of it runs or is planned', async () => {
    await watched.start();
    await watched.stop();
    expect([closed, clock.timers, watched.health.state]).toEqual([1, 0, 'stopped']);
  });
});
