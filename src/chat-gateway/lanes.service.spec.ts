import { Logger } from '@nestjs/common';
import { GatewayBench, type Work } from '../../test/support/gateway-bench';
import { LanesService } from './lanes.service';

describe(LanesService.name, () => {
  let bench: GatewayBench;
  let sut: LanesService;
  let log: string[];
  let work: Work;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    log = [];
    work = async ({ id }, signal) => {
      log.push(`+${id}`);
      await bench.clock.sleep(1_000, signal).catch(() => undefined);
      log.push(`-${id}`);
      if (!signal.aborted) await bench.journal.bury(id, 'done');
    };
    bench = await GatewayBench.create((question, signal) => work(question, signal));
    sut = bench.get(LanesService);
  });
  afterEach(async () => {
    await bench.during(sut.stop(0));
    expect(bench.clock.timers).toBe(0);
    expect(sut.busy).toBe(0);
    await bench.close();
  });

  it('works one question of a lane after another, in order, beside other lanes', async () => {
    await sut.start();
    for (const id of ['a1', 'a2', 'a3']) await bench.question(id, { lane: 'a' });
    for (const id of ['b1', 'b2']) await bench.question(id, { lane: 'b' });
    await bench.clock.advance(500);
    expect(log).toEqual(['+a1', '+b1']);
    expect(sut.busy).toBe(2);
    await bench.clock.advance(5_000);
    expect(log.filter((entry) => entry.includes('a'))).toEqual(['+a1', '-a1', '+a2', '-a2', '+a3', '-a3']);
    expect(log.filter((entry) => entry.includes('b'))).toEqual(['+b1', '-b1', '+b2', '-b2']);
    expect(sut.busy).toBe(0);
  });

  it('takes up what an earlier run left', async () => {
    await bench.question('a1', { lane: 'a' });
    await bench.answered('b1', ['x']);
    await sut.start();
    await bench.clock.advance(1_500);
    expect(log).toEqual(['+a1', '+b1', '-a1', '-b1']);
  });

  it('does not lose a question that comes while its lane is about to end', async () => {
    const { headOf } = bench.journal;
    let asked = 0;
    jest.spyOn(bench.journal, 'headOf').mockImplementation(async (lane) => {
      const head = await headOf.call(bench.journal, lane);
      // The lane has just seen that nothing is left; the next question is accepted before it knows.
      if (!head && asked++ === 0) await bench.question('a2', { lane: 'a' });
      return head;
    });
    await sut.start();
    await bench.question('a1', { lane: 'a' });
    await bench.clock.advance(2_500);
    expect(log).toEqual(['+a1', '-a1', '+a2', '-a2']);
  });

  it('goes on after a worker that stumbles, with the same question', async () => {
    const steady = work;
    let stumbles = 2;
    work = (question, signal) => {
      if (stumbles-- > 0) return Promise.reject(new Error('stumble'));
      return steady(question, signal);
    };
    await sut.start();
    await bench.question('a1', { lane: 'a' });
    await bench.clock.advance(9_900);
    expect(log).toEqual([]);
    await bench.clock.advance(1_200);
    expect(log).toEqual(['+a1', '-a1']);
  });

  it('buries a question over which it stumbles six times, and goes on with the next', async () => {
    const steady = work;
    work = (question, signal) =>
      question.id === 'a1' ? Promise.reject(new Error('bug')) : steady(question, signal);
    await sut.start();
    await bench.question('a1', { lane: 'a' });
    await bench.question('a2', { lane: 'a' });
    await bench.clock.advance(24_000);
    expect((await bench.journal.find('a1'))?.state).toBe('retry-wait');
    await bench.clock.advance(8_000);
    expect(await bench.journal.find('a1')).toMatchObject({
      state: 'dead',
      reason: expect.stringContaining('6 times'),
    });
    expect(log).toEqual(['+a2', '-a2']);
  });

  it('keeps a question over which it stumbles because the disk is full', async () => {
    await sut.start();
    const full = new Error('disk full');
    const bury = jest.spyOn(bench.journal, 'bury').mockRejectedValue(full);
    const wait = jest.spyOn(bench.journal, 'waitForRetry').mockRejectedValue(full);
    await bench.question('a1', { lane: 'a' });
    await bench.clock.advance(60_000);
    expect((await bench.journal.find('a1'))?.state).toBe('queued');
    bury.mockRestore();
    wait.mockRestore();
    await bench.clock.advance(6_500);
    expect((await bench.journal.find('a1'))?.reason).toBe('done');
  });

  it('lets a question wait for its time without holding up other lanes', async () => {
    await bench.question('a1', { lane: 'a' });
    await bench.journal.waitForRetry('a1', bench.clock.now() + 30_000, 'later');
    await bench.question('b1', { lane: 'b' });
    await sut.start();
    await bench.clock.advance(29_000);
    expect(log).toEqual(['+b1', '-b1']);
    await bench.clock.advance(2_500);
    expect(log).toEqual(['+b1', '-b1', '+a1', '-a1']);
  });

  it('lets nothing wait for the hour that the clock was put back by', async () => {
    await bench.question('a1', { lane: 'a' });
    await bench.journal.waitForRetry('a1', bench.clock.now() + 5_000, 'later');
    bench.clock.jumpWall(-3_600_000);
    await sut.start();
    await bench.clock.advance(1_500);
    expect(log).toEqual(['+a1', '-a1']);
  });

  describe('stop', () => {
    it('lets what runs finish, begins nothing new, and waits no longer than that', async () => {
      await sut.start();
      await bench.question('a1', { lane: 'a' });
      await bench.question('a2', { lane: 'a' });
      await bench.clock.advance(200);
      const begun = bench.clock.monotonic();
      await bench.during(sut.stop(20_000));
      expect(bench.clock.monotonic() - begun).toBeLessThan(1_500);
      expect(log).toEqual(['+a1', '-a1']);
      await bench.question('b1', { lane: 'b' });
      await bench.clock.advance(5_000);
      expect(log).toEqual(['+a1', '-a1']);
    });

    it('breaks off what takes longer than the grace', async () => {
      work = async ({ id }, signal) => {
        log.push(`+${id}`);
        await bench.clock.sleep(3_600_000, signal).catch(() => log.push(`broken ${id}`));
      };
      await sut.start();
      await bench.question('a1', { lane: 'a' });
      await bench.clock.advance(200);
      const begun = bench.clock.monotonic();
      await bench.during(sut.stop(20_000));
      const took = bench.clock.monotonic() - begun;
      expect(took).toBeGreaterThanOrEqual(20_000);
      expect(took).toBeLessThan(22_000);
      expect(log).toEqual(['+a1', 'broken a1']);
      expect((await bench.journal.find('a1'))?.state).toBe('queued');
    });
  });

  describe('stopQuestion', () => {
    it('stops the newest question of its author in the lane, running or waiting', async () => {
      await sut.start();
      await bench.question('a1', { lane: 'a' });
      await bench.question('a2', { lane: 'a' });
      await bench.question('a3', { lane: 'a', authorId: 'bob' });
      await bench.clock.advance(100);
      expect(await sut.stopQuestion('a', 'room', 'ann', Infinity)).toBe(true);
      expect((await bench.journal.find('a2'))?.state).toBe('cancelled');
      expect(await sut.stopQuestion('a', 'room', 'ann', Infinity)).toBe(true);
      await bench.clock.advance(10);
      expect((await bench.journal.find('a1'))?.state).toBe('cancelled');
      expect(log).toEqual(['+a1', '-a1', '+a3']);
      expect(await sut.stopQuestion('a', 'room', 'ann', Infinity)).toBe(false);
    });

    it('leaves alone what was asked after it', async () => {
      await bench.question('a1', { lane: 'a', at: 10 });
      await bench.question('a2', { lane: 'a', at: 30 });
      expect(await sut.stopQuestion('a', 'room', 'ann', 20)).toBe(true);
      expect((await bench.journal.find('a1'))?.state).toBe('cancelled');
      expect((await bench.journal.find('a2'))?.state).toBe('queued');
      expect(await sut.stopQuestion('a', 'room', 'ann', 20)).toBe(false);
    });

    it('looks in the whole room where the lane holds none, and never in another room', async () => {
      await bench.question('t1', { lane: 'room/t1', answerThreadId: 't1' });
      await bench.question('x1', { lane: 'elsewhere', roomId: 'elsewhere' });
      expect(await sut.stopQuestion('room', 'room', 'ann', Infinity)).toBe(true);
      expect((await bench.journal.find('t1'))?.state).toBe('cancelled');
      expect(await sut.stopQuestion('room', 'room', 'ann', Infinity)).toBe(false);
      expect((await bench.journal.find('x1'))?.state).toBe('queued');
    });
  });
});
