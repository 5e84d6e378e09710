import { Injectable, Logger } from '@nestjs/common';
import type { Language } from '../config/settings';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import { estimateTokens } from '../generation/deadlines';
import type { GenerationListener, GenerationResult } from '../generation/generation.types';
import { GenerationService } from '../generation/generation.service';
import { QuestionJournal } from '../journal/question-journal';
import type { CoreMessage, ToolDefinition } from '../ollama/ollama-api';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { texts } from '../texts/texts';
import { CAPABILITY_TOOL, READ_ON_TOOL } from '../tools/built-in-tools';
import type { JournalRound } from '../tools/tool-call';
import { ToolCallJournal } from '../tools/tool-call-journal';
import { MOST_TOOL_TOKENS, MOST_TOOLS, type ToolShelf, toolTokens } from '../tools/tool-shelf';
import './conversation.events';
import { changesOf, type Ended, MOST_CALLS, MOST_ROUNDS, plannedRound, TURN_MS } from './loop-rules';
import type { LoopTurn } from './loop-turn';
import { RoundRunner } from './round-runner';
import { roundMessages, stubsFor, tokensOf, tokensOfTools, wasCut } from './round-messages';
import { ShownText } from './shown-text';
import { fitHistory } from './token-budget';

export type LoopResult = GenerationResult | { outcome: 'ended'; text: string };

type Complete = Extract<GenerationResult, { outcome: 'complete' }>;

/** What a loop reaches out through, taken together. */
@Injectable()
export class LoopPorts {
  constructor(
    readonly profile: ModelProfile,
    readonly bus: EventBus,
    readonly clock: Clock,
    readonly crash: CrashPoints,
  ) {}
}

/**
 * A turn in which the model may have tools called: rounds of a core's answer and the calls it wants, until it answers. What
 * was asked and answered is in the journal, so that after the death of a core or of this process the loop goes on where it
 * stood. It ends: 6 rounds, 10 calls, 60 s; past a limit the core is asked once more, without tools.
 */
@Injectable()
export class ToolLoop {
  private readonly logger = new Logger(ToolLoop.name);

  constructor(
    private readonly generation: GenerationService,
    private readonly questions: QuestionJournal,
    private readonly journal: ToolCallJournal,
    private readonly runner: RoundRunner,
    private readonly ports: LoopPorts,
  ) {}

  /** Whether tools were used for the question before, in this run or an earlier one. */
  async begun(questionId: string): Promise<boolean> {
    return (await this.journal.rounds(questionId)).length > 0;
  }

  async run(turn: LoopTurn, listener: GenerationListener, signal: AbortSignal): Promise<LoopResult> {
    const { question, language } = turn;
    const shown = new ShownText(listener);
    const rounds = await this.journal.rounds(question.id);
    const pace = { began: this.ports.clock.monotonic(), waited: 0 };
    for (;;) {
      const last = rounds.at(-1);
      if (last) {
        const ended = await this.finish(turn, rounds, last, shown, pace, signal);
        if (signal.aborted) return { outcome: 'cancelled' };
        if (ended) return { outcome: 'ended', text: this.withChanges(ended.text, rounds, language) };
      }
      shown.nextRound();
      const result = await this.ask(turn, rounds, shown, pace, signal);
      if (result.outcome !== 'complete') return result;
      const { calls = [] } = result.withTools ?? {};
      if (calls.length === 0) return { ...result, text: this.withChanges(result.text, rounds, language) };
      const round = plannedRound(question.id, rounds.length + 1, result.text, calls, turn.shelf);
      await this.journal.writeRound(question.id, round);
      await this.questions.endAttempt(result.attempt, 'called tools', 0);
      rounds.push(round);
      this.ports.crash.reach('tool-round-written');
    }
  }

