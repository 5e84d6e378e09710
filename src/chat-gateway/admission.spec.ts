import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import type { NewQuestion } from '../journal/journal.types';
import { Admission, type Refusal } from './admission';

describe(Admission.name, () => {
  let bench: GatewayBench;
  let sut: Admission;
  let count: number;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    sut = bench.get(Admission);
    count = 0;
  });
  afterEach(() => bench.close());

  /** As the intake does: asked first, then put into the journal. */
  const ask = async (rest: Partial<NewQuestion> = {}): Promise<Refusal | undefined> => {
    const question = bench.newQuestion(`q${++count}`, rest);
    const refusal = await sut.refuse(question);
    if (!refusal) await bench.journal.accept(question, { state: 'queued' });
    return refusal;
  };
  const finishAll = async (): Promise<void> => {
    for (const { id } of await bench.journal.unfinished()) await bench.journal.bury(id, 'done');
  };
  const minutes = (value: number): Promise<void> => bench.clock.advance(value * 60_000);

  it('refuses a text over 8,000 characters, and takes one of exactly that', async () => {
    expect(await ask({ text: 'x'.repeat(8_000) })).toBeUndefined();
    expect(await ask({ text: 'x'.repeat(8_001) })).toEqual({
      reason: 'too-long',
      characters: 8_001,
      limit: 8_000,
    });
  });

  it('takes one question under work and three waiting of one person', async () => {
    for (let each = 0; each < 4; each++) expect(await ask()).toBeUndefined();
    expect(await ask()).toEqual({ reason: 'user-busy', silent: false });
    expect(await ask({ authorId: 'bob' })).toBeUndefined();
    await finishAll();
    await minutes(1);
    expect(await ask()).toBeUndefined();
  });

  it('takes five at once and then ten a minute of one person who is answered quickly', async () => {
    const taken = async (): Promise<boolean> => {
      const refusal = await ask({ lane: `lane ${count}` });
      await finishAll();
      return refusal === undefined;
    };
    for (let each = 0; each < 5; each++) expect(await taken()).toBe(true);
    expect(await taken()).toBe(false);
    await bench.clock.advance(6_100);
    expect(await taken()).toBe(true);
    expect(await taken()).toBe(false);
    let inMinute = 0;
    for (let second = 0; second < 60; second++) {
      await bench.clock.advance(1_000);
      if (await taken()) inMinute++;
    }
    expect(inMinute).toBe(10);
  });

  it('takes twenty of one room', async () => {
    for (let each = 0; each < 20; each++) expect(await ask({ authorId: `u${each}` })).toBeUndefined();
    expect(await ask({ authorId: 'late' })).toEqual({ reason: 'room-busy', silent: false });
    expect(await ask({ authorId: 'late', roomId: 'other', lane: 'other' })).toBeUndefined();
  });

  it('takes five hundred in all', async () => {
    for (let each = 0; each < 500; each++)
      expect(await ask({ authorId: `u${each}`, roomId: `r${each}`, lane: `r${each}` })).toBeUndefined();
    expect(await ask({ authorId: 'late', roomId: 'late', lane: 'late' })).toEqual({
      reason: 'all-busy',
      silent: false,
    });
  });

  it('says no aloud once a minute to one person', async () => {
    for (let each = 0; each < 4; each++) await ask();
    expect(await ask()).toMatchObject({ silent: false });
    expect(await ask()).toMatchObject({ silent: true });
    await bench.clock.advance(61_000);
    expect(await ask()).toMatchObject({ silent: false });
  });

  it('lets commands through where everything is full', async () => {
    for (let each = 0; each < 20; each++) await ask({ authorId: `u${each}` });
    for (let each = 0; each < 6; each++)
      expect(await ask({ kind: 'command', text: '!stop', lane: `command/c${each}` })).toBeUndefined();
  });

  it.each([
    ['question', 40, 9_000],
    ['command', 200, 2_500],
  ] as const)(
    'ends a loop of bots, said once a minute: of each %s after %i turns in ten minutes',
    async (kind, most, everyMs) => {
      let taken = 0;
      for (let turn = 0; turn < most * 1.1; turn++) {
        await bench.clock.advance(everyMs);
        const refusal = await ask({ kind, lane: `room/${turn}` });
        await finishAll();
        if (!refusal) taken++;
        else expect(refusal).toMatchObject({ reason: 'loop', turns: most, minutes: 10 });
      }
      expect(taken).toBe(most);
      await minutes(11);
      expect(await ask({ kind })).toBeUndefined();
    },
  );

  it('takes commands where there were too many questions', async () => {
    for (let turn = 0; turn < 40; turn++) {
      await bench.clock.advance(9_000);
      await ask({ lane: `room/${turn}` });
      await finishAll();
    }
    expect(await ask()).toMatchObject({ reason: 'loop' });
    expect(await ask({ kind: 'command' })).toBeUndefined();
  });

  it('does not mind a wall clock that jumps', async () => {
    for (let each = 0; each < 5; each++) {
      await ask();
      await finishAll();
    }
    bench.clock.jumpWall(3_600_000);
    expect(await ask()).toMatchObject({ reason: 'user-busy' });
  });
});
