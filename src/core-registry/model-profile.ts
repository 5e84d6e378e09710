import type { ModelOptions } from '../ollama/ollama-api';

/**
 * The model every core serves and the options every request to a core carries: answers, probes and warm-ups alike,
 * since a core reloads its model when num_ctx or num_thread differ from the loaded ones.
 */
export class ModelProfile {
  constructor(
    private served: string,
    readonly options: Readonly<ModelOptions>,
    /** The standby keeps the model in memory as well; false where it would not fit twice. */
    readonly warmStandby = true,
  ) {}

  get model(): string {
    return this.served;
  }

  get contextTokens(): number {
    return this.options.num_ctx ?? 4096;
  }

  get answerTokens(): number {
    return this.options.num_predict ?? 1024;
  }

  /** Where the wanted model cannot be had after all, and stand-ins serve another. */
  replaceModel(model: string): void {
    this.served = model;
  }
}
