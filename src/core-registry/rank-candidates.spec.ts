import { aCore, held } from '../../test/support/a-core';
import type { Core } from './core.types';
import { rankCandidates } from './rank-candidates';

const ids = (cores: Core[], avoid: number[] = []): number[] =>
  rankCandidates(cores, new Set(avoid)).map(({ id }) => id);

describe(rankCandidates.name, () => {
  it('puts ready before warming, the active one before its equals, and leaves out the rest', () => {
    expect(
      ids([aCore(3, 'warming'), aCore(2, 'ready'), aCore(1, 'ready'), aCore(4, 'down'), aCore(5, 'suspect')]),
    ).toEqual([1, 2, 3]);
  });

  it('avoids a core that just failed the question, unless nothing else is left', () => {
    expect(ids([aCore(1, 'ready'), aCore(2, 'warming')], [1])).toEqual([2, 1]);
    expect(ids([aCore(1, 'ready')], [1])).toEqual([1]);
  });

  it('goes to a core left cold on purpose only when nothing else is left, not even one under suspicion', () => {
    const cold = aCore(2, 'warming', { cold: true });
    expect(ids([aCore(1, 'ready'), cold], [1])).toEqual([1]);
    expect(ids([aCore(1, 'suspect'), cold])).toEqual([]);
    expect(ids([aCore(1, 'down'), cold])).toEqual([2]);
  });

  it('goes to a core that is held back only when no other is ready, and never to one in maintenance', () => {
    const quarantined = aCore(2, 'ready', { conditions: held('quarantined') });
    expect(ids([aCore(1, 'down'), quarantined, aCore(3, 'ready')])).toEqual([3, 2]);
    expect(ids([aCore(1, 'ready', { conditions: held('draining') }), aCore(2, 'ready')])).toEqual([2, 1]);
    expect(ids([aCore(1, 'ready', { conditions: held('degraded') }), aCore(2, 'ready')])).toEqual([1, 2]);
    expect(
      ids([aCore(1, 'down'), aCore(2, 'ready', { conditions: held('degraded') }), aCore(3, 'ready')]),
    ).toEqual([3, 2]);
    expect(
      ids([aCore(1, 'down'), aCore(2, 'warming'), aCore(3, 'ready', { conditions: held('draining') })]),
    ).toEqual([3, 2]);
    for (const kind of ['maintenance', 'stopped'] as const)
      expect(ids([aCore(1, 'down'), aCore(2, 'ready', { conditions: held(kind, 'quarantined') })])).toEqual(
        [],
      );
  });
});
