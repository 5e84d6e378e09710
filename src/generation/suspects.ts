import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import { workOf } from '../core-registry/core-states';
import type { Core, DeathKind } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { EventBus } from '../events/event-bus';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';
import type { AttemptOutcome } from './attempt-runner';
import { CoreDispatcher, type CoreLease } from './core-dispatcher';
import type { Progress } from './progress';

/** How long the engine may take to tell how a process ended whose connection broke. */
const WORD_MS = 500;
/** The last core is not risked while another may still come back. */
const SECOND_CORE_MS = 60_000;

export interface Seat extends CoreLease {
  /** On the last core there is: with less context and for a short answer. */
  capped: boolean;
}

/** A place that was asked for before it was known whether it will do. */
export interface Reservation {
  seat: Promise<Seat>;
  giveBack(): void;
}

export interface BrokenAttempt {
  messageId: string;
  seat: Seat;
  /** Monotonic ms. */
  begunAt: number;
  failure: AttemptOutcome & { kind: 'failed' };
}

/**
 * Keeps a question that kills cores from killing them all. Whose core died by itself is a suspect: from then on it is
 * answered alone, so that a second death names the culprit, and never on the last core while another may come back.
 */
@Injectable()
export class Suspects {
  private readonly logger = new Logger(Suspects.name);

  constructor(
    private readonly dispatcher: CoreDispatcher,
    private readonly registry: CoreRegistry,
    private readonly journal: QuestionJournal,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * A place for the next attempt, waited for in line at once where no core is at stake. Rejects when `signal` aborts.
   *
   * @param left the core that just failed the question
   */
  async seat(progress: Progress, signal: AbortSignal, left?: Core): Promise<Seat> {
    const wish = { avoid: new Set(left && [left.id]), resuming: left !== undefined };
    if (progress.deaths === 0) return seatOn(await this.dispatcher.acquire(signal, wish), false);
    // A core outlives its runner, and loads the model anew: only who ended a whole core endangers the last one.
    const endangers = progress.coreDeaths > 0;
    if (endangers && this.usableBeside(left) < 2 && !this.twoReady)
      await this.untilTwoReady(progress, signal);
    const last = endangers && this.usableBeside(left) < 2 && !this.twoReady;
    const resuming = wish.resuming && !last;
    const lease = await this.dispatcher.acquire(signal, { ...wish, resuming, alone: true });
    return seatOn(lease, last && !this.twoReady);
  }

  reserve(progress: Progress, signal: AbortSignal, left: Core): Reservation {
    const end = new AbortController();
    const seat = this.seat(progress, AbortSignal.any([signal, end.signal]), left);
    seat.catch(() => undefined);
    const giveBack = (): void => {
      end.abort(new Error('given back'));
      void seat.then((granted) => granted.release()).catch(() => undefined);
    };
    return { seat, giveBack };
  }

  /**
   * Finds out whether the core of the attempt died, and by whose doing; a death of its own is on disk when it resolves.
   * Where nothing depends on it the engine's word is not waited for, but heeded when it comes.
   *
   * @param signal ends the listening
   * @returns undefined where it did not die, or nobody can tell (yet)
   */
  async examine(
    broken: BrokenAttempt,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<DeathKind | undefined> {
    await progress.inquiry;
    const { seat, begunAt, failure } = broken;
    const { evidence, runnerCrash, refused } = failure;
    // Not being answered there: it came to a core that was gone, or would not have it.
    if (refused || evidence === 'refused' || evidence === 'busy' || evidence === 'model-missing')
      return undefined;
    const kind = runnerCrash ? 'self' : deathSince(seat.core, begunAt);
    if (kind || evidence !== 'reset' || seat.core.container === undefined)
      return this.note(kind, broken, progress);
    const word = this.word(seat.core, begunAt, signal).then((told) => this.note(told, broken, progress));
    if (progress.deaths > 0 || this.usableBeside(seat.core) < 2) return word;
    progress.inquiry = word;
    word.catch(() => undefined);
    return undefined;
  }

  private async note(
    kind: DeathKind | undefined,
    { messageId, seat, failure }: BrokenAttempt,
    progress: Progress,
  ): Promise<DeathKind | undefined> {
    // In company it may have been the other question; one that is a suspect already is tried again, alone.
    if (kind !== 'self' || (progress.deaths > 0 && seat.shared)) return kind;
    progress.deaths++;
    if (!failure.runnerCrash) progress.coreDeaths++;
    this.logger.warn(
      `Core ${seat.core.id} died by itself over question ${messageId}, death ${progress.deaths}: ${failure.detail}`,
    );
    await this.journal.suspect(messageId, progress.deaths);
    return kind;
  }

  /** What the engine tells of the core's end, soon or not at all. */
  private async word(core: Core, since: number, signal: AbortSignal): Promise<DeathKind | undefined> {
    const told = new AbortController();
    const unsubscribe = this.bus.on('core.updated', ({ core: { id } }) => {
      if (id === core.id && deathSince(core, since)) told.abort(new Error('told'));
    });
    await this.clock.sleep(WORD_MS, AbortSignal.any([signal, told.signal])).catch(() => undefined);
    unsubscribe();
    return deathSince(core, since);
  }

  private async untilTwoReady(progress: Progress, signal: AbortSignal): Promise<void> {
    if (this.registry.all().length < 2) return;
    const now = this.clock.monotonic();
    progress.heldUntil ??= now + SECOND_CORE_MS;
    // A probe waits for a quiet moment otherwise, which never comes while the last core answers all the others.
    for (const { id, state } of this.registry.all())
      if (state !== 'ready') this.bus.emit('core.proof-wanted', { coreId: id });
    const enough = new AbortController();
    const look = (): void => {
      if (this.twoReady) enough.abort(new Error('two are ready'));
    };
    const unsubscribe = [this.bus.on('core.state-changed', look), this.bus.on('hold.lifted', look)];
    try {
      await this.clock.sleep(progress.heldUntil - now, AbortSignal.any([signal, enough.signal]));
    } catch {
      signal.throwIfAborted();
    } finally {
      for (const end of unsubscribe) end();
    }
  }

  private get twoReady(): boolean {
    const ready = this.registry.all().filter((core) => core.state === 'ready' && workOf(core) !== 'never');
    return ready.length >= 2;
  }

  /** Cores that could answer, `left` not counted. */
  private usableBeside(left: Core | undefined): number {
    return rankCandidates(this.registry.all()).filter(({ id }) => id !== left?.id).length;
  }
}

function seatOn(lease: CoreLease, capped: boolean): Seat {
  return Object.assign(lease, { capped });
}

function deathSince({ death }: Core, monotonic: number): DeathKind | undefined {
  return death && death.at >= monotonic ? death.kind : undefined;
}
