import type { ComponentState, InstalledComponent } from './installed-component';

/** `none`: nobody has installed it yet. */
export type LifeState = ComponentState | 'none';

/** One way a component may go. */
export interface ComponentTransition {
  from: LifeState;
  to: ComponentState;
  /** What makes it go, for people. */
  on: string;
}

/** Every change of state there is; whoever makes another one has a defect. */
export const COMPONENT_TRANSITIONS: readonly ComponentTransition[] = [
  { from: 'none', to: 'installing', on: 'it was approved' },
  { from: 'removed', to: 'installing', on: 'it was approved again' },
  { from: 'quarantined', to: 'installing', on: 'it was approved again' },

  { from: 'installing', to: 'canary', on: 'image and tools are those that were tried' },
  { from: 'installing', to: 'removed', on: 'it could not be got, is not what was tried, or was taken back' },

  { from: 'canary', to: 'active', on: 'it proved itself, or an administrator promoted it' },
  { from: 'canary', to: 'removed', on: 'it failed too often, or an administrator took it back' },
  { from: 'canary', to: 'quarantined', on: 'it differs from its lock' },

  { from: 'active', to: 'active', on: 'another lock took the place of its own: an upgrade, or back' },
  { from: 'active', to: 'quarantined', on: 'it differs from its lock' },
  { from: 'active', to: 'removed', on: 'an administrator removed it' },

  { from: 'quarantined', to: 'active', on: 'it went back to its previous lock' },
  { from: 'quarantined', to: 'removed', on: 'an administrator removed it' },
];

/** An upgrade goes beside what is in use, which stays as it is meanwhile. */
export type UpgradeState = NonNullable<InstalledComponent['next']>['state'] | 'none' | 'in force';

export const UPGRADE_TRANSITIONS: readonly { from: UpgradeState; to: UpgradeState; on: string }[] = [
  { from: 'none', to: 'installing', on: 'it was approved' },
  { from: 'installing', to: 'canary', on: 'image and tools are those that were tried' },
  { from: 'installing', to: 'none', on: 'it could not be got, is not what was tried, or was taken back' },
  { from: 'canary', to: 'in force', on: 'it proved itself, or an administrator promoted it' },
  { from: 'canary', to: 'none', on: 'it failed too often, differs from its lock, or was taken back' },
];

/** The row of {@link COMPONENT_TRANSITIONS}; undefined where there is none. */
export function componentTransition(from: LifeState, to: ComponentState): ComponentTransition | undefined {
  return COMPONENT_TRANSITIONS.find((row) => row.from === from && row.to === to);
}
