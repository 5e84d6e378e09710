import { InstalledComponents } from '../../src/component-registry/installed/installed-components';
import type { ComponentLock } from '../../src/component-registry/installed/component-lock';
import type { InstalledComponent } from '../../src/component-registry/installed/installed-component';
import { ContextBuilder } from '../../src/conversation/context-builder';
import { RoundRunner } from '../../src/conversation/round-runner';
import { SystemPrompt } from '../../src/conversation/system-prompt';
import { LoopPorts, ToolLoop } from '../../src/conversation/tool-loop';
import { ToolOffers } from '../../src/conversation/tool-offers';
import { TurnService, type TurnResult } from '../../src/conversation/turn.service';
import type { NewQuestion } from '../../src/journal/journal.types';
import { compileToolSchema } from '../../src/mcp/tool-schema';
import type { ChatRequest, CoreMessage, ToolCall } from '../../src/ollama/ollama-api';
import type { ChatApi } from '../../src/rocket-chat/chat-api';
import { CrashPoints } from '../../src/shared/crash-points';
import { ArgumentJudge } from '../../src/tools/argument-judge';
import { ToolApprovals } from '../../src/tools/tool-approvals';
import { ToolCallJournal } from '../../src/tools/tool-call-journal';
import { CallPorts, ToolCaller } from '../../src/tools/tool-caller';
import { CoreBench, type BenchOptions } from './core-bench';
import { FakeComponentCalls } from './fakes/fake-component-calls';
import { SeededRandom } from './seeded-random';
import { installed } from './tools/a-component';

type Place = (typeof CrashPoints.NAMES)[number];

/** The process died: what is in memory is lost. */
export class Died extends Error {}

/** Dies the n-th time it comes to a place. */
class MortalPoints extends CrashPoints {
  at?: Place;
  times = 1;
  readonly reached: Place[] = [];

  override reach(name: Place): void {
    this.reached.push(name);
    if (name === this.at && --this.times === 0) throw new Died(name);
  }
}

/** Ajv as in the worker, without the thread: that one does not live on virtual time. */
class InlineJudge extends ArgumentJudge {
  check(schema: unknown, args: Record<string, unknown>): Promise<string[]> {
    return Promise.resolve(compileToolSchema(schema)(args));
  }
}

export interface AskedTurn {
  id: string;
  shown: string[];
  abort: AbortController;
  result: Promise<TurnResult>;
}

/** Whole turns with tools, as the product wires them, on virtual time, scripted cores and scripted components. */
export class TurnBench {
  readonly calls = new FakeComponentCalls();
  readonly crash = new MortalPoints();
  readonly installed = new InstalledComponents();
  readonly random = new SeededRandom();
  history: CoreMessage[] = [];
  approvals!: ToolApprovals;
  journal!: ToolCallJournal;
  loop!: ToolLoop;
  private turns!: TurnService;

  private constructor(readonly cores: CoreBench) {
    this.wire();
  }

  static async create(
    components: readonly (ComponentLock | InstalledComponent)[],
    options: BenchOptions = {},
  ): Promise<TurnBench> {
    const bench = new TurnBench(await CoreBench.unwatched(options));
    for (const one of components) bench.installed.set('lock' in one ? one : installed(one));
    return bench;
  }

  /** What a new process makes of the same disk. */
  async restart(): Promise<void> {
    this.crash.at = undefined;
    await this.cores.journal.resetInterrupted();
    this.wire();
  }

  /** Every core answers by these rules, called with the request and how many tool answers it holds. */
  script(rules: {
    wish?: (done: number, request: ChatRequest) => ToolCall[];
    answer?: (request: ChatRequest) => string;
  }): void {
    const count = ({ messages }: ChatRequest): number =>
      messages.filter(({ role }) => role === 'tool').length;
    for (const { id } of this.cores.registry.all()) {
      const core = this.cores.core(id);
      core.wishes = (request) => rules.wish?.(count(request), request) ?? [];
      core.answer = rules.answer ?? ((request) => `It is so: ${request.messages.at(-1)?.content ?? ''}`);
    }
  }

  async ask(text: string, overrides: Partial<NewQuestion> = {}): Promise<AskedTurn> {
    return this.answer(await this.cores.question({ text, answerThreadId: 'thread', ...overrides }));
  }

  /** Works on a question that is in the journal already. */
  async answer(id: string): Promise<AskedTurn> {
    const question = await this.cores.journal.find(id);
    if (!question) throw new Error(`There is no question ${id}`);
    const shown: string[] = [];
    const abort = new AbortController();
    const result = this.turns.answer(question, { text: (whole) => void shown.push(whole) }, abort.signal);
    result.catch(() => undefined);
    await this.cores.clock.advance(0);
    return { id, shown, result, abort };
  }

  /** What came of it; time passes meanwhile. */
  async outcome(turn: AskedTurn): Promise<TurnResult> {
    return this.cores.during(turn.result, 3_600_000);
  }

  async say(text: string): Promise<string> {
    const result = await this.outcome(await this.ask(text));
    return 'text' in result ? result.text : result.outcome;
  }

  /** Every prompt that a core was sent. */
  get requests(): ChatRequest[] {
    return this.cores.registry
      .all()
      .flatMap(({ id }) =>
        this.cores.core(id).calls.flatMap((call) => (call.method === 'chat' ? [call.request] : [])),
      );
  }

  /** Texts of what was asked of people, in order. */
  async notices(): Promise<string[]> {
    const rows = await this.cores.store.all<{ text: string }>('SELECT text FROM notices ORDER BY rowid');
    return rows.map(({ text }) => text);
  }

  /** The code of the newest question to people; time passes until there is one. */
  async code(): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      const row = await this.cores.store.get<{ code: string }>(
        "SELECT code FROM tool_approvals WHERE state = 'open' ORDER BY created_at DESC LIMIT 1",
      );
      if (row) return row.code;
      await this.cores.clock.advance(20);
    }
    throw new Error('Nobody was asked');
  }

  private wire(): void {
    const { cores, crash, calls } = this;
    const { store, bus, clock, notices, languages, profile, journal } = cores;
    this.journal = new ToolCallJournal(store, clock);
    this.approvals = new ToolApprovals(store, this.journal, notices, bus, clock, this.random);
    const caller = new ToolCaller(calls, this.journal, this.approvals, new CallPorts(bus, clock, crash));
    const runner = new RoundRunner(caller, this.journal, new InlineJudge(), bus, clock);
    const ports = new LoopPorts(profile, bus, clock, crash);
    this.loop = new ToolLoop(cores.generation, journal, this.journal, runner, ports);
    const history = { historyOf: () => Promise.resolve(this.history) } as unknown as ContextBuilder;
    const chat = { identity: { userId: 'bot', username: 'rdzen', roles: [] } } as unknown as ChatApi;
    const prompt = new SystemPrompt('You are {{name}}.');
    const offers = new ToolOffers(this.installed);
    this.turns = new TurnService(
      cores.generation,
      history,
      languages,
      chat,
      profile,
      prompt,
      offers,
      this.loop,
    );
  }
}
