import { follow, type Incident } from './incident';

const PATIENCE = { opensAfterMs: 10, closesAfterMs: 3 };

/** What is seen at each millisecond, and what the incident did at which. */
function turns(seen: (boolean | undefined)[], incident: Incident = { open: false }): string[] {
  return seen.flatMap((trouble, now) => {
    const next = follow(incident, trouble, now, PATIENCE);
    incident = next.incident;
    return next.turn ? [`${next.turn} at ${now}`] : [];
  });
}

const long = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);

describe(follow.name, () => {
  it('begins once after trouble that lasts, and ends once after calm that lasts', () => {
    expect(turns([...long(true, 30), ...long(false, 30)])).toEqual(['begins at 10', 'ends at 33']);
  });

  it('does not begin where trouble goes in time, however often it comes', () => {
    expect(turns([...long(true, 10), false, ...long(true, 10), false])).toEqual([]);
  });

  it('does not end where the calm is too short', () => {
    expect(turns([...long(true, 12), false, false, ...long(true, 12), false, false])).toEqual([
      'begins at 10',
    ]);
  });

  it('waits where nothing can be said, and goes on from there', () => {
    expect(turns([true, ...long(undefined, 5), true, true, true, true, true])).toEqual(['begins at 10']);
    expect(turns(long(undefined, 50), { open: true })).toEqual([]);
  });
});
