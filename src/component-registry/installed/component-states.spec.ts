import {
  COMPONENT_TRANSITIONS,
  componentTransition,
  type LifeState,
  UPGRADE_TRANSITIONS,
} from './component-states';
import { COMPONENT_STATES } from './installed-component';

describe('the life of a component', () => {
  it('has each way once', () => {
    const ways = [...COMPONENT_TRANSITIONS, ...UPGRADE_TRANSITIONS].map(({ from, to }) => `${from} > ${to}`);
    const own = COMPONENT_TRANSITIONS.map(({ from, to }) => `${from} > ${to}`);
    expect(new Set(own).size).toBe(own.length);
    expect(ways.every((way) => way.includes(' > '))).toBe(true);
  });

  it('begins with an approval alone', () => {
    expect(COMPONENT_TRANSITIONS.filter(({ from }) => from === 'none').map(({ to }) => to)).toEqual([
      'installing',
    ]);
    for (const used of ['canary', 'active'] as const)
      for (const idle of ['none', 'removed'] as LifeState[])
        expect(componentTransition(idle, used)).toBeUndefined();
  });

  it('leads everywhere, and out of everything to removed', () => {
    for (const state of COMPONENT_STATES)
      expect(COMPONENT_TRANSITIONS.some(({ to }) => to === state)).toBe(true);
    for (const state of COMPONENT_STATES.filter((one) => one !== 'removed'))
      expect(componentTransition(state, 'removed')).toBeDefined();
  });

  it('lets nothing of a quarantine be used again under the lock it broke', () => {
    expect(componentTransition('quarantined', 'canary')).toBeUndefined();
    expect(componentTransition('quarantined', 'active')?.on).toContain('previous lock');
  });
});
