import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import { CorePaces, type Writing } from './core-paces';

describe(CorePaces.name, () => {
  let clock: VirtualClock;
  let told: number[];
  let sut: CorePaces;

  beforeEach(() => {
    clock = new VirtualClock();
    const bus = new EventBus();
    told = [];
    bus.on('core.answer-written', ({ tokensPerSecond }) => void told.push(tokensPerSecond));
    sut = new CorePaces(bus, clock);
  });

  const write = async (writing: Writing, tokens: number, everyMs: number): Promise<void> => {
    for (let each = 0; each < tokens; each++) {
      if (each > 0) await clock.advance(everyMs);
      writing.token();
    }
  };
  const stats = (tokens: number, generationMs: number) => ({
    ...{ tokens, generationMs },
    ...{ promptTokens: 0, promptMs: 0, loadMs: 0 },
  });

  it('counts the time between the first token and the end, silence in it included, waiting before it not', async () => {
    const writing = sut.begin(1);
    await clock.advance(4_000);
    await write(writing, 11, 100);
    expect(sut.written(1)).toEqual({ busyMs: 1_000, tokens: 10, answers: 1, open: 1 });
    await clock.advance(2_000);
    expect(sut.written(1).busyMs).toBe(3_000);
    writing.end();
    writing.end();
    await clock.advance(60_000);
    expect(sut.written(1)).toEqual({ busyMs: 3_000, tokens: 10, answers: 1, open: 0 });
  });

  it('counts the time of answers at once only once, and the tokens of each', async () => {
    const [one, other] = [sut.begin(1), sut.begin(1)];
    one.token();
    await clock.advance(500);
    other.token();
    await write(one, 6, 100);
    one.end();
    await clock.advance(500);
    other.end();
    expect(sut.written(1)).toEqual({ busyMs: 1_500, tokens: 6, answers: 2, open: 0 });
    expect(sut.written(2)).toEqual({ busyMs: 0, tokens: 0, answers: 0, open: 0 });
  });

  it('leaves out what never came as far as a token', async () => {
    const writing = sut.begin(1);
    await clock.advance(5_000);
    writing.end();
    expect(sut.written(1)).toEqual({ busyMs: 0, tokens: 0, answers: 0, open: 0 });
  });

  it('tells the speed of a complete answer: as seen or as told, whichever is less', async () => {
    const [one, other] = [sut.begin(1), sut.begin(1)];
    await write(one, 21, 50);
    one.complete(stats(21, 500));
    await write(other, 21, 1);
    other.complete(stats(21, 1_000));
    expect(told.map(Math.round)).toEqual([20, 21]);
  });

  it('tells nothing of a handful of tokens', async () => {
    const writing = sut.begin(1);
    await write(writing, 7, 50);
    writing.complete(stats(7, 350));
    expect(told).toEqual([]);
  });
});
