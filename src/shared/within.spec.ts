import { VirtualClock } from '../../test/support/virtual-clock';
import { within } from './within';

describe(within.name, () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  it('is what the work comes to, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    expect(await within(clock, 1_000, 'it', Promise.resolve('done'))).toBe('done');
    await expect(within(clock, 1_000, 'it', Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(clock.timers).toBe(0);
  });

  it('names who did not answer in time', async () => {
    const clock = new VirtualClock();
    const refused = expect(within(clock, 1_000, 'the engine', never())).rejects.toThrow(
      'the engine did not answer within 1 s',
    );
    await clock.advance(1_000);
    await refused;
  });

  it('ends at once when it is told to', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const refused = expect(within(clock, 1_000, 'it', never(), stop.signal)).rejects.toThrow('stopping');
    stop.abort(new Error('stopping'));
    await refused;
    expect(clock.timers).toBe(0);
  });
});
