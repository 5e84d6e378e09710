/** What the embedded cores wait for, while it is being made ready. */
export interface Preparing {
  step: 'engine' | 'model' | 'checking';
  /** One line for people, English. */
  detail: string;
  receivedBytes?: number;
  totalBytes?: number;
  bytesPerSecond?: number;
  secondsLeft?: number;
}

/** Why no language model answers, and what helps. */
export interface EngineProblem {
  reason: string;
  remedy: string;
}

/** How far the engine and the model of the embedded cores are. Both undefined: there is nothing to wait for or to mend. */
export class CorePreparation {
  preparing?: Preparing;
  problem?: EngineProblem;
}
