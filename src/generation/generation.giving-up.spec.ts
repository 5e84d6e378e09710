import { Logger } from '@nestjs/common';
import { CoreBench, type Answering, type BenchOptions } from '../../test/support/core-bench';
import type { Evidence } from '../core-registry/core.types';
import type { OllamaErrorKind } from '../ollama/ollama-error';
import './generation.events';

const TEXT = 'The sea is wide and blue, and it has no end that a person in a boat could see.';

describe('giving up a question', () => {
  let bench: CoreBench;
  let evidence: Evidence[];

  const unwatched = async (options?: BenchOptions, text = TEXT): Promise<void> => {
    bench = await CoreBench.unwatched(options);
    evidence = [];
    bench.bus.on('core.evidence-reported', (each) => void evidence.push(each));
    for (const { id } of bench.registry.all()) bench.core(id).answer = () => text;
  };
  /** Nobody judges, so a core that failed stays `ready` and is only avoided. */
  const finish = async ({ result }: Answering): ReturnType<typeof bench.generation.generate> =>
    bench.during(result);

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    expect(bench.registry.all().map(({ inFlight }) => inFlight)).toEqual(bench.registry.all().map(() => 0));
    expect(bench.dispatcher.waiting).toBe(0);
    await bench.store.close();
  });

  const breakAlways = (at: number, kind: OllamaErrorKind = 'reset'): void => {
    for (const { id } of bench.registry.all())
      for (let count = 0; count < 40; count++) bench.core(id).faults.push({ afterCharacters: at, kind });
  };

  it('comes after three attempts in a row that brought nothing', async () => {
    await unwatched();
    breakAlways(0);
    expect(await finish(await bench.answering())).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('3 attempts in a row brought nothing'),
      text: '',
    });
    expect(bench.core(1).chats.length + bench.core(2).chats.length).toBe(3);
    expect(await bench.journal.find('q1')).toMatchObject({ attempt: 3, fruitless: 3 });
  });

  it('is put off by progress', async () => {
    await unwatched();
    breakAlways(12);
    expect(await finish(await bench.answering())).toMatchObject({ outcome: 'complete', text: TEXT });
    expect((await bench.journal.find('q1'))?.attempt).toBeGreaterThan(5);
  });

  it('comes also where every attempt dies at the same place, though each writes text', async () => {
    await unwatched();
    for (const id of [1, 2]) bench.registry.update(id, { continues: false });
    for (const id of [1, 2]) bench.core(id).continues = false;
    breakAlways(40);
    const answering = await bench.answering();
    expect(await finish(answering)).toMatchObject({ outcome: 'failed', text: TEXT.slice(0, 40) });
    expect((await bench.journal.find('q1'))?.attempt).toBe(4);
  });

  it('does not come where only the continuation is refused: the answer begins anew', async () => {
    await unwatched();
    const refusal = { afterCharacters: 0, kind: 'bad-request' } as const;
    bench.core(1).faults.push({ afterCharacters: 30, kind: 'reset' }, refusal);
    bench.core(2).faults.push(refusal);
    expect(await finish(await bench.answering())).toMatchObject({
      outcome: 'complete',
      text: TEXT,
      continued: 2,
      restarted: 1,
    });
    expect(bench.registry.all().map(({ continues }) => continues)).toEqual([false, false]);
  });

  it('comes at once where the core refuses the question itself', async () => {
    await unwatched();
    breakAlways(0, 'bad-request');
    expect(await finish(await bench.answering())).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('refused by the core'),
    });
    expect(evidence).toEqual([]);
    expect(bench.core(2).chats).toHaveLength(0);
  });

  it('comes after three answers without any text', async () => {
    await unwatched({}, '  ');
    expect(await finish(await bench.answering())).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('no text'),
    });
  });

  it('never comes because cores are full: it waits, a second at a time, for as long as it takes', async () => {
    await unwatched();
    for (const id of [1, 2])
      for (let count = 0; count < 40; count++)
        bench.core(id).faults.push({ afterCharacters: 0, kind: 'busy' });
    const answering = await bench.answering();
    const begun = bench.clock.monotonic();
    expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT });
    expect(bench.clock.monotonic() - begun).toBeGreaterThan(79_000);
    expect(evidence.every(({ kind }) => kind === 'busy')).toBe(true);
  });
});