  private async finish(
    turn: LoopTurn,
    rounds: readonly JournalRound[],
    round: JournalRound,
    shown: ShownText,
    pace: { began: number; waited: number },
    signal: AbortSignal,
  ): Promise<Ended | undefined> {
    const { clock } = this.ports;
    try {
      return await this.runner.finish(round, {
        ...turn,
        rounds,
        shown,
        signal,
        leftMs: () => TURN_MS - (clock.monotonic() - pace.began - pace.waited),
        waited: (ms) => void (pace.waited += ms),
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  private async ask(
    turn: LoopTurn,
    rounds: readonly JournalRound[],
    shown: ShownText,
    pace: { began: number; waited: number },
    signal: AbortSignal,
  ): Promise<GenerationResult> {
    const { question } = turn;
    const { clock } = this.ports;
    const spent = clock.monotonic() - pace.began - pace.waited;
    const calls = rounds.reduce((sum, round) => sum + round.calls.length, 0);
    const may = rounds.length < MOST_ROUNDS - 1 && calls < MOST_CALLS && spent < TURN_MS;
    const { messages, tools } = this.prompt(turn, rounds, may);
    const { deaths = question.deaths } =
      rounds.length > 0 ? ((await this.questions.find(question.id)) ?? {}) : {};
    const result = await this.generation.generate(
      { messageId: question.id, messages, deaths, tools },
      shown,
      signal,
    );
    if (result.outcome !== 'complete') return result;
    this.compare(result, messages, tools);
    // Without tools it has none to call, whatever it writes.
    return may ? result : { ...result, withTools: undefined };
  }

  /** System, what was said before as far as there is room, the question, and the rounds so far. */
  private prompt(
    { system, asked, history, shelf }: LoopTurn,
    rounds: readonly JournalRound[],
    may: boolean,
  ): { messages: CoreMessage[]; tools: ToolDefinition[] } {
    const { contextTokens, answerTokens } = this.ports.profile;
    const room = contextTokens - answerTokens - tokensOf([system, asked]);
    const tools = may ? this.tools(shelf, asked.content, rounds, Math.max(0, Math.floor(room / 2))) : [];
    const left = room - tokensOfTools(tools);
    const stubs = stubsFor(rounds, left);
    if (may && wasCut(rounds, stubs) && !tools.includes(READ_ON_TOOL)) tools.push(READ_ON_TOOL);
    const done = roundMessages(rounds, stubs);
    const before = fitHistory(history, left - tokensOf(done));
    return { messages: [system, ...before, asked, ...done], tools };
  }

  private tools(
    shelf: ToolShelf,
    question: string,
    rounds: readonly JournalRound[],
    room: number,
  ): ToolDefinition[] {
    const ours = wasCut(rounds, new Set()) ? [CAPABILITY_TOOL, READ_ON_TOOL] : [CAPABILITY_TOOL];
    const budget = Math.min(MOST_TOOL_TOKENS, room);
    const tokens = budget - ours.reduce((sum, tool) => sum + toolTokens(tool, estimateTokens), 0);
    return [...shelf.choose(question, estimateTokens, { most: MOST_TOOLS - ours.length, tokens }), ...ours];
  }

  /** A core that counted far less than we sent has cut the front of the prompt, silently. */
  private compare(
    { attempt, withTools }: Complete,
    messages: readonly CoreMessage[],
    tools: readonly ToolDefinition[],
  ): void {
    const counted = withTools?.promptTokens ?? 0;
    const estimated = tokensOf(messages) + (withTools?.offered === false ? 0 : tokensOfTools(tools));
    if (counted === 0 || counted >= estimated / 2) return;
    const { messageId, coreId } = attempt;
    this.logger.warn(
      `Core ${coreId} read ${counted} tokens of the prompt of question ${messageId}, which has about ${estimated}: it was cut. Does the core keep to num_ctx?`,
    );
    this.ports.bus.emit('turn.prompt-cut', { questionId: messageId, coreId, counted, estimated });
  }

  private withChanges(text: string, rounds: readonly JournalRound[], language: Language): string {
    const { changed, unknown } = changesOf(rounds);
    if (changed.length === 0 && unknown.length === 0) return text;
    return `${text}\n\n${texts(language).toolChanges({ changed, unknown })}`;
  }
}
