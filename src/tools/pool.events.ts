interface EgressDenied {
  component: string;
  lockId: string;
  /** `host:port`, without anything that is secret. */
  target: string;
  reason: 'not-listed' | 'private-address' | 'limit';
  at: number;
}

declare module '../events/event-bus' {
  interface EventMap {
    'component.started': { component: string; lockId: string; startedInMs: number; at: number };
    /** Why: `idle`, `renewed`, `reconfigured`, `withdrawn`, `stopping`, or what went wrong, for people. */
    'component.ended': { component: string; lockId: string; reason: string; failed: boolean; at: number };
    /** It died too often in a minute, and is left alone for a while. */
    'component.unavailable': { component: string; lockId: string; reason: string; at: number };
    /** It wanted to reach what it was not approved with, and was refused. Once for each target of a container. */
    'component.egress-denied': EgressDenied;
    /** The same target, of the same container, once more. */
    'component.egress-denied-again': EgressDenied;
    /** It keeps more data than it may. Told at each measurement while it is so. */
    'component.full': { component: string; lockId: string; limitMiB: number; overSince: number; at: number };
    /** It keeps no more than it may, after it did. */
    'component.has-room': { component: string; lockId: string; limitMiB: number; at: number };
    /** It takes most of what it may take. */
    'component.strained': {
      component: string;
      lockId: string;
      of: 'memory' | 'processor';
      percent: number;
      at: number;
    };
  }
}

export {};
