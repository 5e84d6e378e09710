import type { Core, CoreState } from './core.types';
import { rankCandidates } from './rank-candidates';

const core = (id: number, state: CoreState, rest: Partial<Core> = {}): Core => ({
  id,
  kind: 'external',
  url: `http://core${id}`,
  host: 'host',
  slots: 1,
  role: 'standby',
  state,
  reason: '',
  since: 0,
  inFlight: 0,
  failures: [],
  speed: {},
  ...rest,
});
const ids = (cores: Core[], avoid?: number[]): number[] =>
  rankCandidates(cores, new Set(avoid)).map(({ id }) => id);

describe(rankCandidates.name, () => {
  it('leaves out what may not be given work', () => {
    const states: CoreState[] = ['unknown', 'starting', 'suspect', 'down'];
    expect(ids(states.map((state, index) => core(index + 1, state)))).toEqual([]);
  });

  it('puts the active core first while it is ready', () => {
    expect(ids([core(1, 'ready'), core(2, 'ready', { role: 'active' })])).toEqual([2, 1]);
    expect(ids([core(1, 'ready'), core(2, 'warming', { role: 'active' })])).toEqual([1, 2]);
  });

  it('then goes by failures, then by id', () => {
    expect(ids([core(3, 'ready'), core(1, 'ready', { failures: [5] }), core(2, 'ready')])).toEqual([2, 3, 1]);
  });

  it('takes an avoided core only where nothing else is left', () => {
    const cores = [core(1, 'ready', { role: 'active' }), core(2, 'warming')];
    expect(ids(cores, [1])).toEqual([2, 1]);
    expect(ids([core(1, 'ready')], [1])).toEqual([1]);
  });
});
