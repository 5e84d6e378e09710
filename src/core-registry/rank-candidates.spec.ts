import type { Core, CoreState } from './core.types';
import { rankCandidates } from './rank-candidates';

const core = (id: number, state: CoreState, rest: Partial<Core> = {}): Core => ({
  id,
  kind: 'ollama',
  url: `http://127.0.0.1:${id}`,
  host: 'this machine',
  slots: 1,
  role: id === 1 ? 'active' : 'standby',
  state,
  reason: '',
  since: 0,
  inFlight: 0,
  failures: [],
  speed: {},
  ...rest,
});
const ids = (cores: Core[], avoid: number[] = []): number[] =>
  rankCandidates(cores, new Set(avoid)).map(({ id }) => id);

describe(rankCandidates.name, () => {
  it('puts ready before warming, the active one before its equals, and leaves out the rest', () => {
    expect(
      ids([core(3, 'warming'), core(2, 'ready'), core(1, 'ready'), core(4, 'down'), core(5, 'suspect')]),
    ).toEqual([1, 2, 3]);
  });

  it('avoids a core that just failed the question, unless nothing else is left', () => {
    expect(ids([core(1, 'ready'), core(2, 'warming')], [1])).toEqual([2, 1]);
    expect(ids([core(1, 'ready')], [1])).toEqual([1]);
  });

  it('goes to a core left cold on purpose only when nothing else is left, not even one under suspicion', () => {
    const cold = core(2, 'warming', { cold: true });
    expect(ids([core(1, 'ready'), cold], [1])).toEqual([1]);
    expect(ids([core(1, 'suspect'), cold])).toEqual([]);
    expect(ids([core(1, 'down'), cold])).toEqual([2]);
  });
});
