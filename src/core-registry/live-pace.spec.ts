import { LivePace } from './live-pace';

describe(LivePace.name, () => {
  const write = (pace: LivePace, from: number, tokens: number, everyMs: number): number => {
    for (let index = 0; index < tokens; index++) pace.token(from + index * everyMs);
    return from + (tokens - 1) * everyMs;
  };

  it('counts the tokens of the answer being written', () => {
    const pace = new LivePace();
    const now = write(pace, 1_000, 21, 50);
    expect(pace.at(now)).toBeCloseTo(20);
  });

  it('says nothing of a handful of tokens, and nothing once the answer is over', () => {
    const pace = new LivePace();
    expect(pace.at(0)).toBeUndefined();
    expect(pace.at(write(pace, 0, 3, 50))).toBeUndefined();
    const now = write(pace, 150, 20, 50);
    expect(pace.at(now + 1_400)).toBeDefined();
    expect(pace.at(now + 1_600)).toBeUndefined();
  });

  it('begins anew with the next answer', () => {
    const pace = new LivePace();
    const now = write(pace, 0, 100, 10);
    expect(pace.at(write(pace, now + 5_000, 11, 100))).toBeCloseTo(10);
  });

  it('follows a core that slows down', () => {
    const pace = new LivePace();
    const now = write(pace, 0, 1_000, 10);
    expect(pace.at(write(pace, now + 100, 300, 100))).toBeLessThan(15);
  });
});
