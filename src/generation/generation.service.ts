import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Core } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import type { Attempt } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';
import { AttemptRunner, type AttemptOutcome } from './attempt-runner';
import { CoreDispatcher, type CoreLease } from './core-dispatcher';
import './generation.events';
import type { GenerationJob, GenerationListener, GenerationResult } from './generation.types';
import { completeText } from './partial-answer';
import { Progress } from './progress';

/** Attempts in a row without new text after which a question is taken for the cause of the trouble. */
const MAX_FRUITLESS = 3;
/** A backstop: no question may keep the cores busy for ever, fruitful or not. */
const MAX_ATTEMPTS = 25;
const BUSY_WAIT_MS = 1_000;

type Failure = Omit<AttemptOutcome & { kind: 'failed' }, 'kind'>;
interface Broken {
  attempt: Attempt;
  failure: Failure;
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
    private readonly dispatcher: CoreDispatcher,
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
    const progress = new Progress();
    let next = this.dispatcher.acquire(new Set(), signal);
    for (;;) {
      const lease = await next.catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (!lease) return { outcome: 'cancelled' };
      let ahead: Promise<CoreLease> | undefined;
      try {
        const turn = await this.attempt(job, lease.core, progress, listener, signal);
        if ('result' in turn) return turn.result;
        const reason = this.judge(turn, progress);
        if (!reason) {
          if (turn.failure.evidence === 'busy')
            await this.clock.sleep(BUSY_WAIT_MS, signal).catch(() => undefined);
          // Asked for before anybody hears that this core failed: else those who have not begun would take the place of
          // an answer that stands half written.
          ahead = this.dispatcher.acquire(new Set([lease.core.id]), signal, true);
          ahead.catch(() => undefined);
        }
        await this.tell(turn, progress);
        if (!ahead) return { outcome: 'failed', reason: reason ?? '', text: progress.text };
        next = ahead;
      } catch (error) {
        void ahead?.then((granted) => granted.release()).catch(() => undefined);
        throw error;
      } finally {
        lease.release();
      }
    }
  }

  private async attempt(
    job: GenerationJob,
    core: Core,
    progress: Progress,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<Broken | { result: GenerationResult }> {
    const resume = progress.begin(core.continues === true);
    const { length } = resume.text;
    const attempt = await this.journal.beginAttempt(job.messageId, this.registry.epoch, core.id, length);
    if (!attempt) return { result: { outcome: 'cancelled' } };
    this.bus.emit('generation.attempt-started', { ...attempt, continuedFrom: length });

    const show = (whole: string): void => {
      if (progress.grow(whole, this.clock.monotonic())) listener.text(whole);
    };
    const outcome = await this.runner.run(core, job.messages, resume, show, signal);
    if (outcome.kind === 'cancelled') return { result: { outcome: 'cancelled' } };
    if (outcome.kind === 'failed') {
      const { refused, ...failure } = outcome;
      if (!refused || length === 0) return { attempt, failure: outcome };
      // Some templates refuse a trailing assistant message, whatever the verifier saw: then the answer begins anew.
      this.registry.update(core.id, { continues: false });
      return { attempt, failure };
    }

    const text = completeText(outcome.text, resume.text, progress.text);
    if (text === '')
      return { attempt, failure: { text: '', tokens: 0, detail: `core ${core.id} answered with no text` } };
    this.completed(attempt, progress);
    const { continued, restarted } = progress;
    const lengthLimited = outcome.reason === 'length';
    return { result: { outcome: 'complete', text, attempt, continued, restarted, lengthLimited } };
  }

  /** @returns why the question is given up, or undefined to go on. */
  private judge({ attempt, failure }: Broken, progress: Progress): string | undefined {
    const { detail, evidence } = failure;
    // A core that is merely full, or that was already known to be down, says nothing about the question.
    const innocent = evidence === 'busy' || evidence === 'refused' || evidence === 'model-missing';
    if (evidence !== 'busy') progress.attempts++;
    if (!innocent) progress.fruitless++;
    progress.broke(failure, {
      coreId: attempt.coreId,
      epoch: attempt.epoch,
      at: this.clock.monotonic(),
    });
    if (failure.refused) return `refused by the core: ${detail}`;
    if (progress.fruitless >= MAX_FRUITLESS)
      return `${MAX_FRUITLESS} attempts in a row brought nothing; the last: ${detail}`;
    if (progress.attempts >= MAX_ATTEMPTS) return `${MAX_ATTEMPTS} attempts were made; the last: ${detail}`;
    return undefined;
  }

  private async tell({ attempt, failure }: Broken, progress: Progress): Promise<void> {
    const { detail, evidence, text } = failure;
    this.logger.warn(`Question ${attempt.messageId}, attempt ${attempt.number}: ${detail}`);
    if (evidence) this.registry.report({ coreId: attempt.coreId, kind: evidence, detail });
    await this.journal.endAttempt(attempt, detail, progress.fruitless);
    this.bus.emit('generation.attempt-failed', {
      ...attempt,
      kind: evidence,
      detail,
      characters: text.length,
    });
  }

  private completed({ messageId, coreId }: Attempt, progress: Progress): void {
    const { continued, restarted, longestWaitMs: waitedMs, waits } = progress;
    this.bus.emit('generation.completed', { messageId, coreId, continued, restarted, waitedMs });
    for (const { coreId: left, epoch, ms } of waits) this.registry.waited(left, epoch, ms);
  }
}
