import { readFileSync } from 'node:fs';
import { aCore, held } from '../../test/support/a-core';
import { clusterMode, MODE_RULES, MODES } from './cluster-modes';

describe(clusterMode.name, () => {
  it('counts what could answer', () => {
    expect(clusterMode([aCore(1, 'ready'), aCore(2, 'ready')])).toBe('NORMAL');
    expect(clusterMode([aCore(1, 'ready'), aCore(2, 'down')])).toBe('SINGLE');
    expect(clusterMode([aCore(1, 'suspect'), aCore(2, 'down')])).toBe('BLACKOUT');
    expect(clusterMode([aCore(1, 'ready')])).toBe('NORMAL');
  });

  it('takes no core for a stand-in that is still to be proven, but for one that is kept cold on purpose', () => {
    expect(clusterMode([aCore(1, 'ready'), aCore(2, 'warming')])).toBe('SINGLE');
    expect(clusterMode([aCore(1, 'warming'), aCore(2, 'warming')])).toBe('SINGLE');
    expect(clusterMode([aCore(1, 'ready'), aCore(2, 'warming', { cold: true })])).toBe('NORMAL');
  });
});

describe(`${clusterMode.name}, held in something`, () => {
  const both = [aCore(1, 'ready'), aCore(2, 'ready')];
  it.each([
    [['paused'], 'PAUSED'],
    [['pinned'], 'PINNED'],
    [['switching'], 'SWITCHING'],
    [['switching', 'pinned', 'paused'], 'PAUSED'],
    [['paused', 'tilted'], 'TILT'],
  ] as const)('%j is %s', (kinds, mode) => {
    expect(clusterMode(both, new Map(kinds.map((kind) => [kind, true])))).toBe(mode);
  });

  it('says first of all that no core can answer', () => {
    expect(clusterMode([aCore(1, 'down'), aCore(2, 'down')], new Map([['paused', true]]))).toBe('BLACKOUT');
  });

  it('takes a core in maintenance for no stand-in, and a quarantined one for one', () => {
    const beside = (kind: 'maintenance' | 'quarantined'): string =>
      clusterMode([aCore(1, 'ready'), aCore(2, 'ready', { conditions: held(kind) })]);
    expect(beside('maintenance')).toBe('SINGLE');
    expect(beside('quarantined')).toBe('NORMAL');
  });
});

describe('the table of modes', () => {
  const LOOKS = {
    'none can answer': [aCore(1, 'down'), aCore(2, 'suspect')],
    'none stands in': [aCore(1, 'ready'), aCore(2, 'down')],
    well: [aCore(1, 'ready'), aCore(2, 'ready')],
  };

  it('has every mode once, and ends with one that always applies', () => {
    expect(MODE_RULES.map(({ mode }) => mode).sort()).toEqual([...MODES].sort());
    expect(MODE_RULES.filter(({ cores, held }) => !cores && !held)).toEqual([MODE_RULES.at(-1)]);
  });

  it('has no row that never tells: each is the mode where only it applies', () => {
    for (const { mode, cores = 'well', held } of MODE_RULES)
      expect([mode, clusterMode(LOOKS[cores], new Map(held ? [[held, true]] : []))]).toEqual([mode, mode]);
  });

  it('tells the row that stands higher of any two that apply', () => {
    MODE_RULES.forEach((higher, place) => {
      for (const lower of MODE_RULES.slice(place + 1)) {
        const held = [higher, lower].flatMap((rule) => (rule.held ? [[rule.held, true] as const] : []));
        const cores = LOOKS[higher.cores ?? lower.cores ?? 'well'];
        expect([lower.mode, clusterMode(cores, new Map(held))]).toEqual([lower.mode, higher.mode]);
      }
    });
  });

  it('stands in the same order in docs/failover.md', () => {
    const told = [...readFileSync('docs/failover.md', 'utf8').matchAll(/^\| `([A-Z]+)` \|/gm)].map(
      ([, mode]) => mode,
    );
    expect(told).toEqual(MODE_RULES.map(({ mode }) => mode));
  });
});
