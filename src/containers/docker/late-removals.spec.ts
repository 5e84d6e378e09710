import { VirtualClock } from '../../../test/support/virtual-clock';
import { LateRemovals } from './late-removals';

describe(LateRemovals.name, () => {
  it('tries again until the engine is there, in order, and then no more', async () => {
    const clock = new VirtualClock();
    const sut = new LateRemovals(clock);
    const tried: string[] = [];
    let isAway = true;
    const remove = (name: string) => (): Promise<void> => {
      tried.push(name);
      return isAway ? Promise.reject(new Error('away')) : Promise.resolve();
    };
    sut.add('container', remove('container'));
    sut.add('volume', remove('volume'));
    await clock.advance(6_500);
    expect([tried.length, sut.left]).toEqual([4, 2]);
    isAway = false;
    await clock.advance(3_000);
    expect(tried.slice(4)).toEqual(['container', 'volume']);
    expect([sut.left, clock.timers]).toEqual([0, 0]);
    sut.add('another', remove('another'));
    await clock.advance(3_000);
    expect([tried.at(-1), sut.left]).toEqual(['another', 0]);
  });
});
