import type { LifeState } from './component-states';

/** After it was written down. `from` and `to` may be the same: its lock changed, or its upgrade. */
export interface ComponentChanged {
  component: string;
  from: LifeState;
  to: LifeState;
  lockId: string;
  version: string;
  /** For people. */
  reason: string;
  /** As in the history: `chat:<user id>`, `api:<key id>` or `rdzen`. */
  by: string;
  at: number;
}

declare module '../../events/event-bus' {
  interface EventMap {
    'component.changed': ComponentChanged;
  }
}
