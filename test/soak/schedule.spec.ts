import { evenSchedule, FAULT_KINDS, mixedSchedule } from '../../bench/soak/schedule';
import { SeededRandom } from '../support/seeded-random';

const MINUTE = 60_000;

describe(mixedSchedule.name, () => {
  const plan = (seed: number) => mixedSchedule(new SeededRandom(seed), 30 * MINUTE, 20_000, FAULT_KINDS);

  it('plans one fault in every interval, in order, and none after the end', () => {
    const faults = plan(1);
    expect(faults).toHaveLength(90);
    faults.forEach(({ atMs }, index) => {
      expect(Math.ceil(atMs / 20_000)).toBe(index + 1);
    });
  });

  it('gives every kind its turn before any has a second one', () => {
    const kinds = plan(7).map(({ kind }) => kind);
    for (let begin = 0; begin + FAULT_KINDS.length <= 60; begin += FAULT_KINDS.length) {
      expect([...kinds.slice(begin, begin + FAULT_KINDS.length)].sort()).toEqual([...FAULT_KINDS].sort());
    }
  });

  it('lets the gateway live on in the last third, unless nothing else is wanted', () => {
    const ends = ({ kind }: { kind: string }): boolean => /^gateway-(kill|restart)$/.test(kind);
    const late = (faults: ReturnType<typeof plan>) => faults.filter(({ atMs }) => atMs > 20 * MINUTE);
    expect(plan(7).filter(ends).length).toBeGreaterThan(5);
    expect(late(plan(7)).filter(ends)).toEqual([]);
    const wanted = mixedSchedule(new SeededRandom(1), 30 * MINUTE, 20_000, ['gateway-kill']);
    expect(late(wanted)).toHaveLength(30);
  });

  it('lasts as long as the kind may', () => {
    for (const { kind, forMs } of plan(3)) {
      if (kind === 'core-stop') expect(forMs).toBeGreaterThanOrEqual(3_000);
      if (kind.endsWith('kill')) expect(forMs).toBe(0);
      expect(forMs).toBeLessThanOrEqual(15_000);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    expect(plan(5)).toEqual(plan(5));
    expect(plan(5)).not.toEqual(plan(6));
  });

  it('keeps to the kinds that are wanted', () => {
    const faults = mixedSchedule(new SeededRandom(1), MINUTE, 10_000, ['core-kill']);
    expect(faults.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'core-kill'));
  });
});

describe(evenSchedule.name, () => {
  it('repeats one fault in the middle of every interval', () => {
    const faults = evenSchedule(MINUTE, 20_000, { kind: 'core-kill', core: 1, forMs: 0 });
    expect(faults.map(({ atMs }) => atMs)).toEqual([10_000, 30_000, 50_000]);
    expect(faults[0]).toEqual({ atMs: 10_000, kind: 'core-kill', core: 1, forMs: 0 });
  });
});
