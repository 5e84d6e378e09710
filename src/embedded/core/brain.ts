export interface Turn {
  role: string;
  content: string;
}

/** What a core says about its model (`/api/tags`, `/api/show`). */
export interface BrainModel {
  /** With its tag: `scripted:latest`. */
  name: string;
  /** SHA-256 in hex. */
  digest: string;
  sizeBytes: number;
  format: string;
  family: string;
  parameterSize: string;
  quantization: string;
  /** The longest context it can have, in tokens. */
  contextLength: number;
  template: string;
  /** Stop strings that belong to the template. */
  stop: string[];
  modelInfo: Record<string, string | number>;
}

/** What a runner is loaded with; any difference means loading again. */
export interface RunnerOptions {
  num_ctx: number;
  num_thread: number;
  num_batch: number;
  num_gpu: number;
}

export interface SamplingOptions {
  temperature?: number;
  seed?: number;
}

/** A conversation, whose last turn is continued when it is the assistant's, or a prompt that is already rendered. */
export type BrainInput = { turns: Turn[] } | { raw: string };

/**
 * What thinks behind a core's HTTP face. One call at a time: the core queues. Errors are plain Errors; thrown in
 * mid-answer they end it with an error line.
 */
export abstract class Brain {
  abstract readonly model: BrainModel;
  abstract load(options: RunnerOptions): Promise<void>;
  abstract unload(): Promise<void>;
  abstract tokenize(text: string): Promise<number[]>;
  /** The prompt as the template makes it. */
  abstract render(turns: Turn[]): string;
  /**
   * The answer, one token at a time, until its natural end; the caller stops it earlier by leaving the loop or by
   * `signal`, which ends it at once, without an error.
   */
  abstract complete(input: BrainInput, options: SamplingOptions, signal: AbortSignal): AsyncIterable<string>;
}
