import { CoreFailure } from './core-failure';

export interface Turn {
  role: string;
  content: string;
  /** Of the assistant, and of whose answer a `tool` turn is. */
  toolCalls?: CoreToolCall[];
  toolName?: string;
}

/** In Ollama's shape without its envelope. */
export interface CoreToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** What a request offers. `parameters`: JSON Schema. */
export interface CoreTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
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
  capabilities: string[];
  modelInfo: Record<string, string | number>;
}

/** What a runner is loaded with; any difference means loading again. */
export interface RunnerOptions {
  num_ctx: number;
  num_thread: number;
  num_batch: number;
  num_gpu: number;
}

/** In Ollama's names; undefined: Ollama's default. */
export interface SamplingOptions {
  temperature?: number;
  seed?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  repeat_last_n?: number;
  repeat_penalty?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
}

/** The form an answer must have: any JSON object, or what a JSON Schema describes. */
export type AnswerFormat = 'json' | Record<string, unknown>;

/** What else decides an answer. */
export interface CompletionOptions extends SamplingOptions {
  /** Tokens at the beginning of a raw prompt that survive its cutting. */
  num_keep?: number;
  /** How long the answer may get, in tokens; negative or undefined: as long as the context allows. */
  num_predict?: number;
  format?: AnswerFormat;
}

/** A conversation, whose last turn is continued when it is the assistant's, or a prompt that is already rendered. */
export type BrainInput = { turns: Turn[] } | { raw: string };

/** How a completion ended by itself, and the tokens it took beyond those that were said, such as an end token. */
export interface CompletionEnd {
  reason: 'stop' | 'length';
  unsaidTokens: number;
}

/** One step a token; a token that is not a whole letter yet is an empty step. Without an end it is a plain stop. */
export type Completion = AsyncGenerator<string, CompletionEnd | undefined | void>;

export interface Embedded {
  /** In the order of the texts, as the model gives them: not normalised. */
  vectors: number[][];
  /** Tokens of all texts together. */
  tokens: number;
}

/**
 * What thinks behind a core's HTTP face. One call at a time: the core queues. Errors are plain Errors, or CoreFailures
 * where the caller shall read them with a status; thrown in mid-answer they end it with an error line.
 */
export abstract class Brain {
  /** One word for what it is; part of the version. */
  abstract readonly kind: string;
  /** Undefined while there is no model. */
  abstract readonly model: BrainModel | undefined;
  /** Whether it can keep to {@link CompletionOptions.format}. */
  readonly keepsFormat: boolean = false;

  /** Whether {@link wishes} may ask for anything; what offers tools to another brain is refused. */
  readonly callsTools: boolean = false;

  /** What it wants called before it answers; none where it can answer. */
  wishes(_turns: Turn[], _tools: CoreTool[]): CoreToolCall[] {
    return [];
  }

  abstract load(options: RunnerOptions): Promise<void>;
  abstract unload(): Promise<void>;
  abstract tokenize(text: string): Promise<number[]>;
  /** The prompt as the model gets it, cut to its context. Loaded models only, as all that follows. */
  abstract read(input: BrainInput, options: CompletionOptions): Promise<number[]>;
  /** The prompt as the template makes it, before any cutting. */
  abstract render(turns: Turn[]): string;
  /**
   * The answer until its natural end; the caller stops it earlier by leaving the loop or by `signal`, which ends it at
   * once, without an error.
   */
  abstract complete(input: BrainInput, options: CompletionOptions, signal: AbortSignal): Completion;

  /** Texts that are too long are cut where `truncate`, else refused. */
  async embed(_texts: string[], _truncate: boolean, _signal: AbortSignal): Promise<Embedded> {
    throw new CoreFailure(500, 'this model does not support embeddings');
  }

  /** Lets everything go, for good. Nothing may be running. */
  async dispose(): Promise<void> {}
}
