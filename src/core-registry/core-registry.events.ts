import type {
  ClusterCondition,
  Core,
  CoreCondition,
  CoreState,
  Evidence,
  Hold,
  Transition,
} from './core.types';

declare module '../events/event-bus' {
  interface EventMap {
    /** A core's state changed. */
    'core.state-changed': { core: Core; from: CoreState; to: CoreState; reason: string; at: number };
    /** Somebody saw a core misbehave; not yet a verdict. */
    'core.evidence-reported': Evidence;
    /** A new core is active; committed. */
    'core.promoted': Transition;
    /** A core (`subject`), or the cluster (0), is held in a condition from now on. */
    'hold.set': { subject: number; hold: Hold<CoreCondition | ClusterCondition> };
    /** It no longer is. */
    'hold.lifted': {
      subject: number;
      hold: Hold<CoreCondition | ClusterCondition>;
      by: string;
      reason: string;
      at: number;
    };
    /** Somebody wants to know at once whether the core generates; the health monitor looks. */
    'core.proof-wanted': { coreId: number };
    /** Somebody wants to know how fast the core writes now; the health monitor measures it where it is idle. */
    'core.pace-wanted': { coreId: number };
    /** A real answer is complete, long enough to tell how fast it was written. */
    'core.answer-written': { coreId: number; tokensPerSecond: number };
    /** A question stood still because this core broke during that epoch; it goes on now. */
    'core.waited-for': { coreId: number; epoch: number; waitedMs: number };
    /** Answers still being written there are to move: the time given to a planned switchover is over. */
    'core.evicted': { coreId: number; reason: string };
    /** The model the embedded cores waited for is where they look for it. */
    'core.model-arrived': { model: string };
    /** A further core is one of the set from now on; not probed yet. */
    'core.joined': { core: Core };
    /** It is no longer one of the set. */
    'core.left': { core: Core };
    /** Something about cores that people see changed (pid, warning, slots). */
    'core.updated': { core: Core };
  }
}
