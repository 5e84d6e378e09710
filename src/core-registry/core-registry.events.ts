import type { Core, CoreState, Evidence, Transition } from './core.types';

declare module '../events/event-bus' {
  interface EventMap {
    /** A core's state changed. */
    'core.state-changed': { core: Core; from: CoreState; to: CoreState; reason: string; at: number };
    /** Somebody saw a core misbehave; not yet a verdict. */
    'core.evidence-reported': Evidence;
    /** A new core is active; committed. */
    'core.promoted': Transition;
    /** The model the embedded cores waited for is where they look for it. */
    'core.model-arrived': { model: string };
    /** Something about cores that people see changed (pid, warning, slots). */
    'core.updated': { core: Core };
  }
}
