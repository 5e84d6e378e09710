import { readWishes } from '../../bench/soak/options';
import { FAULT_KINDS } from '../../bench/soak/schedule';

describe(readWishes.name, () => {
  it('has a default for everything', () => {
    expect(readWishes([], 1_700_000_123_000)).toEqual({
      minutes: 30,
      rate: 5,
      faultEverySeconds: 20,
      seed: 123,
      kinds: FAULT_KINDS,
      stress: false,
      write: false,
      keep: false,
    });
  });

  it('reads values behind a blank and behind an equals sign', () => {
    const given = ['--minutes', '0.5', '--rate=2', '--faults', 'core-kill,switch', '--seed=7', '--write'];
    expect(readWishes(given, 0)).toMatchObject({
      minutes: 0.5,
      rate: 2,
      kinds: ['core-kill', 'switch'],
      seed: 7,
      write: true,
    });
  });

  it.each([
    [['--minute', '3'], 'There is no option --minute.'],
    [['--minutes', 'soon'], '--minutes is "soon"; it must be a number above 0.'],
    [['--rate'], '--rate is ""; it must be a number above 0.'],
    [['--faults', 'core-kill,rain'], 'There is no fault "rain"; there are: core-kill, core-stop,'],
    [['--stress', '--crash-loop', '20'], '--stress and --crash-loop are two runs.'],
  ])('refuses %j and says why', (given, problem) => {
    expect(() => readWishes(given, 0)).toThrow(problem);
  });
});
