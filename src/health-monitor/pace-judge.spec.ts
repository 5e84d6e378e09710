import { PaceJudge, type PaceVerdict } from './pace-judge';

const NORMAL = 50;

describe(PaceJudge.name, () => {
  let sut: PaceJudge;
  let at: number;
  let written: { busyMs: number; tokens: number; answers: number; open: number };

  beforeEach(() => {
    sut = new PaceJudge();
    at = 0;
    written = { busyMs: 0, tokens: 0, answers: 0, open: 0 };
  });

  const look = (): PaceVerdict | undefined => sut.look({ ...written, at }, NORMAL);
  /** One answer at this pace; looked at every second. @returns when it was called slow. */
  const answer = (seconds: number, pace: number): number | undefined => {
    written.answers++;
    written.open = 1;
    let found: number | undefined;
    for (let each = 0; each < seconds; each++) {
      at += 1_000;
      written.busyMs += 1_000;
      written.tokens += pace;
      if (look()?.slow) found ??= at;
    }
    written.open = 0;
    return found;
  };
  const rest = (seconds: number): void => {
    for (let each = 0; each < seconds; each++) {
      at += 1_000;
      expect(look()?.slow ?? false).toBe(false);
    }
  };

  it('tells the pace of late, once there was enough of it', () => {
    answer(4, 50);
    expect(look()).toBeUndefined();
    answer(10, 50);
    at += 1_000;
    written.busyMs += 1_000;
    written.tokens += 50;
    expect(look()).toEqual({ pace: 50, slow: false });
  });

  it('calls a core slow after 30 s and two answers', () => {
    answer(10, 50);
    const begun = at;
    expect(answer(20, 5)).toBeUndefined();
    const found = answer(20, 5) ?? Infinity;
    expect(found - begun).toBeGreaterThanOrEqual(30_000);
    expect(found - begun).toBeLessThanOrEqual(32_000);
  });

  it('calls it slow after 45 s of a single answer', () => {
    const found = answer(60, 5);
    expect(found).toBeGreaterThanOrEqual(45_000);
    expect(found).toBeLessThanOrEqual(50_000);
  });

  it('is not hurried by time in which nothing is written', () => {
    expect(answer(8, 5)).toBeUndefined();
    rest(40);
    expect(sut.doubtful).toBe(true);
    expect(answer(1, 5)).toBeUndefined();
    expect(answer(8, 5)).toBeDefined();
  });

  it.each([13, 15, 25])('leaves a core alone at %i of 50 tokens a second', (pace) => {
    for (let each = 0; each < 20; each++) expect(answer(20, pace)).toBeUndefined();
    expect(sut.doubtful).toBe(false);
  });

  it('finds one at a fifth of its normal, however unevenly the tokens come', () => {
    let found: number | undefined;
    for (let each = 0; each < 30; each++) found ??= answer(2, each % 2 === 0 ? 4 : 16);
    expect(found).toBeGreaterThanOrEqual(30_000);
  });

  it('forgets a slow while as soon as the speed is back', () => {
    expect(answer(25, 5)).toBeUndefined();
    expect(answer(10, 40)).toBeUndefined();
    expect(sut.doubtful).toBe(false);
    expect(answer(24, 5)).toBeUndefined();
  });

  it('takes answers at once together', () => {
    for (let each = 0; each < 5; each++) {
      written.answers += 4;
      // Four answers, each at a fifth of what a single one is written at.
      expect(answer(20, 4 * 10)).toBeUndefined();
    }
    expect(sut.doubtful).toBe(false);
  });

  it('cannot tell without a normal', () => {
    for (at = 0; at < 100_000; at += 1_000) {
      written.busyMs += 1_000;
      expect(sut.look({ ...written, at }, undefined)?.slow ?? false).toBe(false);
    }
  });

  it('begins anew when what was seen counts no longer', () => {
    answer(25, 5);
    sut.reset();
    expect(sut.doubtful).toBe(false);
    expect(answer(20, 5)).toBeUndefined();
  });
});
