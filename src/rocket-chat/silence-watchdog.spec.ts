import { VirtualClock } from '../../test/support/virtual-clock';
import { SilenceWatchdog } from './silence-watchdog';

function setup(): { clock: VirtualClock; sut: SilenceWatchdog; pings: number[]; deaths: number[] } {
  const clock = new VirtualClock();
  const pings: number[] = [];
  const deaths: number[] = [];
  const sut = new SilenceWatchdog(clock, {
    ping: () => pings.push(clock.monotonic()),
    dead: () => deaths.push(clock.monotonic()),
  });
  sut.start();
  return { clock, sut, pings, deaths };
}

describe(SilenceWatchdog.name, () => {
  it('pings after 10 s and 20 s of silence and gives up after 30 s, once', async () => {
    const { clock, pings, deaths } = setup();
    await clock.advance(100_000);
    expect(pings).toEqual([10_000, 20_000]);
    expect(deaths).toEqual([30_000]);
    expect(clock.timers).toBe(0);
  });

  it('counts from the last thing heard', async () => {
    const { clock, sut, deaths } = setup();
    await clock.advance(29_000);
    sut.heard();
    await clock.advance(29_999);
    expect(deaths).toEqual([]);
    await clock.advance(1);
    expect(deaths).toEqual([59_000]);
  });

  it('lets a socket live that answers every ping', async () => {
    const { clock, sut, pings, deaths } = setup();
    for (let second = 0; second < 600; second += 10) {
      await clock.advance(10_000);
      sut.heard();
    }
    expect(deaths).toEqual([]);
    expect(pings.length).toBeGreaterThan(50);
  });

  it('spends no ping on a busy socket', async () => {
    const { clock, sut, pings } = setup();
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      sut.heard();
    }
    expect(pings).toEqual([]);
  });

  it('gives the socket its full time again when the process itself slept', async () => {
    let now = 0;
    const due: (() => void)[] = [];
    const clock = new VirtualClock();
    jest.spyOn(clock, 'monotonic').mockImplementation(() => now);
    jest.spyOn(clock, 'after').mockImplementation((_ms, task) => {
      due.push(task);
      return { cancel: () => undefined };
    });
    const dead = jest.fn();
    const sut = new SilenceWatchdog(clock, { ping: () => undefined, dead });
    sut.start();
    now = 3_600_000;
    due.shift()?.();
    expect(dead).not.toHaveBeenCalled();
    sut.heard();
    now += 10_000;
    due.shift()?.();
    now += 10_000;
    due.shift()?.();
    expect(dead).not.toHaveBeenCalled();
  });

  it('is quiet after stop', async () => {
    const { clock, sut, pings, deaths } = setup();
    sut.stop();
    await clock.advance(60_000);
    expect([pings, deaths]).toEqual([[], []]);
  });
});
