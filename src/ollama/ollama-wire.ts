import { isObject, MalformedLineError, type JsonObject } from './ndjson-reader';
import type {
  ChatRequest,
  CoreMessage,
  GenerateRequest,
  GenerationStats,
  InstalledModel,
  LoadedModel,
  ModelDetails,
  PullProgress,
  StreamChunk,
  ToolCall,
  ToolDefinition,
} from './ollama-api';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Request bodies and answers as they stand on the wire, and their way into the port's types. */
export function chatBody(request: ChatRequest): JsonObject {
  const { model, messages, tools, options, keepAlive } = request;
  return {
    model,
    messages: messages.map(messageBody),
    ...(tools && tools.length > 0 && { tools: tools.map(toolBody) }),
    options,
    keep_alive: keepAlive,
    stream: true,
  };
}

/** Source: Ollama api/types.go, `Message`, `ToolCall`. */
function messageBody({ role, content, toolCalls, toolName, toolCallId }: CoreMessage): JsonObject {
  return {
    role,
    content,
    ...(toolCalls && {
      tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
        ...(id !== undefined && { id }),
        function: { name, arguments: given },
      })),
    }),
    ...(toolName !== undefined && { tool_name: toolName }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}

function toolBody({ name, description, parameters }: ToolDefinition): JsonObject {
  return { type: 'function', function: { name, description, parameters } };
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
  const toolCalls = isObject(line.message) ? toToolCalls(line.message.tool_calls) : [];
  const said = { text: content ?? '', ...(toolCalls.length > 0 && { toolCalls }) };
  if (!line.done) return { done: false, ...said };
  return { done: true, ...said, reason: text(line.done_reason) || 'stop', stats: toStats(line) };
}

/** They come whole, in one line. */
function toToolCalls(given: unknown): ToolCall[] {
  if (given == null) return [];
  if (!Array.isArray(given)) throw new MalformedLineError('a line whose tool calls are no list');
  return given.map((call: unknown) => {
    const wish = isObject(call) && isObject(call.function) ? call.function : undefined;
    if (!isObject(call) || typeof wish?.name !== 'string')
      throw new MalformedLineError('a tool call without a name');
    const id = text(call.id);
    return { ...(id && { id }), name: wish.name, arguments: isObject(wish.arguments) ? wish.arguments : {} };
  });
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
