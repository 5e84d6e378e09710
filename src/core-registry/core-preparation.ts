import type { Preparing } from '../built-in-engine/preparing';

/** Why no language model answers, and what helps. */
export interface EngineProblem {
  reason: string;
  remedy: string;
}

/** How far the engine and the model of the embedded cores are. Both undefined: there is nothing to wait for or to mend. */
export class CorePreparation {
  preparing?: Preparing;
  problem?: EngineProblem;
  /** One of our own Ollamas fetches the model for all that share its folder. */
  pulling?: true;
}
