import type { ComponentLock } from './component-lock';
import { offeredIn, type InstalledComponent } from './installed-component';

const lock = (id: string): ComponentLock => ({ id }) as ComponentLock;
const installed = (name: string, more: Partial<InstalledComponent>): InstalledComponent => ({
  name,
  state: 'active',
  lock: lock(`${name}-1`),
  canaryRooms: [],
  reason: '',
  since: 0,
  ...more,
});
const offers = (roomId: string, ...all: InstalledComponent[]): string[] =>
  offeredIn(roomId, all).map((one) => `${one.lock.id}${one.canary ? ' canary' : ''}`);

describe('the components of a room', () => {
  it('are those that are active, by name', () => {
    expect(offers('a', installed('time', {}), installed('calc', {}))).toEqual(['calc-1', 'time-1']);
  });

  it('hold a canary only where it was asked for', () => {
    const canary = installed('time', { state: 'canary', canaryRooms: ['a'] });
    expect(offers('a', canary)).toEqual(['time-1 canary']);
    expect(offers('b', canary)).toEqual([]);
  });

  it('hold the next version only where that is tried', () => {
    const next = { lock: lock('time-2'), state: 'canary' as const, canaryRooms: ['a'], since: 0 };
    expect(offers('a', installed('time', { next }))).toEqual(['time-2 canary']);
    expect(offers('b', installed('time', { next }))).toEqual(['time-1']);
    expect(offers('a', installed('time', { next: { ...next, state: 'installing' } }))).toEqual(['time-1']);
  });

  it.each(['installing', 'quarantined', 'removed'] as const)('hold none that is %s', (state) => {
    expect(offers('a', installed('time', { state, canaryRooms: ['a'] }))).toEqual([]);
  });
});
