import type { EngineProblem } from '../core-registry/core-preparation';

declare module '../events/event-bus' {
  interface EventMap {
    /** The built-in engine and its model were fetched. */
    'engine.provided': { model: string };
    /** They cannot be had; scripted stand-ins answer. */
    'engine.unavailable': EngineProblem;
  }
}
