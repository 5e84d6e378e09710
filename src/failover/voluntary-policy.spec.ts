import { aCore, held } from '../../test/support/a-core';
import type { ClusterCondition, Core, CoreState, Pace } from '../core-registry/core.types';
import { decideVoluntary, type VoluntaryDecision } from './voluntary-policy';

const NOW = 10_000_000;
const MINUTE = 60_000;

const pace = (tokensPerSecond: number, ageMs = 1_000): Pace => ({ tokensPerSecond, at: NOW - ageMs });
const decide = (
  cores: Core[],
  { cluster = [], ...rest }: { cluster?: ClusterCondition[]; dwellMs?: number; preferred?: number } = {},
): VoluntaryDecision | undefined =>
  decideVoluntary(cores, {
    now: NOW,
    dwellMs: Infinity,
    cluster: new Map(cluster.map((kind) => [kind, true])),
    ...rest,
  });

describe(decideVoluntary.name, () => {
  const slow = aCore(1, 'ready', { conditions: held('degraded'), pace: pace(5) });
  const other = (rest: Partial<Core> = {}, state: CoreState = 'ready', id = 2): Core =>
    aCore(id, state, rest);

  describe('a slow active core', () => {
    it('is left for one that is at least twice as fast', () => {
      expect(decide([slow, other({ pace: pace(10) })])).toEqual({
        kind: 'move',
        why: 'slow',
        ...{ from: 1, to: 2 },
        cause: 'core 1 is slow',
        evidence: 'said so',
      });
    });

    it('stays where the others are hardly faster, or there is none: then people are told', () => {
      const same = other({ pace: pace(9.9) });
      expect(decide([slow, same])).toEqual({ kind: 'alert', slow, others: [same] });
      expect(decide([slow])).toEqual({ kind: 'alert', slow, others: [] });
      expect(decide([slow, other({}, 'warming')])).toEqual({ kind: 'alert', slow, others: [] });
      const dead = aCore(1, 'ready', { conditions: held('degraded'), pace: pace(0) });
      expect(decide([dead, other({ pace: pace(0) })])?.kind).toBe('alert');
    });

    it.each<[string, Partial<Core>]>([
      ['is not known', {}],
      ['was known once', { pace: pace(50, 61_000) }],
    ])('has the other one measured first where its speed %s', (_, rest) => {
      expect(decide([slow, other(rest)])).toEqual({ kind: 'measure', core: 2 });
      expect(decide([slow, other({ ...rest, inFlight: 1 })])).toBeUndefined();
    });

    it('is left without measuring a third one, and a slower second one is passed over', () => {
      expect(decide([slow, other(), other({ pace: pace(20) }, 'ready', 3)])).toMatchObject({ to: 3 });
      expect(decide([slow, other({ pace: pace(6) }), other({}, 'ready', 3)])).toEqual({
        kind: 'measure',
        core: 3,
      });
    });

    it('is not left for one that is held back', () => {
      for (const kind of ['quarantined', 'draining', 'maintenance', 'stopped'] as const)
        expect(decide([slow, other({ pace: pace(50), conditions: held(kind) })])?.kind).toBe('alert');
    });

    it('is not judged while it is in doubt', () => {
      expect(decide([{ ...slow, state: 'suspect' }, other({ pace: pace(50) })])).toBeUndefined();
    });

    it('is left for one that is slow itself only where that is far faster still', () => {
      const conditions = held('degraded');
      expect(decide([slow, other({ pace: pace(12), conditions })])?.kind).toBe('move');
      expect(decide([slow, other({ pace: pace(6), conditions })])?.kind).toBe('alert');
    });
  });

  describe('the preferred core', () => {
    const active = aCore(1, 'ready');
    const wanted = other({ readySince: NOW - 10 * MINUTE });
    const preferred = 2;

    it('is gone back to after ten minutes of being ready', () => {
      expect(decide([active, wanted], { preferred })).toEqual({
        kind: 'move',
        why: 'preferred',
        ...{ from: 1, to: 2 },
        cause: 'core 2 is preferred',
        evidence: 'it has been ready for ten minutes, and nobody is being answered',
      });
    });

    it.each<[string, Core[]]>([
      ['it was ready for less', [active, { ...wanted, readySince: NOW - 10 * MINUTE + 1 }]],
      ['somebody is answered', [{ ...active, inFlight: 1 }, wanted]],
      ['it is not ready', [active, { ...wanted, state: 'suspect' }]],
      ['it is slow', [active, { ...wanted, conditions: held('degraded') }]],
      ['it is held back', [active, { ...wanted, conditions: held('draining') }]],
      ['it does not exist', [active, other({ readySince: 0 }, 'ready', 3)]],
      [
        'it is active already',
        [
          { ...active, role: 'standby' },
          { ...wanted, role: 'active' },
        ],
      ],
    ])('is not gone back to while %s', (_, cores) => {
      expect(decide(cores, { preferred })).toBeUndefined();
    });

    it('is not gone back to sooner than ten minutes after it was left, nor where none is preferred', () => {
      expect(decide([active, wanted], { preferred, dwellMs: 10 * MINUTE - 1 })).toBeUndefined();
      expect(decide([active, wanted])).toBeUndefined();
    });
  });

  it('happens neither within a minute of the last switch nor while the cluster is held in anything', () => {
    const cores = [slow, other({ pace: pace(50) })];
    expect(decide(cores, { dwellMs: 59_999 })).toBeUndefined();
    expect(decide(cores, { dwellMs: 60_000 })?.kind).toBe('move');
    for (const kind of ['paused', 'pinned', 'tilted', 'switching'] as const)
      expect(decide(cores, { cluster: [kind] })).toBeUndefined();
  });
});
