import { aCore, held } from '../../test/support/a-core';
import {
  CONDITION_RULES,
  CORE_TRANSITIONS,
  mayBeRepaired,
  shownReason,
  shownState,
  transitionBetween,
  workOf,
} from './core-states';

describe('the states of a core', () => {
  it('name each way once, and none that leads to itself', () => {
    const ways = CORE_TRANSITIONS.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(ways).size).toBe(ways.length);
    expect(CORE_TRANSITIONS.filter(({ from, to }) => from === to)).toEqual([]);
  });

  it('let every core that is down rise, and every core fall', () => {
    for (const from of ['unknown', 'starting', 'warming', 'ready', 'suspect'] as const)
      expect(transitionBetween(from, 'down')).toBeDefined();
    expect(transitionBetween('down', 'warming')).toBeDefined();
  });

  it('let nothing be ready that was never proven', () => {
    expect(transitionBetween('unknown', 'ready')).toBeUndefined();
    expect(transitionBetween('starting', 'ready')).toBeUndefined();
  });
});

describe('conditions', () => {
  it('count the strictest', () => {
    expect(workOf({ conditions: held() })).toBe('yes');
    expect(workOf({ conditions: held('degraded', 'failed', 'repairing') })).toBe('yes');
    expect(workOf({ conditions: held('degraded', 'quarantined') })).toBe('last');
    expect(workOf({ conditions: held('quarantined', 'stopped') })).toBe('never');
    expect(mayBeRepaired({ conditions: held('quarantined', 'failed', 'draining') })).toBe(true);
    for (const kind of ['maintenance', 'stopped'] as const)
      expect(mayBeRepaired({ conditions: held('failed', kind) })).toBe(false);
  });

  it('outlive the process where an administrator laid them down', () => {
    for (const kind of ['draining', 'maintenance', 'stopped'] as const)
      expect(CONDITION_RULES[kind].kept).toBe(true);
  });

  it('give the reason for the word that is shown, and for no other', () => {
    const conditions = held('quarantined', 'draining');
    expect(shownReason(aCore(1, 'ready', { conditions }))).toBe('said so');
    expect(shownReason(aCore(1, 'down', { conditions }))).toBe('core 1 reason');
    expect(shownReason(aCore(1, 'ready', { conditions: held('quarantined') }))).toBe('core 1 reason');
  });

  it('are shown in one word with the state', () => {
    expect(shownState(aCore(1, 'ready'))).toBe('ready');
    expect(shownState(aCore(1, 'ready', { conditions: held('quarantined') }))).toBe('ready');
    expect(shownState(aCore(1, 'ready', { conditions: held('degraded') }))).toBe('degraded');
    expect(shownState(aCore(1, 'warming', { conditions: held('repairing') }))).toBe('warming');
    expect(shownState(aCore(1, 'down', { conditions: held('repairing', 'failed') }))).toBe('repairing');
    expect(shownState(aCore(1, 'down', { conditions: held('failed') }))).toBe('failed');
    expect(shownState(aCore(1, 'ready', { conditions: held('draining', 'maintenance') }))).toBe(
      'maintenance',
    );
    expect(shownState(aCore(1, 'down', { conditions: held('stopped', 'maintenance') }))).toBe('stopped');
  });
});
