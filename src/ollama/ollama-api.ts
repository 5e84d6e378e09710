import type { StoredModel } from './model-folder';

/** Options of one call. `timeoutMs` bounds a plain call whole; for a stream it bounds only the wait for a connection. */
export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Runner options; every call to one core must use the same ones, since a difference reloads the model. */
export interface ModelOptions {
  num_ctx?: number;
  num_predict?: number;
  num_thread?: number;
  temperature?: number;
  seed?: number;
  stop?: string[];
}

export interface CoreMessage {
  /** `tool`: what a tool answered to a call of the message before. */
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** Of the assistant: what it asked for in place of an answer, or before it. */
  toolCalls?: ToolCall[];
  /** Of a `tool` message: whose answer it is. */
  toolName?: string;
  toolCallId?: string;
}

/** A model's wish to have a tool called. Its name and arguments are the model's own and may be anything. */
export interface ToolCall {
  /** Undefined where the core gives none. */
  id?: string;
  name: string;
  arguments: Record<string, unknown>;
}

/** A tool as a model is shown it. `parameters`: JSON Schema, as far as Ollama passes it on (`tools/ollama-schema.ts`). */
export interface ToolDefinition {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

export interface ChatRequest {
  model: string;
  messages: CoreMessage[];
  /** A model that calls none refuses them with a `bad-request`. */
  tools?: ToolDefinition[];
  options?: ModelOptions;
  /** Seconds, a duration such as `5m`, or -1 for ever. */
  keepAlive?: number | string;
}

export interface GenerateRequest {
  model: string;
  prompt: string;
  /** Send the prompt as it is, past the template. */
  raw?: boolean;
  options?: ModelOptions;
  keepAlive?: number | string;
}

/** Numbers of the final line; durations in milliseconds. */
export interface GenerationStats {
  promptTokens: number;
  promptMs: number;
  tokens: number;
  generationMs: number;
  loadMs: number;
}

/** One line of an answer. Exactly one chunk of a successful stream has `done: true`, and it is the last. */
export type StreamChunk =
  | { done: false; text: string; toolCalls?: ToolCall[] }
  | { done: true; text: string; toolCalls?: ToolCall[]; reason: string; stats: GenerationStats };

export interface InstalledModel {
  name: string;
  digest: string;
  sizeBytes: number;
  family: string;
  parameterSize: string;
  quantization: string;
  /** Computed elsewhere: what is installed is only a pointer to it. */
  remote?: boolean;
  /** What it can do, such as `completion`; undefined where the core does not tell. */
  capabilities?: string[];
}

export interface LoadedModel {
  name: string;
  digest: string;
  sizeBytes: number;
  vramBytes: number;
  contextLength?: number;
  /** Epoch milliseconds. */
  expiresAt?: number;
}

export interface ModelDetails {
  template: string;
  parameters: string;
  modelfile: string;
  family: string;
  capabilities: string[];
}

export interface PullProgress {
  status: string;
  completedBytes?: number;
  totalBytes?: number;
}

/**
 * The part of Ollama's HTTP API that Rdzen uses (shapes: Ollama docs/api.md). `url` is a core's base address without a
 * trailing slash. Every method rejects with {@link OllamaError} and nothing else.
 *
 * A stream that ends without a final `done: true` line throws `truncated`; a line with `error` throws `in-stream`; both
 * after the chunks before it have been delivered. Aborting `signal` closes the connection and throws `aborted`;
 * leaving the loop early closes it too.
 */
export abstract class OllamaApi {
  abstract version(url: string, options?: CallOptions): Promise<string>;
  abstract tags(url: string, options?: CallOptions): Promise<InstalledModel[]>;
  abstract ps(url: string, options?: CallOptions): Promise<LoadedModel[]>;
  abstract show(url: string, model: string, options?: CallOptions): Promise<ModelDetails>;
  abstract chat(url: string, request: ChatRequest, options?: CallOptions): AsyncIterable<StreamChunk>;
  abstract generate(url: string, request: GenerateRequest, options?: CallOptions): AsyncIterable<StreamChunk>;
  /** Loads the model with these options and keeps it (`keep_alive: -1`); resolves once it is resident. */
  abstract load(url: string, model: string, modelOptions: ModelOptions, options?: CallOptions): Promise<void>;
  /** Takes the model out of memory (`keep_alive: 0`); what is being generated with it is waited for by the core. */
  abstract unload(url: string, model: string, options?: CallOptions): Promise<void>;
  /** The prompt as the core's template renders it (`_debug_render_only`, Ollama >= 0.11.5); undefined where unsupported. */
  abstract render(url: string, request: ChatRequest, options?: CallOptions): Promise<string | undefined>;
  abstract pull(url: string, model: string, options?: CallOptions): AsyncIterable<PullProgress>;
  /**
   * Makes the model at the core from files we can read: sends the blobs it lacks (`/api/blobs`), then creates it
   * (`/api/create`). Needs no network but the one to the core.
   */
  abstract importModel(
    url: string,
    model: string,
    stored: StoredModel,
    options?: CallOptions,
  ): AsyncIterable<PullProgress>;
}
