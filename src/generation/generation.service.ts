import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Core, DeathKind } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import type { Attempt } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';
import { AttemptRunner } from './attempt-runner';
import './generation.events';
import type { GenerationJob, GenerationListener, GenerationResult } from './generation.types';
import { completeText } from './partial-answer';
import { Progress } from './progress';
import { Suspects, type BrokenAttempt, type Reservation, type Seat } from './suspects';

/** Attempts in a row without new text after which a question is taken for the cause of the trouble. */
const MAX_FRUITLESS = 3;
/** A backstop: no question may keep the cores busy for ever, fruitful or not. */
const MAX_ATTEMPTS = 25;
/** Cores that may die by themselves over a question. */
const MAX_DEATHS = 2;
const BUSY_WAIT_MS = 1_000;
/** Source: Ollama server/routes.go, `ErrCapabilityTools`. */
const REFUSES_TOOLS = /does not support tools/i;

interface Broken extends BrokenAttempt {
  attempt: Attempt;
  /** Monotonic ms. */
  brokeAt: number;
}

/**
 * One answer, whatever happens to a core. An attempt that breaks off is taken up by the next core at once, without
 * waiting for a promotion: continued after its last whole word where that was verified for the model, begun anew
 * otherwise. Only a final line counts as success.
 */
@Injectable()
export class GenerationService {
  private readonly logger = new Logger(GenerationService.name);

