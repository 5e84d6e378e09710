import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../shared/clock';
import {
  Brain,
  type BrainInput,
  type BrainModel,
  type Completion,
  type CompletionOptions,
  type CoreTool,
  type CoreToolCall,
  type Turn,
} from './brain';
import { CHATML_TEMPLATE, parseChatml, renderChatml, TURN_END, TURN_START } from './chatml';
import { withTag } from './model-name';
import { scriptedContinuation } from './scripted-answer';
import { scriptedCalls } from './scripted-calls';

const LOAD_MS = 20;
/** Tokens of an answer that is the end of it. */
const FATAL_AFTER = 8;
/** How far behind its pace it may catch up; a process that was stopped does not blurt out what it missed. */
const MAX_LAG_MS = 100;

export interface ScriptedBrainOptions {
  model?: string;
  /** Infinity: as fast as it can. */
  tokensPerSecond?: number;
  /** What to say to a conversation, in place of the script. A trailing assistant turn is the answer's beginning. */
  answer?: (turns: Turn[]) => string;
  /** What to have called, in place of the rule of {@link scriptedCalls}; undefined: by that rule after all. */
  wishes?: (turns: Turn[], tools: CoreTool[]) => CoreToolCall[] | undefined;
  /** For tests of what happens then: it dies a few words into the answer to a question that holds these words. */
  fatal?: { words: string; die: () => void };
}

/** Recites. It is what a core has where no language model can be had, and it says so in every answer. */
export class ScriptedBrain extends Brain {
  readonly kind = 'scripted';
  readonly model: BrainModel;
  private readonly tokensPerSecond: number;
  private readonly answer: (turns: Turn[]) => string;
  private readonly wanted: ScriptedBrainOptions['wishes'];
  private readonly fatal: ScriptedBrainOptions['fatal'];

  constructor(
    private readonly clock: Clock,
    {
      model = 'scripted',
      tokensPerSecond = 30,
      answer = scriptedContinuation,
      wishes,
      fatal,
    }: ScriptedBrainOptions = {},
  ) {
    super();
    if (!(tokensPerSecond > 0))
      throw new RangeError(`tokensPerSecond must be above 0, not ${tokensPerSecond}`);
    this.tokensPerSecond = tokensPerSecond;
    this.answer = answer;
    this.wanted = wishes;
    this.fatal = fatal;
    this.model = describe(model);
  }

  override readonly callsTools = true;

  override wishes(turns: Turn[], tools: CoreTool[]): CoreToolCall[] {
    return this.wanted?.(turns, tools) ?? scriptedCalls(turns, tools);
  }

  async load(): Promise<void> {
    if (Number.isFinite(this.tokensPerSecond)) await this.clock.sleep(LOAD_MS);
  }

  async unload(): Promise<void> {}

  async tokenize(text: string): Promise<number[]> {
    return splitIntoTokens(text).map((token) => createHash('md5').update(token).digest().readUInt16BE());
  }

  read(input: BrainInput): Promise<number[]> {
    return this.tokenize('raw' in input ? input.raw : this.render(input.turns));
  }

  render(turns: Turn[]): string {
    return renderChatml(turns);
  }

  async *complete(input: BrainInput, _options: CompletionOptions, signal: AbortSignal): Completion {
    const turns = 'raw' in input ? parseChatml(input.raw) : input.turns;
    const text = this.answer(turns);
    let left = this.isFatal(turns) ? FATAL_AFTER : Infinity;
    let due = this.clock.monotonic();
    for (const token of splitIntoTokens(text)) {
      due = Math.max(due, this.clock.monotonic() - MAX_LAG_MS) + 1000 / this.tokensPerSecond;
      await this.waitUntil(due, signal);
      if (signal.aborted) return;
      yield token;
      if (--left === 0) this.fatal?.die();
    }
  }

  private isFatal(turns: Turn[]): boolean {
    const { content = '' } = turns.findLast(({ role }) => role === 'user') ?? {};
    return this.fatal !== undefined && content.includes(this.fatal.words);
  }

  private async waitUntil(due: number, signal: AbortSignal): Promise<void> {
    const ms = due - this.clock.monotonic();
    // Even at full speed others must have their turn, or nobody could cancel.
    if (ms <= 0) await setImmediate();
    else await this.clock.sleep(ms, signal).catch(() => undefined);
  }
}

/** Pieces of a few letters, each with the space before it; joined they are the text again. */
export function splitIntoTokens(text: string): string[] {
  return text.match(/\s*[\p{L}\p{N}]{1,7}|\s*[^\s\p{L}\p{N}]|\s+/gu) ?? [];
}

function describe(name: string): BrainModel {
  const digest = createHash('sha256').update(`scripted brain 1 ${CHATML_TEMPLATE}`).digest('hex');
  return {
    name: withTag(name),
    digest,
    sizeBytes: 16_384,
    format: 'script',
    family: 'scripted',
    parameterSize: '0',
    quantization: 'none',
    contextLength: 8192,
    template: CHATML_TEMPLATE,
    stop: [TURN_START, TURN_END],
    capabilities: ['completion', 'tools'],
    modelInfo: { 'general.architecture': 'scripted', 'scripted.context_length': 8192 },
  };
}
