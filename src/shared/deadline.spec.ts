import { VirtualClock } from '../../test/support/virtual-clock';
import { Deadline } from './deadline';

describe(Deadline.name, () => {
  const clock = new VirtualClock();

  it('aborts when its time is over, or another signal aborts, or it is ended', async () => {
    const outer = new AbortController();
    const [late, ended, cancelled] = [1_000, 5_000, 5_000].map((ms) => new Deadline(clock, ms, outer.signal));
    expect(late?.signal.aborted).toBe(false);
    await clock.advance(1_000);
    expect([late, ended, cancelled].map((each) => each?.signal.aborted)).toEqual([true, false, false]);
    ended?.end();
    outer.abort(new Error('no more'));
    expect(ended?.signal.reason).toEqual(new Error('it is over'));
    expect(cancelled?.signal.reason).toEqual(new Error('no more'));
    for (const each of [late, cancelled]) each?.end();
    expect(clock.timers).toBe(0);
  });

  it('is over from the start where the other signal is', () => {
    const sut = new Deadline(clock, 1_000, AbortSignal.abort(new Error('no more')));
    expect(sut.signal.aborted).toBe(true);
    sut.end();
    expect(clock.timers).toBe(0);
  });
});
