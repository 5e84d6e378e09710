import type { ComponentLock } from './component-lock';

/**
 * - `installing`: approved; image and tools are being compared with what was tried
 * - `canary`: used in the rooms that asked for it, its reading tools only
 * - `active`: used everywhere
 * - `quarantined`: it differs from its lock, or failed too often; nothing of it runs
 * - `removed`: kept for the history
 */
export const COMPONENT_STATES = ['installing', 'canary', 'active', 'quarantined', 'removed'] as const;
export type ComponentState = (typeof COMPONENT_STATES)[number];

export interface InstalledComponent {
  /** Its reverse-DNS name; one at a time is installed. */
  name: string;
  state: ComponentState;
  /** What it runs under now. */
  lock: ComponentLock;
  /** Where a canary is used: ids of rooms. */
  canaryRooms: string[];
  /** Why it is in this state, for people. */
  reason: string;
  /** Epoch milliseconds. */
  since: number;
  /** Id of the lock in whose volume its data is; absent: in the one it began with. */
  volume?: string;
  /** The data as it was under another lock, before the upgrade that came after. */
  backup?: { lockId: string; volume?: string; /** Epoch milliseconds. */ at: number };
  /** An upgrade on its way: used in the rooms of its canary in place of `lock`. */
  next?: { lock: ComponentLock; state: 'installing' | 'canary'; canaryRooms: string[]; since: number };
}

/** A component as one room has it. */
export interface OfferedComponent {
  name: string;
  lock: ComponentLock;
  /** Only its reading tools, until it is promoted. */
  canary: boolean;
}

/** Under which locks the components are used in a room. */
export function offeredIn(roomId: string, components: Iterable<InstalledComponent>): OfferedComponent[] {
  const offered: OfferedComponent[] = [];
  for (const { name, state, lock, canaryRooms, next } of components) {
    if (next?.state === 'canary' && next.canaryRooms.includes(roomId))
      offered.push({ name, lock: next.lock, canary: true });
    else if (state === 'active' || (state === 'canary' && canaryRooms.includes(roomId)))
      offered.push({ name, lock, canary: state === 'canary' });
  }
  return offered.sort((a, b) => (a.name < b.name ? -1 : 1));
}
