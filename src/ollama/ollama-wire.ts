import { isObject, MalformedLineError, type JsonObject } from './ndjson-reader';
import type {
  ChatRequest,
  GenerateRequest,
  GenerationStats,
  InstalledModel,
  LoadedModel,
  ModelDetails,
  PullProgress,
  StreamChunk,
} from './ollama-api';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Request bodies and answers as they stand on the wire, and their way into the port's types. */
export function chatBody(request: ChatRequest): JsonObject {
  const { model, messages, options, keepAlive } = request;
  return { model, messages, options, keep_alive: keepAlive, stream: true };
}

export function generateBody(request: GenerateRequest): JsonObject {
  const { model, prompt, raw, options, keepAlive } = request;
  return { model, prompt, raw, options, keep_alive: keepAlive, stream: true };
}

export function toInstalledModels(body: JsonObject): InstalledModel[] {
  return listOfModels(body).map((model) => {
    const details = isObject(model.details) ? model.details : {};
    const capabilities = texts(model.capabilities);
    return {
      name: nameOf(model),
      digest: text(model.digest),
      sizeBytes: number(model.size),
      family: text(details.family),
      parameterSize: text(details.parameter_size),
      quantization: text(details.quantization_level),
      ...((text(model.remote_host) || text(model.remote_model)) && { remote: true }),
      ...(capabilities.length > 0 && { capabilities }),
    };
  });
}

export function toLoadedModels(body: JsonObject): LoadedModel[] {
  return listOfModels(body).map((model) => {
    const expiresAt = Date.parse(text(model.expires_at));
    const contextLength = number(model.context_length);
    return {
      name: nameOf(model),
      digest: text(model.digest),
      sizeBytes: number(model.size),
      vramBytes: number(model.size_vram),
      ...(contextLength > 0 && { contextLength }),
      ...(!Number.isNaN(expiresAt) && { expiresAt }),
    };
  });
}

export function toModelDetails(body: JsonObject): ModelDetails {
  const details = isObject(body.details) ? body.details : {};
  return {
    template: text(body.template),
    parameters: text(body.parameters),
    modelfile: text(body.modelfile),
    family: text(details.family),
    capabilities: texts(body.capabilities),
  };
}

/** A line of an answer; thinking has no place in it, but an empty text still tells that the core lives. */
export function toStreamChunk(line: JsonObject): StreamChunk {
  if (typeof line.done !== 'boolean') throw new MalformedLineError('a line without `done`');
  const content = isObject(line.message) ? line.message.content : line.response;
  if (content !== undefined && typeof content !== 'string')
    throw new MalformedLineError('a line whose text is no text');
  if (!line.done) return { done: false, text: content ?? '' };
  return { done: true, text: content ?? '', reason: text(line.done_reason) || 'stop', stats: toStats(line) };
}

export function toPullProgress(line: JsonObject): PullProgress {
  return {
    status: text(line.status),
    ...(typeof line.completed === 'number' && { completedBytes: line.completed }),
    ...(typeof line.total === 'number' && { totalBytes: line.total }),
  };
}

function toStats(line: JsonObject): GenerationStats {
  return {
    promptTokens: number(line.prompt_eval_count),
    promptMs: number(line.prompt_eval_duration) / NANOSECONDS_PER_MILLISECOND,
    tokens: number(line.eval_count),
    generationMs: number(line.eval_duration) / NANOSECONDS_PER_MILLISECOND,
    loadMs: number(line.load_duration) / NANOSECONDS_PER_MILLISECOND,
  };
}

function listOfModels(body: JsonObject): JsonObject[] {
  // A core without any model may say null.
  if (body.models === null) return [];
  if (!Array.isArray(body.models)) throw new MalformedLineError('no list of models in the answer');
  return body.models.filter(isObject);
}

function nameOf(model: JsonObject): string {
  return text(model.name) || text(model.model);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
