import type { RunnerOptions, SamplingOptions, Turn } from './brain';
import { CoreFailure } from './core-failure';
import { parseKeepAlive } from './keep-alive';

/** The options of one request, defaults filled in. */
export interface AnswerOptions {
  runner: RunnerOptions;
  sampling: SamplingOptions;
  /** Tokens; negative: no limit. */
  numPredict: number;
  /** Undefined: those of the model. */
  stop?: string[];
}

interface CommonRequest {
  model: string;
  stream: boolean;
  /** Milliseconds; Infinity: for ever; undefined: not said. */
  keepAliveMs?: number;
  options: AnswerOptions;
  renderOnly: boolean;
  /** What it asks for that no model here can do, in Ollama's word for it. */
  unsupported?: string;
}

export interface ChatCall extends CommonRequest {
  messages: Turn[];
}

export interface GenerateCall extends CommonRequest {
  prompt: string;
  system: string;
  raw: boolean;
}

type Fields = Record<string, unknown>;
type Kind = 'string' | 'boolean' | 'array' | 'object';

const DEFAULT_CONTEXT = 4096;
const DEFAULT_BATCH = 512;

/** The body of a POST; 400 in the words of Ollama when it is none. */
export function parseBody(text: string): Fields {
  if (text.trim() === '') throw new CoreFailure(400, 'missing request body');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new CoreFailure(400, `invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFields(body)) throw new CoreFailure(400, `json: cannot unmarshal ${kindOf(body)} into an object`);
  return body;
}

export function parseChat(body: Fields): ChatCall {
  const messages = (field(body, 'messages', 'array') ?? []) as unknown[];
  return { ...parseCommon(body), messages: messages.map(parseTurn) };
}

export function parseGenerate(body: Fields): GenerateCall {
  const prompt = textField(body, 'prompt') ?? '';
  const system = textField(body, 'system') ?? '';
  const raw = field(body, 'raw', 'boolean') === true;
  if (raw && (system !== '' || textField(body, 'template') || nonEmpty(body.context))) {
    throw new CoreFailure(400, 'raw mode does not support template, system, or context');
  }
  return { ...parseCommon(body), prompt, system, raw };
}

export function modelOf(body: Fields): string {
  return textField(body, 'model') ?? '';
}

function parseCommon(body: Fields): CommonRequest {
  const unsupported = unsupportedWish(body);
  return {
    model: modelOf(body),
    ...(unsupported && { unsupported }),
    stream: field(body, 'stream', 'boolean') !== false,
    ...(body.keep_alive != null && { keepAliveMs: parseKeepAlive(body.keep_alive) }),
    options: parseOptions((field(body, 'options', 'object') ?? {}) as Fields),
    renderOnly: field(body, '_debug_render_only', 'boolean') === true,
  };
}

function unsupportedWish(body: Fields): string | undefined {
  if (nonEmpty(body.tools)) return 'tools';
  if (body.think != null && body.think !== false) return 'thinking';
  if (textField(body, 'suffix')) return 'insert';
  return body.format != null && body.format !== '' ? 'format' : undefined;
}

function parseOptions(options: Fields): AnswerOptions {
  const stop = stopOption(options);
  const temperature = numberOption(options, 'temperature');
  const seed = integerOption(options, 'seed');
  return {
    runner: {
      num_ctx: integerOption(options, 'num_ctx') ?? DEFAULT_CONTEXT,
      num_thread: integerOption(options, 'num_thread') ?? 0,
      num_batch: integerOption(options, 'num_batch') ?? DEFAULT_BATCH,
      num_gpu: integerOption(options, 'num_gpu') ?? -1,
    },
    sampling: { ...(temperature !== undefined && { temperature }), ...(seed !== undefined && { seed }) },
    numPredict: integerOption(options, 'num_predict') ?? -1,
    ...(stop && { stop }),
  };
}

function parseTurn(turn: unknown): Turn {
  if (!isFields(turn)) throw wrongType('messages', turn, 'object');
  return { role: textField(turn, 'role') ?? '', content: textField(turn, 'content') ?? '' };
}

function stopOption({ stop }: Fields): string[] | undefined {
  if (stop == null) return undefined;
  if (!Array.isArray(stop)) throw new CoreFailure(500, 'option "stop" must be of type array');
  return stop
    .map((one: unknown) => {
      if (typeof one !== 'string') throw new CoreFailure(500, 'option "stop" must be of an array of strings');
      return one;
    })
    .filter((one) => one !== '');
}

function numberOption(options: Fields, name: string): number | undefined {
  const value = options[name];
  if (value == null) return undefined;
  if (typeof value !== 'number') throw new CoreFailure(500, `option "${name}" must be of type float32`);
  return value;
}

function integerOption(options: Fields, name: string): number | undefined {
  const value = options[name];
  if (value == null) return undefined;
  if (typeof value !== 'number') throw new CoreFailure(500, `option "${name}" must be of type integer`);
  return Math.trunc(value);
}

function textField(body: Fields, name: string): string | undefined {
  return field(body, name, 'string') as string | undefined;
}

function field(body: Fields, name: string, wanted: Kind): unknown {
  const value = body[name];
  if (value == null) return undefined;
  if (kindOf(value) !== wanted) throw wrongType(name, value, wanted);
  return value;
}

function wrongType(name: string, value: unknown, wanted: Kind): CoreFailure {
  return new CoreFailure(
    400,
    `json: cannot unmarshal ${kindOf(value)} into the field ${name} of type ${wanted}`,
  );
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
