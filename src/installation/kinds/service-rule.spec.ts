import type { ServiceHealth, ServiceState } from '../../tools/services/watched-service';
import { judgeService } from './service-rule';

const HOUR = 3_600_000;
const is = (state: ServiceState): ServiceHealth => ({ state, since: 0, restarts: 0, problem: 'no disk' });

describe('the canary of a service', () => {
  it.each([
    ['is promoted after a day in which it was well', is('healthy'), undefined, 24 * HOUR, 'promote'],
    ['waits before that', is('healthy'), undefined, 23 * HOUR, 'wait'],
    ['waits a day after its last trouble', is('healthy'), 3 * HOUR, 80 * HOUR, 'wait'],
    ['is promoted a day after its last trouble', is('healthy'), 24 * HOUR, 80 * HOUR, 'promote'],
    ['waits while it is not well', is('unhealthy'), undefined, 80 * HOUR, 'wait'],
    ['waits where it does not run yet', undefined, undefined, 80 * HOUR, 'wait'],
    ['goes back once it was given up', is('given-up'), 0, HOUR, 'roll back'],
  ] as const)('%s', (_, health, untroubledMs, ageMs, verdict) => {
    expect(judgeService(health, untroubledMs, ageMs).verdict).toBe(verdict);
  });

  it('says why it goes back', () => {
    expect(judgeService(is('given-up'), 0, 0).reason).toBe('it ended again and again: no disk');
  });
});
