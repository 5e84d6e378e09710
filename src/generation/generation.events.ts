import type { EvidenceKind } from '../core-registry/core.types';

declare module '../events/event-bus' {
  interface EventMap {
    'generation.attempt-started': {
      messageId: string;
      number: number;
      epoch: number;
      coreId: number;
      continuedFrom: number;
    };
    /** An attempt broke off; the next one follows by itself. `kind` undefined: it was our own doing. */
    'generation.attempt-failed': {
      messageId: string;
      number: number;
      coreId: number;
      kind?: EvidenceKind;
      detail: string;
      characters: number;
    };
    /** Its model refused tools: until another one is there it is asked without them. */
    'core.calls-no-tools': { coreId: number; at: number };
    'generation.completed': {
      messageId: string;
      coreId: number;
      continued: number;
      restarted: number;
      waitedMs: number;
    };
  }
}
