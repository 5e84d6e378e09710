import type { AnswerFormat, CoreTool, CoreToolCall, RunnerOptions, SamplingOptions, Turn } from './brain';
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
  numKeep?: number;
}

interface CommonRequest {
  model: string;
  stream: boolean;
  /** Milliseconds; Infinity: for ever; undefined: not said. */
  keepAliveMs?: number;
  options: AnswerOptions;
  renderOnly: boolean;
  format?: AnswerFormat;
  /** What it asks for that no model here can do, in Ollama's word for it. */
  unsupported?: string;
}

export interface ChatCall extends CommonRequest {
  messages: Turn[];
  tools: CoreTool[];
}

export interface GenerateCall extends CommonRequest {
  prompt: string;
  system: string;
  raw: boolean;
}

export interface EmbedCall extends Pick<CommonRequest, 'model' | 'keepAliveMs' | 'options'> {
  texts: string[];
  /** Whether a text that is too long is cut rather than refused. */
  truncate: boolean;
}

type Fields = Record<string, unknown>;
type Kind = 'string' | 'boolean' | 'array' | 'object';

const DEFAULT_CONTEXT = 4096;
const DEFAULT_BATCH = 512;
const DECIMAL_SAMPLING = [
  'temperature',
  'top_p',
  'min_p',
  'repeat_penalty',
  'presence_penalty',
  'frequency_penalty',
] as const;
const WHOLE_SAMPLING = ['seed', 'top_k', 'repeat_last_n'] as const;

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
  const tools = (field(body, 'tools', 'array') ?? []) as unknown[];
  return { ...parseCommon(body), messages: messages.map(parseTurn), tools: tools.map(parseTool) };
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

export function parseEmbed(body: Fields): EmbedCall {
  return { ...parseLoading(body), texts: textsOf(body.input), truncate: body.truncate !== false };
}

/** The older call, with one text and the vector as the model gives it. */
export function parseEmbeddings(body: Fields): EmbedCall {
  const prompt = textField(body, 'prompt');
  return { ...parseLoading(body), texts: prompt ? [prompt] : [], truncate: true };
}

export function modelOf(body: Fields): string {
  return textField(body, 'model') ?? '';
}

function parseCommon(body: Fields): CommonRequest {
  const unsupported = unsupportedWish(body);
  const format = parseFormat(body.format);
  return {
    ...parseLoading(body),
    ...(unsupported && { unsupported }),
    ...(format && { format }),
    stream: field(body, 'stream', 'boolean') !== false,
    renderOnly: field(body, '_debug_render_only', 'boolean') === true,
  };
}

function parseLoading(body: Fields): Pick<CommonRequest, 'model' | 'keepAliveMs' | 'options'> {
  return {
    model: modelOf(body),
    ...(body.keep_alive != null && { keepAliveMs: parseKeepAlive(body.keep_alive) }),
    options: parseOptions((field(body, 'options', 'object') ?? {}) as Fields),
  };
}

function parseFormat(format: unknown): AnswerFormat | undefined {
  if (format == null || format === '') return undefined;
  if (format === 'json' || isFields(format)) return format;
  const quoted = JSON.stringify(JSON.stringify(format));
  throw new CoreFailure(500, `invalid format: ${quoted}; expected "json" or a valid JSON Schema object`);
}

function textsOf(input: unknown): string[] {
  const texts: unknown[] = Array.isArray(input) ? input : input == null || input === '' ? [] : [input];
  return texts.map((text) => {
    if (typeof text !== 'string') throw new CoreFailure(400, 'invalid input type');
    return text;
  });
}

function unsupportedWish(body: Fields): string | undefined {
  if (body.think != null && body.think !== false) return 'thinking';
  return textField(body, 'suffix') ? 'insert' : undefined;
}

function parseOptions(options: Fields): AnswerOptions {
  const stop = stopOption(options);
  const numKeep = integerOption(options, 'num_keep');
  return {
    runner: {
      num_ctx: integerOption(options, 'num_ctx') ?? DEFAULT_CONTEXT,
      num_thread: integerOption(options, 'num_thread') ?? 0,
      num_batch: integerOption(options, 'num_batch') ?? DEFAULT_BATCH,
      num_gpu: integerOption(options, 'num_gpu') ?? -1,
    },
    sampling: samplingOptions(options),
    numPredict: integerOption(options, 'num_predict') ?? -1,
    ...(stop && { stop }),
    ...(numKeep !== undefined && { numKeep }),
  };
}

function samplingOptions(options: Fields): SamplingOptions {
  const read = [
    ...DECIMAL_SAMPLING.map((name) => [name, numberOption(options, name)] as const),
    ...WHOLE_SAMPLING.map((name) => [name, integerOption(options, name)] as const),
  ];
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

function parseTurn(turn: unknown): Turn {
  if (!isFields(turn)) throw wrongType('messages', turn, 'object');
  const toolName = textField(turn, 'tool_name');
  const calls = (field(turn, 'tool_calls', 'array') ?? []) as unknown[];
  return {
    role: textField(turn, 'role') ?? '',
    content: textField(turn, 'content') ?? '',
    ...(toolName && { toolName }),
    ...(calls.length > 0 && { toolCalls: calls.map(parseToolCall) }),
  };
}

/** Source: Ollama api/types.go, `ToolCall`. */
function parseToolCall(call: unknown): CoreToolCall {
  const wish = isFields(call) && isFields(call.function) ? call.function : {};
  return { name: textField(wish, 'name') ?? '', arguments: isFields(wish.arguments) ? wish.arguments : {} };
}

/** Source: Ollama api/types.go, `Tool`. */
function parseTool(tool: unknown): CoreTool {
  const about = isFields(tool) && isFields(tool.function) ? tool.function : {};
  return {
    name: textField(about, 'name') ?? '',
    description: textField(about, 'description') ?? '',
    parameters: isFields(about.parameters) ? about.parameters : {},
  };
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
