import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Core } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import type { Attempt } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';
import { AttemptRunner, type AttemptOutcome, type Resume } from './attempt-runner';
import { CoreDispatcher } from './core-dispatcher';
import './generation.events';
import type { GenerationJob, GenerationListener, GenerationResult } from './generation.types';
import { wholeWords } from './partial-answer';

/** Attempts in a row without new text after which a question is taken for the cause of the trouble. */
const MAX_FRUITLESS = 3;
/** A backstop: no question may keep the cores busy for ever, fruitful or not. */
const MAX_ATTEMPTS = 25;
const BUSY_WAIT_MS = 1_000;

/** What one generation has come to so far, over all its attempts. */
interface Progress {
  text: string;
  tokens: number;
  shown: number;
  fruitless: number;
  attempts: number;
  continued: number;
  restarted: number;
  /** Monotonic ms of the last new text before the break that is being bridged now. */
  brokenAt?: number;
  waitedMs: number;
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
    const progress: Progress = {
      text: '',
      tokens: 0,
      shown: 0,
      fruitless: 0,
      attempts: 0,
      continued: 0,
      restarted: 0,
      waitedMs: 0,
    };
    const avoid = new Set<number>();
    for (;;) {
      const lease = await this.dispatcher.acquire(avoid, signal).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (!lease) return { outcome: 'cancelled' };
      try {
        const from = resumeFrom(progress, lease.core);
        const resume = from.text;
        const attempt = await this.journal.beginAttempt(
          job.messageId,
          this.registry.epoch,
          lease.core.id,
          resume.length,
        );
        if (!attempt) return { outcome: 'cancelled' };
        this.count(progress, resume);
        this.bus.emit('generation.attempt-started', { ...attempt, continuedFrom: resume.length });

        const result = await this.runner.run(
          lease.core,
          job.messages,
          from,
          (whole) => this.show(whole, progress, listener),
          signal,
        );
        if (result.kind === 'cancelled') return { outcome: 'cancelled' };
        const done = result.kind === 'complete' ? this.finish(result, resume, progress) : undefined;
        if (done !== undefined && result.kind === 'complete') {
          this.completed(job, attempt, progress);
          const { continued, restarted } = progress;
          return {
            outcome: 'complete',
            text: done,
            attempt,
            continued,
            restarted,
            lengthLimited: result.reason === 'length',
          };
        }
        const verdict = await this.broke(result, lease.core, attempt, resume, progress);
        if (verdict) return { outcome: 'failed', reason: verdict, text: progress.text };
        avoid.clear();
        avoid.add(lease.core.id);
      } finally {
        lease.release();
      }
    }
  }

  private count(progress: Progress, resume: string): void {
    if (progress.attempts > 0) {
      if (resume) progress.continued++;
      else progress.restarted++;
    }
    progress.attempts++;
  }

  /** Passes text on, but never a shorter one than was shown: after a fresh start the new text has to catch up first. */
  private show(whole: string, progress: Progress, listener: GenerationListener): void {
    if (progress.brokenAt !== undefined) {
      progress.waitedMs = Math.max(progress.waitedMs, this.clock.monotonic() - progress.brokenAt);
      progress.brokenAt = undefined;
    }
    progress.text = whole;
    if (whole.length < progress.shown) return;
    progress.shown = whole.length;
    listener.text(whole);
  }

  /** The complete text, or undefined where the core answered with nothing at all. */
  private finish(
    result: AttemptOutcome & { kind: 'complete' },
    resume: string,
    progress: Progress,
  ): string | undefined {
    // Nothing more to say: then the word that was cut off to continue after was the end of the answer.
    const text = resume && result.text.trim() === resume.trim() ? progress.text : result.text;
    return text.trim() === '' ? undefined : text.trimEnd();
  }

  private completed(job: GenerationJob, attempt: Attempt, progress: Progress): void {
    const { continued, restarted, waitedMs } = progress;
    this.bus.emit('generation.completed', {
      messageId: job.messageId,
      coreId: attempt.coreId,
      continued,
      restarted,
      waitedMs,
    });
    if (waitedMs > 0) {
      this.registry
        .recordWait(this.registry.epoch, waitedMs)
        .catch((error: unknown) => this.logger.warn(`The wait was not recorded: ${String(error)}`));
    }
  }

  /** @returns why the question is given up, or undefined to go on. */
  private async broke(
    result: AttemptOutcome,
    core: Core,
    attempt: Attempt,
    resume: string,
    progress: Progress,
  ): Promise<string | undefined> {
    const failure =
      result.kind === 'failed'
        ? result
        : { text: '', tokens: 0, detail: `core ${core.id} answered with no text`, evidence: undefined, refused: false };
    const { detail, evidence } = failure;
    // Its queue is full: that passes, so neither the core nor the question is blamed.
    if (evidence === 'busy') await this.clock.sleep(BUSY_WAIT_MS);
    const grew = failure.text.length > resume.length;
    if (failure.text.length >= progress.text.length) {
      progress.text = failure.text;
      progress.tokens = failure.tokens;
    }
    progress.brokenAt ??= this.clock.monotonic();
    // A core that is merely full, or that was already known to be down, says nothing about the question.
    const innocent = evidence === 'busy' || evidence === 'refused' || evidence === 'model-missing';
    if (grew) progress.fruitless = 0;
    else if (!innocent) progress.fruitless++;

    this.logger.warn(`Question ${attempt.messageId}, attempt ${attempt.number}: ${detail}`);
    if (evidence) this.registry.report({ coreId: core.id, kind: evidence, detail });
    await this.journal.endAttempt(attempt, detail, progress.fruitless);
    this.bus.emit('generation.attempt-failed', {
      ...attempt,
      kind: evidence,
      detail,
      characters: failure.text.length,
    });

    if (failure.refused) return `refused by the core: ${detail}`;
    if (progress.fruitless >= MAX_FRUITLESS)
      return `${MAX_FRUITLESS} attempts in a row brought nothing; the last: ${detail}`;
    if (progress.attempts >= MAX_ATTEMPTS) return `${MAX_ATTEMPTS} attempts were made; the last: ${detail}`;
    return undefined;
  }
}

/** Where the next attempt takes up the answer: after its last whole word, or at the beginning. */
function resumeFrom({ text, tokens }: Progress, core: Core): Resume {
  const kept = core.continues ? wholeWords(text) : '';
  return { text: kept, tokens: kept ? Math.round((tokens * kept.length) / text.length) : 0 };
}
