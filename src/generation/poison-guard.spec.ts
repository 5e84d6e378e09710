import { Logger } from '@nestjs/common';
import { CoreBench, type Answering, type BenchOptions } from '../../test/support/core-bench';
import { PoisonGuard } from './poison-guard';

describe(PoisonGuard.name, () => {
  let bench: CoreBench;

  const running = async (options: BenchOptions = {}): Promise<void> => {
    bench = await CoreBench.create({ engine: true, ...options });
    for (const { id } of bench.registry.all()) {
      bench.engine.infos.set(`core${id}`, { image: 'core', state: 'running', deathsLastMinute: 0 });
      bench.core(id).answer = () => 'one two three four five six seven eight nine ten.';
    }
    await bench.begin();
    await bench.timeUntil(() => bench.registry.all().every(({ state }) => state === 'ready'), 20_000);
  };
  const dies = (id: number, how: { exitCode?: number; signal?: string; oom?: boolean }): void => {
    bench.core(id).kill();
    bench.clock.after(20, () =>
      bench.engine.tell({ type: 'died', name: `core${id}`, at: 0, ...how, lastOutput: [] }),
    );
  };
  const isBack = (id: number): void => {
    bench.core(id).restart();
    bench.engine.tell({ type: 'started', name: `core${id}`, at: 0, pid: 9 });
  };
  const writing = async (): Promise<Answering> => {
    const answering = await bench.answering();
    await bench.timeUntil(() => answering.shown.length > 0, 2_000);
    return answering;
  };
  const chats = (id: number): number => bench.core(id).count('chat');
  const deaths = async ({ id }: Answering): Promise<number | undefined> =>
    (await bench.journal.find(id))?.deaths;

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    await bench.end();
    await bench.store.close();
  });

  it.each([{ signal: 'SIGKILL' }, { exitCode: 137 }, { exitCode: 0 }])(
    'goes on at once where somebody else ended the core (%j)',
    async (how) => {
      await running();
      const answering = await writing();
      dies(1, how);
      await bench.timeUntil(() => chats(2) > 0, 600);
      expect(await bench.during(answering.result)).toMatchObject({ outcome: 'complete' });
      expect(await deaths(answering)).toBe(0);
    },
  );

  it('does not wait for a word that does not come', async () => {
    await running();
    const answering = await writing();
    bench.core(1).kill();
    await bench.timeUntil(() => chats(2) > 0, 700);
    expect(await bench.during(answering.result)).toMatchObject({ outcome: 'complete' });
  });

  it('keeps the last core from a question whose core crashed, until a second one is ready', async () => {
    await running();
    const answering = await writing();
    dies(1, { exitCode: 139 });
    await bench.clock.advance(10_000);
    expect(chats(2)).toBe(0);
    expect(await deaths(answering)).toBe(1);
    isBack(1);
    await bench.timeUntil(() => chats(1) + chats(2) > 1, 10_000);
    expect(await bench.during(answering.result)).toMatchObject({ outcome: 'complete' });
  });

  it('lets others have the last core meanwhile, and gives it to the suspect alone, with less room, after a minute', async () => {
    await running({ slots: 2 });
    const suspect = await writing();
    dies(1, { signal: 'SIGKILL', oom: true });
    await bench.clock.advance(1_000);
    const other = await bench.answering('How?');
    expect(await bench.during(other.result, 20_000)).toMatchObject({ outcome: 'complete' });
    const before = chats(2);
    await bench.timeUntil(() => chats(2) > before, 61_000);
    expect(bench.core(2).chats.at(-1)?.options).toMatchObject({ num_predict: 256, num_ctx: 2048 });
    const waiting = await bench.answering('Who?');
    await bench.clock.advance(100);
    expect(chats(2)).toBe(before + 1);
    expect(await bench.during(suspect.result)).toMatchObject({ outcome: 'complete' });
    expect(await bench.during(waiting.result)).toMatchObject({ outcome: 'complete' });
  });

  it('replays at once where two more cores are left, whatever ended the first', async () => {
    await running({ cores: 3 });
    const answering = await writing();
    dies(1, { exitCode: 134 });
    await bench.timeUntil(() => chats(2) + chats(3) > 0, 300);
    expect(await bench.during(answering.result)).toMatchObject({ outcome: 'complete' });
  });

  it('gives a question up over which two cores crashed, and counts over a restart of the process', async () => {
    await running();
    const answering = await writing();
    await bench.journal.addDeath(answering.id);
    dies(1, { exitCode: 134 });
    expect(await bench.during(answering.result, 5_000)).toMatchObject({
      outcome: 'failed',
      poison: true,
      reason: '2 cores died over it',
    });
    expect(chats(2)).toBe(0);
    await bench.journal.bury(answering.id, 'said so');
    await bench.journal.requeue(answering.id);
    expect(await deaths(answering)).toBe(0);
  });

  it('counts a crash of the runner, which the server outlives', async () => {
    await running();
    const crash = { kind: 'in-stream' as const, afterCharacters: 9 };
    for (const id of [1, 2]) {
      bench.core(id).faults.push(crash);
      bench.core(id).faultText = 'an error was encountered while running the model: unexpected EOF';
    }
    const answering = await bench.answering();
    expect(await bench.during(answering.result, 120_000)).toMatchObject({ outcome: 'failed', poison: true });
  });

  it('does not blame a question that was moved away by us', async () => {
    await running();
    bench.core(1).gapMs = 400;
    const answering = await writing();
    for (let moves = 0; moves < 2; moves++) {
      const from = bench.registry.active.id;
      await bench.during(bench.switchovers.begin({ from, by: 'api:key1', drainMs: 0 }));
      await bench.timeUntil(() => bench.view(from).inFlight === 0, 1_000);
      for (const id of [1, 2]) bench.core(id).gapMs = 400;
      await bench.clock.advance(300);
    }
    expect((await bench.journal.find(answering.id))?.fruitless).toBe(0);
    expect(await bench.during(answering.result)).toMatchObject({ outcome: 'complete' });
  });
});