  constructor(
    private readonly suspects: Suspects,
    private readonly runner: AttemptRunner,
    private readonly registry: CoreRegistry,
    private readonly journal: QuestionJournal,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  async generate(
    job: GenerationJob,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<GenerationResult> {
    const progress = new Progress(job.deaths);
    if (progress.deaths >= MAX_DEATHS) return givenUp(deadly(progress), progress);
    const over = new AbortController();
    try {
      return await this.untilAnswered(job, progress, listener, AbortSignal.any([signal, over.signal]));
    } finally {
      over.abort(new Error('the generation is over'));
    }
  }

  private async untilAnswered(
    job: GenerationJob,
    progress: Progress,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<GenerationResult> {
    let next = this.suspects.seat(progress, signal);
    for (;;) {
      const seat = await next.catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (!seat) return { outcome: 'cancelled' };
      let ahead: Reservation | undefined;
      try {
        const turn = await this.attempt(job, seat, progress, listener, signal);
        if ('result' in turn) return turn.result;
        if (turn.failure.evidence === 'busy') await this.giveTime(seat.core, signal);
        // Asked for before anybody hears that this core failed: else those who have not begun would take the place of
        // an answer that stands half written.
        ahead = this.suspects.reserve(progress, signal, seat.core);
        const before = progress.deaths;
        const reason = await this.conclude(turn, progress, signal);
        if (reason !== undefined) return givenUp(reason, progress);
        if (progress.deaths === before) {
          next = ahead.seat;
          ahead = undefined;
        } else next = this.suspects.seat(progress, signal, seat.core);
      } finally {
        ahead?.giveBack();
        seat.release();
      }
    }
  }

  /** Back-pressure: the slot is kept, so that nobody else asks a full core meanwhile. */
  private async giveTime({ id, turnedAway = 0 }: Core, signal: AbortSignal): Promise<void> {
    this.registry.update(id, { turnedAway: turnedAway + 1 });
    await this.clock.sleep(BUSY_WAIT_MS, signal).catch(() => undefined);
    this.registry.update(id, { turnedAway: (this.registry.known(id).turnedAway ?? 1) - 1 });
  }

  private async attempt(
    job: GenerationJob,
    seat: Seat,
    progress: Progress,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<Broken | { result: GenerationResult }> {
    const { core, capped } = seat;
    const { messageId } = job;
    // A turn that may become a call is not continued: models then write prose in place of it.
    const resume = progress.begin(core.continues === true && !job.tools?.length);
    const { length } = resume.text;
    const tools = core.callsTools === false ? undefined : job.tools;
    const attempt = await this.journal.beginAttempt(messageId, this.registry.epoch, core.id, length);
    if (!attempt) return { result: { outcome: 'cancelled' } };
    this.bus.emit('generation.attempt-started', { ...attempt, continuedFrom: length });

    const begunAt = this.clock.monotonic();
    const show = (whole: string): void => {
      if (progress.grow(whole, this.clock.monotonic())) listener.text(whole);
    };
    const outcome = await this.runner.run(
      core,
      job.messages,
      { ...resume, capped, ...(tools && { tools }) },
      show,
      signal,
    );
    if (outcome.kind === 'cancelled') return { result: { outcome: 'cancelled' } };
    const broken = { messageId, attempt, seat, begunAt, brokeAt: this.clock.monotonic() };
    if (outcome.kind === 'failed') {
      const { refused, ...failure } = outcome;
      if (tools && refused && REFUSES_TOOLS.test(outcome.detail)) {
        this.registry.update(core.id, { callsTools: false });
        this.bus.emit('core.calls-no-tools', { coreId: core.id, at: this.clock.now() });
        return { ...broken, failure: { ...failure, innocent: true } };
      }
      if (!refused || length === 0) return { ...broken, failure: outcome };
      // Some templates refuse a trailing assistant message, whatever the verifier saw: then the answer begins anew.
      this.registry.update(core.id, { continues: false });
      return { ...broken, failure };
    }

    const { toolCalls, promptTokens } = outcome;
    const called = tools !== undefined && tools.length > 0 && toolCalls.length > 0;
    const text = called ? outcome.text.trim() : completeText(outcome.text, resume.text, progress.text);
    if (text === '' && !called) {
      const detail = `core ${core.id} answered with no text`;
      return { ...broken, failure: { kind: 'failed', text: '', tokens: 0, detail } };
    }
    this.completed(attempt, progress);
    const { continued, restarted } = progress;
    const lengthLimited = outcome.reason === 'length';
    return {
      result: {
        outcome: 'complete',
        text,
        attempt,
        continued,
        restarted,
        lengthLimited,
        ...(job.tools && { withTools: { calls: toolCalls, promptTokens, offered: tools !== undefined } }),
      },
    };
  }

  /** @returns why the question is given up, or undefined to go on. */
  private async conclude(turn: Broken, progress: Progress, signal: AbortSignal): Promise<string | undefined> {
    const { attempt, failure } = turn;
    const { detail, evidence, waitedMs, text } = failure;
    this.logger.warn(`Question ${attempt.messageId}, attempt ${attempt.number}: ${detail}`);
    if (evidence) this.registry.report({ coreId: attempt.coreId, kind: evidence, detail, waitedMs });
    const death = await this.suspects.examine(turn, progress, signal);
    const reason = this.judge(turn, progress, death);
    await this.journal.endAttempt(attempt, detail, progress.fruitless);
    this.bus.emit('generation.attempt-failed', {
      ...attempt,
      kind: evidence,
      detail,
      characters: text.length,
    });
    return reason;
  }

  private judge(
    { attempt, failure, brokeAt }: Broken,
    progress: Progress,
    death?: DeathKind,
  ): string | undefined {
    const { detail, evidence } = failure;
    // A core that is merely full, that was already known to be down, or that somebody ended says nothing about the question.
    const innocent =
      (failure.innocent && death !== 'self') ||
      death === 'external' ||
      evidence === 'busy' ||
      evidence === 'refused' ||
      evidence === 'model-missing';
    if (evidence !== 'busy') progress.attempts++;
    if (!innocent) progress.fruitless++;
    progress.broke(failure, { coreId: attempt.coreId, epoch: attempt.epoch, at: brokeAt });
    if (failure.refused) return `refused by the core: ${detail}`;
    if (progress.deaths >= MAX_DEATHS) return deadly(progress);
    if (progress.fruitless >= MAX_FRUITLESS)
      return `${MAX_FRUITLESS} attempts in a row brought nothing; the last: ${detail}`;
    if (progress.attempts >= MAX_ATTEMPTS) return `${MAX_ATTEMPTS} attempts were made; the last: ${detail}`;
    return undefined;
  }

  private completed({ messageId, coreId }: Attempt, progress: Progress): void {
    const { continued, restarted, longestWaitMs: waitedMs, waits } = progress;
    this.bus.emit('generation.completed', { messageId, coreId, continued, restarted, waitedMs });
    for (const { coreId: left, epoch, ms } of waits) this.registry.waited(left, epoch, ms);
  }
}

function deadly({ deaths }: Progress): string {
  return `${deaths} times a core died by itself while it wrote the answer: the question is taken for the cause`;
}

function givenUp(reason: string, { text, deaths }: Progress): GenerationResult {
  return { outcome: 'failed', reason, text, ...(deaths >= MAX_DEATHS ? { deaths } : {}) };
}
