declare module '../events/event-bus' {
  interface EventMap {
    'component.started': { component: string; lockId: string; startedInMs: number; at: number };
    /** Why: `idle`, `renewed`, `reconfigured`, `withdrawn`, `stopping`, or what went wrong, for people. */
    'component.ended': { component: string; lockId: string; reason: string; failed: boolean; at: number };
    /** It died too often in a minute, and is left alone for a while. */
    'component.unavailable': { component: string; lockId: string; reason: string; at: number };
    /** It wanted to reach what it was not approved with, and was refused. Once for each target of a container. */
    'component.egress-denied': {
      component: string;
      lockId: string;
      /** `host:port` */
      target: string;
      reason: 'not-listed' | 'private-address' | 'limit';
      at: number;
    };
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
