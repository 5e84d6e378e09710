import { Logger } from '@nestjs/common';
import { CoreBench, type Answering, type BenchOptions } from '../../test/support/core-bench';
import type { ContainerEvent } from '../containers/container-engine';
import type { ChatRequest } from '../ollama/ollama-api';
import { Suspects } from './suspects';

const TEXT = 'The sea is wide and blue, and it has no end that a person in a boat could see.';
/** What the engine needs to tell of a death. */
const WORD_AFTER_MS = 40;
const CRASH = { exitCode: 134 } as const;
const KILL = { signal: 'SIGKILL' } as const;
const RUNNER_GONE = 'an error was encountered while running the model: unexpected EOF';

type Died = Partial<ContainerEvent & { type: 'died' }>;

describe(Suspects.name, () => {
  let bench: CoreBench;
  /** Chats each core was given, as `core question`, in order. */
  let asked: string[];

  /** Every core recites; `hit` is called for each chat once it has said a few words. */
  const running = async (
    options: BenchOptions,
    hit: (core: number, question: string) => void,
  ): Promise<void> => {
    bench = await CoreBench.running({ engine: true, ...options });
    asked = [];
    for (const { id } of bench.registry.all()) {
      bench.registry.update(id, { continues: true });
      bench.core(id).answer = (request) => {
        asked.push(`${id} ${questionOf(request)}`);
        bench.clock.after(300, () => hit(id, questionOf(request)));
        return TEXT;
      };
    }
  };

  /** The process ends; the engine tells a moment later and, unless `backAfterMs` is never, starts it again. */
  const end = (id: number, how: Died, backAfterMs = Infinity): void => {
    const name = `core${id}`;
    bench.core(id).kill();
    bench.clock.after(WORD_AFTER_MS, () =>
      bench.engine.tell({ type: 'died', name, at: bench.clock.now(), lastOutput: [], ...how }),
    );
    if (backAfterMs !== Infinity)
      bench.clock.after(WORD_AFTER_MS + backAfterMs, () => {
        bench.core(id).restart();
        bench.engine.tell({ type: 'started', name, pid: 1, at: bench.clock.now() });
      });
  };
  const deaths = async (id: string): Promise<number | undefined> => (await bench.journal.find(id))?.deaths;
  const finish = ({ result }: Answering): ReturnType<typeof bench.generation.generate> =>
    bench.during(result);
  const chats = (text: string): string[] => asked.filter((each) => each.endsWith(` ${text}`));

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    // Cores that are still to be started again.
    await bench.clock.advance(6_000);
    await bench.end();
    expect(bench.dispatcher.waiting).toBe(0);
    expect(bench.registry.all().map(({ inFlight }) => inFlight)).toEqual(bench.registry.all().map(() => 0));
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  describe('a question over which cores die by themselves', () => {
    it('is given up after the second death, and says so', async () => {
      await running({}, (id, question) => question === 'poison' && end(id, CRASH, 1_000));
      const answering = await bench.answering('poison');
      expect(await finish(answering)).toMatchObject({
        outcome: 'failed',
        deaths: 2,
        reason: expect.stringContaining('2 times a core died by itself'),
      });
      expect(chats('poison')).toEqual(['1 poison', '2 poison']);
      expect(await deaths(answering.id)).toBe(2);
    });

    it.each(['in-stream', 'server-error'] as const)(
      'as well where the core lives, and tells of the death of its runner by %s',
      async (kind) => {
        await running({}, () => undefined);
        const afterCharacters = kind === 'in-stream' ? 30 : 0;
        for (const id of [1, 2]) bench.core(id).faults.push({ afterCharacters, kind, detail: RUNNER_GONE });
        expect(await finish(await bench.answering('poison'))).toMatchObject({ outcome: 'failed', deaths: 2 });
      },
    );

    it('is answered where there is no second death', async () => {
      await running({}, (id, question) => question === 'poison' && id === 1 && end(id, CRASH, 1_000));
      const answering = await bench.answering('poison');
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT, continued: 1 });
      expect(await deaths(answering.id)).toBe(1);
    });

    it('is remembered through a restart of the gateway, until somebody has it tried again', async () => {
      await running({}, (id, question) => question === 'poison' && end(id, CRASH, 1_000));
      const first = await bench.answering('poison');
      await bench.timeUntil(() => bench.state(1) === 'down', 3_000);
      await bench.clock.advance(100);
      first.abort.abort(new Error('the process ends'));
      expect(await finish(first)).toEqual({ outcome: 'cancelled' });
      await bench.journal.resetInterrupted();
      await bench.clock.advance(10_000);

      expect(await finish(await bench.answerTo(first.id, 'poison'))).toMatchObject({ deaths: 2 });
      expect(chats('poison')).toHaveLength(2);
      // The process may end also between the second death and the burial.
      expect(await finish(await bench.answerTo(first.id, 'poison'))).toMatchObject({ deaths: 2 });
      expect(chats('poison')).toHaveLength(2);

      await bench.journal.bury(first.id, 'deadly');
      await bench.journal.requeue(first.id);
      expect(await deaths(first.id)).toBe(0);
    });

    it('does not take another one down with it: a suspect is answered alone', async () => {
      await running({ slots: 2 }, (id, question) => question === 'poison' && end(id, CRASH, 1_000));
      const poison = await bench.answering('poison');
      const other = await bench.answering('innocent');
      expect(bench.view(1).inFlight).toBe(2);
      const [bad, good] = await Promise.all([finish(poison), finish(other)]);
      expect(good).toMatchObject({ outcome: 'complete', text: TEXT });
      expect(bad).toMatchObject({ outcome: 'failed', deaths: 2 });
      expect(chats('poison')).toHaveLength(2);
      expect(await deaths(other.id)).toBe(1);
    });
  });

  describe('a core that somebody ended', () => {
    it('costs its question nothing: it goes on with the last core as soon as the engine tells', async () => {
      await running({}, (id) => id === 1 && end(id, KILL));
      const answering = await bench.answering('why');
      await bench.timeUntil(() => !bench.core(1).up, 2_000);
      const took = await bench.timeUntil(() => chats('why').length === 2, 1_000);
      expect(took).toBeLessThanOrEqual(WORD_AFTER_MS + 60);
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', continued: 1 });
      expect(await deaths(answering.id)).toBe(0);
    });

    it('is what a core is taken for of which the engine says nothing within half a second', async () => {
      await running({}, (id) => id === 1 && bench.core(1).kill());
      const answering = await bench.answering('why');
      await bench.timeUntil(() => !bench.core(1).up, 2_000);
      const took = await bench.timeUntil(() => chats('why').length === 2, 1_000);
      expect(took).toBeGreaterThanOrEqual(500);
      expect(took).toBeLessThan(600);
      expect(await finish(answering)).toMatchObject({ outcome: 'complete' });
      expect(await deaths(answering.id)).toBe(0);
    });

    it('is not waited for where no engine runs the core', async () => {
      await running({ engine: false }, (id) => id === 1 && bench.core(1).kill());
      await bench.answering('why').then(async (answering) => {
        await bench.timeUntil(() => !bench.core(1).up, 2_000);
        expect(await bench.timeUntil(() => chats('why').length === 2, 1_000)).toBeLessThan(100);
        await finish(answering);
      });
    });

    it('says nothing about a question, however often it happens before the first word', async () => {
      await running({}, () => undefined);
      let kills = 0;
      bench.bus.on('generation.attempt-started', ({ coreId }) => {
        if (kills++ < 5) bench.clock.after(20, () => end(coreId, KILL, 500));
      });
      const answering = await bench.answering('why');
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT });
      expect(await bench.journal.find(answering.id)).toMatchObject({ deaths: 0, attempt: 6, fruitless: 0 });
    });
  });

  describe('with one usable core left', () => {
    it('holds the question until a second one is ready; what others ask goes first', async () => {
      await running({}, (id, question) => question === 'poison' && id === 1 && end(id, CRASH, 5_000));
      const poison = await bench.answering('poison');
      await bench.timeUntil(() => bench.state(1) === 'down', 3_000);
      const others = [await bench.answering('first'), await bench.answering('second')];
      for (const other of others) expect(await finish(other)).toMatchObject({ outcome: 'complete' });
      expect(chats('poison')).toHaveLength(1);
      expect(await finish(poison)).toMatchObject({ outcome: 'complete' });
      const requests = [...bench.core(1).chats, ...bench.core(2).chats].filter(
        (request) => questionOf(request) === 'poison',
      );
      expect(requests.map(({ options }) => options?.num_ctx)).toEqual([4096, 4096]);
      expect(chats('poison')).toEqual(['1 poison', '2 poison']);
      expect(bench.changes.lastIndexOf('1 ready')).toBeGreaterThan(bench.changes.lastIndexOf('1 down'));
    });

    it('has the second one proven though the last one is never idle', async () => {
      await running({}, (id, question) => question === 'poison' && id === 1 && end(id, CRASH, 1_000));
      const poison = await bench.answering('poison');
      await bench.timeUntil(() => bench.view(1).death !== undefined, 3_000);
      const others: Answering[] = [];
      while (chats('poison').length < 2 && others.length < 40) {
        if (bench.dispatcher.waiting < 2) others.push(await bench.answering('more'));
        await bench.clock.advance(200);
      }
      expect(chats('poison')).toEqual(['1 poison', '2 poison']);
      expect(bench.clock.monotonic() - (bench.view(1).death?.at ?? 0)).toBeLessThan(4_500);
      for (const each of [poison, ...others])
        expect(await finish(each)).toMatchObject({ outcome: 'complete' });
    });

    it('holds it not even a second where only a runner died, and was loaded again', async () => {
      await running({}, () => undefined);
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'in-stream', detail: RUNNER_GONE });
      const poison = await bench.answering('why');
      await bench.timeUntil(() => bench.state(1) === 'suspect', 2_000);
      expect(await bench.timeUntil(() => chats('why').length === 2, 2_000)).toBeLessThan(1_000);
      expect(await finish(poison)).toMatchObject({ outcome: 'complete', continued: 1 });
    });

    it('lets it have the last core at once where only a runner died, however long that core stays away', async () => {
      await running({}, () => undefined);
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'in-stream', detail: RUNNER_GONE });
      const poison = await bench.answering('why');
      await bench.timeUntil(() => bench.state(1) === 'suspect', 2_000);
      bench.core(1).runnerHung = true;
      expect(await bench.timeUntil(() => chats('why').length === 2, 2_000)).toBeLessThan(100);
      expect(await finish(poison)).toMatchObject({ outcome: 'complete', continued: 1 });
      bench.core(1).resume();
    });

    it('risks it after a minute: last, alone, for a short answer and with less context', async () => {
      await running({ slots: 2 }, (id, question) => question === 'poison' && id === 1 && end(id, CRASH));
      const poison = await bench.answering('poison');
      await bench.timeUntil(() => bench.state(1) === 'down', 3_000);
      const broke = bench.clock.monotonic();
      await bench.clock.advance(59_900);
      expect(chats('poison')).toHaveLength(1);
      const before = await bench.answering('before');
      await bench.timeUntil(() => bench.dispatcher.waiting === 1, 1_000);
      expect(bench.clock.monotonic() - broke).toBeLessThanOrEqual(60_100);
      const after = await bench.answering('after');
      expect(bench.dispatcher.waiting).toBe(2);
      expect(await finish(before)).toMatchObject({ outcome: 'complete' });
      await bench.clock.advance(100);
      expect(bench.view(2).inFlight).toBe(1);
      expect(asked.slice(1)).toEqual(['2 before', '2 poison']);
      expect(bench.core(2).chats.at(-1)?.options).toMatchObject({ num_predict: 256, num_ctx: 2048 });
      expect(await finish(poison)).toMatchObject({ outcome: 'complete' });
      expect(await finish(after)).toMatchObject({ outcome: 'complete' });
      expect(asked.at(-1)).toBe('2 after');
      expect(bench.core(2).chats.at(-1)?.options).toMatchObject({ num_predict: 1024, num_ctx: 4096 });
    });

    it('lets go of a question that is not wanted any more', async () => {
      await running({}, (id, question) => question === 'poison' && id === 1 && end(id, CRASH));
      const poison = await bench.answering('poison');
      await bench.timeUntil(() => bench.state(1) === 'down', 3_000);
      await bench.clock.advance(5_000);
      poison.abort.abort(new Error('stopped'));
      expect(await finish(poison)).toEqual({ outcome: 'cancelled' });
    });

    it('waits for no second core where there never was one', async () => {
      await running({ cores: 1 }, (id, question) => question === 'poison' && end(id, CRASH, 1_000));
      const begun = bench.clock.monotonic();
      expect(await finish(await bench.answering('poison'))).toMatchObject({ outcome: 'failed', deaths: 2 });
      expect(bench.clock.monotonic() - begun).toBeLessThan(20_000);
      expect(bench.core(1).chats.at(-1)?.options?.num_predict).toBe(256);
    });
  });

  it('with two usable cores left goes on at once, and counts the death when the engine tells', async () => {
    await running({ cores: 3 }, (id, question) => question === 'poison' && end(id, CRASH, 1_000));
    const poison = await bench.answering('poison');
    await bench.timeUntil(() => !bench.core(1).up, 2_000);
    expect(await bench.timeUntil(() => chats('poison').length === 2, 1_000)).toBeLessThan(WORD_AFTER_MS + 60);
    await bench.clock.advance(WORD_AFTER_MS);
    expect(await deaths(poison.id)).toBe(1);
    expect(await finish(poison)).toMatchObject({ outcome: 'failed', deaths: 2 });
    expect(chats('poison')).toHaveLength(2);
  });

  describe('an attempt that others ended', () => {
    it.each([
      [
        'moved by us',
        (id: number) => bench.bus.emit('core.evicted', { coreId: id, reason: 'its time is over' }),
      ],
      ['judged by others', (id: number) => bench.registry.setState(id, 'down', 'it does not answer')],
    ])('%s says nothing about the question', async (_, stop) => {
      await running({}, () => undefined);
      for (const id of [1, 2]) bench.core(id).firstTokenMs = 2_000;
      let times = 0;
      bench.bus.on('generation.attempt-started', ({ coreId }) => {
        if (times++ < 5) bench.clock.after(100, () => stop(coreId));
      });
      const answering = await bench.answering('why');
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT });
      expect(await bench.journal.find(answering.id)).toMatchObject({ attempt: 6, fruitless: 0 });
    });
  });
});

function questionOf({ messages }: ChatRequest): string {
  return messages.findLast(({ role }) => role === 'user')?.content ?? '';
}
