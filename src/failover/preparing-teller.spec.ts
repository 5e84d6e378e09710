import { VirtualClock } from '../../test/support/virtual-clock';
import { PreparingTeller } from './preparing-teller';

describe(PreparingTeller.name, () => {
  it('says every second that it goes on while a step has nothing to tell, until it ends', async () => {
    const clock = new VirtualClock();
    const shown: string[] = [];
    const logged: string[] = [];
    const sut = new PreparingTeller(
      clock,
      ({ detail }) => void shown.push(detail),
      ({ detail }) => void logged.push(detail),
    );
    sut.tell({ step: 'checking', detail: 'trying it' });
    await clock.advance(2_500);
    expect(shown).toEqual(['trying it', 'trying it, 1 s so far', 'trying it, 2 s so far']);
    expect(logged).toEqual(['trying it', 'trying it, 2 s so far']);
    sut.tell({ step: 'engine', detail: 'installing' });
    expect(logged.at(-1)).toBe('installing');
    await clock.advance(900);
    expect(shown.at(-1)).toBe('installing');
    sut.end();
    await clock.advance(10_000);
    expect(shown).toHaveLength(4);
    expect(clock.timers).toBe(0);
  });
});
