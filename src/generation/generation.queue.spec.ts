import { Logger } from '@nestjs/common';
import { CoreBench, type Answering, type BenchOptions } from '../../test/support/core-bench';
import type { Evidence } from '../core-registry/core.types';
import './generation.events';

const TEXT = 'The sea is wide and blue, and it has no end that a person in a boat could see.';

describe('waiting for a core, and not wanting it any more', () => {
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

  describe('waiting', () => {
    it('holds a question while no core is fit, and answers it when one is', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      await bench.clock.advance(600_000);
      expect(bench.dispatcher.waiting).toBe(1);
      bench.registry.setState(2, 'ready', 'back');
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', attempt: { coreId: 2 } });
    });

    it('gives out the slots of the best core first come, first served, and does not spill to the standby', async () => {
      await unwatched();
      const order: string[] = [];
      bench.bus.on('generation.attempt-started', ({ messageId }) => void order.push(messageId));
      const all = [await bench.answering(), await bench.answering(), await bench.answering()];
      expect(bench.dispatcher.waiting).toBe(2);
      for (const each of all) await finish(each);
      expect(order).toEqual(['q1', 'q2', 'q3']);
      expect(bench.core(2).chats).toHaveLength(0);
    });

    it('uses every slot a core has', async () => {
      await unwatched({ slots: 2 });
      const all = [await bench.answering(), await bench.answering(), await bench.answering()];
      expect(bench.view(1).inFlight).toBe(2);
      expect(bench.dispatcher.waiting).toBe(1);
      for (const each of all) await finish(each);
    });

    it.each(['reset', 'verdict'])(
      'lets an answer that was broken off by a %s go before those who have not begun',
      async (how) => {
        await unwatched();
        const first = await bench.answering();
        const others = [await bench.answering(), await bench.answering()];
        await bench.clock.advance(500);
        bench.bus.on('core.evidence-reported', ({ coreId }) =>
          bench.registry.setState(coreId, 'suspect', 'broke'),
        );
        if (how === 'reset') bench.core(1).kill();
        else bench.registry.setState(1, 'down', 'its process died');
        await bench.clock.advance(200);
        expect(bench.core(2).chats).toHaveLength(1);
        expect(bench.core(2).chats[0]?.messages.at(-1)?.role).toBe('assistant');
        expect(await finish(first)).toMatchObject({ continued: 1 });
        for (const each of others) expect(await finish(each)).toMatchObject({ outcome: 'complete' });
      },
    );

    it('lets it go first also when the only core comes back', async () => {
      await unwatched({ cores: 1 });
      const first = await bench.answering();
      const other = await bench.answering();
      await bench.clock.advance(500);
      bench.registry.setState(1, 'down', 'its process died');
      await bench.clock.advance(500);
      expect(bench.dispatcher.waiting).toBe(2);
      bench.registry.setState(1, 'ready', 'back');
      await bench.clock.advance(0);
      expect(bench.core(1).chats.at(-1)?.messages.at(-1)?.role).toBe('assistant');
      expect(await finish(first)).toMatchObject({ continued: 1 });
      expect(await finish(other)).toMatchObject({ outcome: 'complete' });
    });

    it('is told to the history as the time between the break and the next token', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'silence' });
      const answering = await bench.answering();
      await bench.timeUntil(() => bench.core(2).chats.length === 1, 8_000);
      await bench.registry.promote(2, { cause: 'c', evidence: 'e', by: 'automatic' });
      await finish(answering);
      const [{ waitedMs = 0 } = {}] = await bench.history.switches();
      expect(waitedMs).toBeGreaterThan(40);
      expect(waitedMs).toBeLessThan(200);
    });

    it('is not told to a switch that had nothing to do with it', async () => {
      await unwatched();
      await bench.registry.promote(2, { cause: 'old', evidence: 'e', by: 'automatic' });
      bench.core(2).faults.push({ afterCharacters: 30, kind: 'truncated' });
      await finish(await bench.answering());
      expect((await bench.history.switches())[0]?.waitedMs).toBeUndefined();
    });
  });

  describe('cancelling', () => {
    it('ends an answer under way and frees the core', async () => {
      await unwatched();
      const answering = await bench.answering();
      await bench.clock.advance(300);
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.view(1).inFlight).toBe(0);
    });

    it('ends the wait for a core', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
    });

    it('at a full core is known to wait there, and not to be answered', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 0, kind: 'busy' });
      const answering = await bench.answering();
      await bench.clock.advance(500);
      expect(bench.view(1)).toMatchObject({ inFlight: 1, turnedAway: 1 });
      await finish(answering);
      expect(bench.view(1)).toMatchObject({ inFlight: 0, turnedAway: 0 });
    });

    it('ends the wait beside a full core at once', async () => {
      await unwatched();
      for (let count = 0; count < 5; count++) bench.core(1).faults.push({ afterCharacters: 0, kind: 'busy' });
      const answering = await bench.answering();
      const begun = bench.clock.monotonic();
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.clock.monotonic() - begun).toBeLessThan(50);
    });

    it('in the journal keeps an attempt from beginning', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      await bench.journal.cancel(answering.id, 'stopped');
      bench.registry.setState(1, 'ready', 'back');
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.core(1).chats).toHaveLength(0);
    });
  });
});
