import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { ModelProfile } from '../core-registry/model-profile';
import { QuestionJournal } from '../journal/question-journal';
import type { CoreMessage, ModelOptions } from '../ollama/ollama-api';
import { Clock } from '../shared/clock';
import type { AttemptOutcome } from './attempt-runner';
import { estimateTokens } from './deadlines';

/** Cores that may die over one question before it is taken for the cause. */
export const MOST_DEATHS = 2;
/** The engine's word about how a process ended comes within milliseconds; a little more than that is waited for. */
const WORD_WITHIN_MS = 500;
const LOOK_MS = 20;
const SECOND_CORE_MS = 60_000;
/** What Ollama says when the process that runs the model is gone while the server lives (llm/server.go, routes.go). */
const RUNNER_CRASH =
  /runner (process )?(has )?(unexpectedly )?(stopped|terminated|no longer)|running the model: (unexpected )?EOF/i;

type Failure = Omit<AttemptOutcome & { kind: 'failed' }, 'kind'>;

/** Longest answer, and smallest context, of a question that may have killed a core; tokens. */
const CAPPED_ANSWER = 256;
const LEAST_CONTEXT = 2_048;

/** What is to become of a question whose core broke. */
export type Suspicion =
  /** Innocent as far as is known. */
  | 'none'
  /** Its core died of its own doing: it must not take the last one along. */
  | 'suspect'
  /** It is the cause. */
  | 'poison';

/**
 * Tells questions that kill cores from those that only met one that died. One question can take down every server it is
 * tried on (ollama#2225), so a second death over the same one is the last.
 */
@Injectable()
export class PoisonGuard {
  constructor(
    private readonly registry: CoreRegistry,
    private readonly journal: QuestionJournal,
    private readonly profile: ModelProfile,
    private readonly clock: Clock,
  ) {}

  /** Options with less room to do harm; a smaller context only where the question fits into it. */
  caps(messages: readonly CoreMessage[]): ModelOptions {
    const { contextTokens, answerTokens } = this.profile;
    const room = Math.max(LEAST_CONTEXT, Math.floor(contextTokens / 2));
    const needed = messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, CAPPED_ANSWER);
    return {
      num_predict: Math.min(CAPPED_ANSWER, answerTokens),
      ...(room < contextTokens && needed <= room ? { num_ctx: room } : {}),
    };
  }

  /**
   * Judges a question after its attempt broke. Where only one core is left the engine is given a moment to say how the
   * process ended; else the next attempt begins at once.
   *
   * @param begunAt when the attempt began (monotonic ms)
   */
  async examine(messageId: string, core: Core, failure: Failure, begunAt: number): Promise<Suspicion> {
    if (!(await this.diedItself(core, failure, begunAt))) return 'none';
    return (await this.journal.addDeath(messageId)) >= MOST_DEATHS ? 'poison' : 'suspect';
  }

  /** Whether the question would have the last core that is left. */
  get lastCore(): boolean {
    return rankCandidates(this.registry.all()).length <= 1;
  }

  /** Resolves once a second core is ready, or after a minute without one. */
  async untilSecondCore(signal: AbortSignal): Promise<void> {
    const until = this.clock.monotonic() + SECOND_CORE_MS;
    const ready = (): number => this.registry.all().filter(({ state }) => state === 'ready').length;
    while (ready() < 2 && this.clock.monotonic() < until) await this.clock.sleep(LOOK_MS * 10, signal);
  }

  private async diedItself(core: Core, failure: Failure, begunAt: number): Promise<boolean> {
    if (failure.evidence === 'in-stream-error' || failure.evidence === 'server-error')
      return RUNNER_CRASH.test(failure.detail);
    const word = (): boolean => (core.lastDeath?.at ?? -Infinity) >= begunAt;
    const broke =
      failure.evidence === 'reset' || failure.evidence === 'truncated' || failure.evidence === undefined;
    if (!broke || core.container === undefined) return false;
    // A core that was called dead over its silence runs, or its end is known already.
    const until = this.clock.monotonic() + (failure.evidence === 'reset' ? WORD_WITHIN_MS : 0);
    while (!word() && this.lastCore && this.clock.monotonic() < until) await this.clock.sleep(LOOK_MS);
    return word() && core.lastDeath?.kind === 'own';
  }
}
