import { judgeCanary } from './canary-rule';

const HOUR = 3_600_000;

describe('a canary', () => {
  it.each([
    [{ calls: 20, failures: 0 }, 24, 'promote'],
    [{ calls: 20, failures: 1 }, 24, 'promote'],
    [{ calls: 19, failures: 0 }, 48, 'wait'],
    [{ calls: 500, failures: 0 }, 23.9, 'wait'],
    [{ calls: 0, failures: 0 }, 0, 'wait'],
    [{ calls: 2, failures: 2 }, 1, 'wait'],
    [{ calls: 3, failures: 3 }, 1, 'roll back'],
    [{ calls: 20, failures: 2 }, 30, 'roll back'],
    [{ calls: 100, failures: 5 }, 1, 'wait'],
    [{ calls: 100, failures: 6 }, 1, 'roll back'],
  ] as const)('with %j after %d h: %s', (count, hours, verdict) => {
    expect(judgeCanary(count, hours * HOUR)).toBe(verdict);
  });
});
