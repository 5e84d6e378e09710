import { aCore, held } from '../../../test/support/a-core';
import { RdzenError } from '../../shared/rdzen-error';
import { judgeCore } from './core-rule';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ready = aCore(11, 'ready', { wasReady: true });

describe(judgeCore, () => {
  it.each([
    ['ready for a day', { core: ready, takenUpMs: DAY + 60_000, readyMs: DAY }, DAY + 60_000, 'promote'],
    [
      'ready since Rdzen was restarted',
      { core: ready, takenUpMs: HOUR, readyMs: HOUR - 60_000 },
      DAY,
      'promote',
    ],
    ['ready again since an hour ago', { core: ready, takenUpMs: DAY, readyMs: HOUR }, DAY, 'wait'],
    ['ready, and young', { core: ready, takenUpMs: HOUR, readyMs: HOUR }, HOUR, 'wait'],
    ['down, and was ready', { core: aCore(11, 'down', { wasReady: true }), takenUpMs: DAY }, DAY, 'wait'],
    ['not ready yet', { core: aCore(11, 'warming'), takenUpMs: HOUR - 1 }, DAY, 'wait'],
    ['never ready', { core: aCore(11, 'warming'), takenUpMs: HOUR }, HOUR, 'roll back'],
    ['never joined', { takenUpMs: HOUR }, HOUR, 'roll back'],
    [
      'given up by repair',
      { core: aCore(11, 'down', { wasReady: true, conditions: held('failed') }), takenUpMs: HOUR },
      ...([HOUR, 'roll back'] as const),
    ],
  ])('%s', (_, seen, ageMs, verdict) => {
    expect(judgeCore(seen, ageMs).verdict).toBe(verdict);
  });

  it('says why', () => {
    expect(judgeCore({ takenUpMs: HOUR }, HOUR).reason).toBe(
      'it was not ready within 60 minutes: it never joined',
    );
    const refused = new RdzenError('ENGINE_REFUSED', 'the docker-guard does not allow it');
    expect(judgeCore({ problem: refused, takenUpMs: 0 }, 0)).toEqual({
      verdict: 'roll back',
      reason: refused.message,
    });
    expect(judgeCore({ problem: new Error('away'), takenUpMs: 0 }, 0).verdict).toBe('wait');
    const core = aCore(11, 'down', { conditions: held('failed') });
    expect(judgeCore({ core, takenUpMs: 0 }, 0).reason).toBe('no repair helped it: core 11 reason');
  });
});
