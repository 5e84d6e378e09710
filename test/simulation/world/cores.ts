import type { CallOptions, ChatRequest, StreamChunk } from '../../../src/ollama/ollama-api';
import type { Clock } from '../../../src/shared/clock';
import { FakeOllamaApi } from '../../support/fakes/fake-ollama-api';
import type { FakeCoreState } from '../../support/fakes/fake-core-state';
import { answerTo, tagOf } from './answers';
import type { Dice } from './dice';

const SEA = 'The sea is a wide and restless thing that never sleeps, and it keeps its own counsel.';

export function urlOf(id: number): string {
  return `http://core${id}`;
}

/** Of what ails a core, that in which it answers nothing at all. */
export const SILENT: ReadonlySet<string> = new Set(['core-kill', 'core-freeze', 'core-broken']);

/** What does not outlive a core's process. */
const OF_THE_PROCESS: ReadonlySet<string> = new Set(['core-kill', 'core-freeze', 'runner-hang']);

/** When a core was hurt (monotonic ms); `until` is open while it lasts. */
export interface CoreHurt {
  core: number;
  kind: string;
  from: number;
  until: number;
}

/** How one stream of an answer ended, by the core's own account. */
export interface StreamFate {
  question: number;
  core: number;
  ended: 'complete' | 'broken' | 'left';
}

/** The cores: scripted answers, and a record of what was done to them and of what they were asked. */
export class Cores extends FakeOllamaApi {
  readonly hurts: CoreHurt[] = [];
  readonly streams: StreamFate[] = [];
  /** Answers that are being written, by whom and since when (monotonic ms). */
  readonly writing = new Set<{ core: number; since: number }>();
  /** Told of every conversation a core is given. */
  onAsked: (request: ChatRequest, core: number) => void = () => undefined;

  constructor(
    private readonly time: Clock,
    readonly ids: readonly number[],
    dice: Dice,
    private readonly continues: boolean,
  ) {
    super(time);
    for (const id of ids) this.furnish(id, dice);
  }

  /** A core as this run has them. */
  furnish(id: number, dice: Dice): void {
    const core = this.of(id);
    core.continues = this.continues;
    core.firstTokenMs = dice.whole(30, 400);
    core.gapMs = dice.whole(15, 90);
    core.loadMs = dice.whole(100, 1_500);
    core.answer = (request) => said(request);
  }

  /** When each core's process was last started while the world ran, monotonic ms. */
  readonly startedAt = new Map<number, number>();

  /** It was started so short a time ago, and nothing ails it. */
  isComingUp(id: number, ms: number): boolean {
    const ill = this.hurts.some(({ core, until }) => core === id && until === Infinity);
    return !ill && this.time.monotonic() - (this.startedAt.get(id) ?? -Infinity) < ms;
  }

  of(id: number): FakeCoreState {
    return this.core(urlOf(id));
  }

  /** Writes down that the core is not to be blamed for nothing. @returns what ends the entry; false where it was over. */
  hurt(id: number, kind: string): () => boolean {
    const entry: CoreHurt = { core: id, kind, from: this.time.monotonic(), until: Infinity };
    this.hurts.push(entry);
    return () => {
      if (entry.until !== Infinity) return false;
      entry.until = this.time.monotonic();
      return true;
    };
  }

  /** It hangs however often it is started. */
  isBroken(id: number): boolean {
    return this.hurts.some(
      ({ core, kind, until }) => core === id && kind === 'core-broken' && until === Infinity,
    );
  }

  /** Its process was started anew: what ailed the old one is over. */
  renewed(id: number): void {
    for (const hurt of this.hurts)
      if (hurt.core === id && hurt.until === Infinity && OF_THE_PROCESS.has(hurt.kind))
        hurt.until = this.time.monotonic();
  }

  /** It has answered nothing for so long. */
  isSilentFor(id: number, ms: number): boolean {
    const since = this.time.monotonic() - ms;
    return this.hurts.some(
      ({ core, kind, from, until }) => core === id && until === Infinity && from <= since && SILENT.has(kind),
    );
  }

  /** It is there no more: nothing ails it. */
  gone(id: number): void {
    for (const hurt of this.hurts)
      if (hurt.core === id && hurt.until === Infinity) hurt.until = this.time.monotonic();
  }

  /** The same for the core as such, single answers left out. */
  wasUnwell(id: number, ms: number): boolean {
    const since = this.time.monotonic() - ms;
    return this.hurts.some(
      ({ core, kind, until }) => core === id && !kind.startsWith('answer') && until >= since,
    );
  }

  /** Whether the core had trouble within `ms`. */
  hurtWithin(id: number, ms: number): boolean {
    const since = this.time.monotonic() - ms;
    return this.hurts.some(({ core, until }) => core === id && until >= since);
  }

  override async *chat(
    url: string,
    request: ChatRequest,
    options?: CallOptions,
  ): AsyncGenerator<StreamChunk> {
    const core = Number(url.slice(urlOf(0).length - 1));
    const question = questionOf(request)?.question;
    if (question !== undefined) this.onAsked(request, core);
    let ended: StreamFate['ended'] = 'left';
    const open = { core, since: this.time.monotonic() };
    this.writing.add(open);
    try {
      for await (const chunk of super.chat(url, request, options)) {
        if (chunk.done) ended = 'complete';
        yield chunk;
      }
    } catch (error) {
      if (!options?.signal?.aborted) ended = 'broken';
      throw error;
    } finally {
      this.writing.delete(open);
      if (question !== undefined) this.streams.push({ question, core, ended });
      this.of(core).calls.length = 0;
    }
  }
}

function questionOf({ messages }: ChatRequest): ReturnType<typeof tagOf> {
  const asked = [...messages].reverse().find(({ role }) => role === 'user');
  return asked && tagOf(asked.content);
}

/** A beginning that ends within a word, or after one with its white space, leads a model astray: it says the word again. */
function said(request: ChatRequest): string {
  const tag = questionOf(request);
  const whole = tag ? answerTo(tag) : SEA;
  const last = request.messages.at(-1);
  if (last?.role !== 'assistant' || !tag) return whole;
  const begun = last.content;
  const next = whole[begun.length];
  if (!whole.startsWith(begun) || (/\S$/.test(begun) && (next === undefined || /\s/.test(next))))
    return whole;
  return `${begun} ${whole.slice(begun.search(/\S*\s*$/))}`;
}
