import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Transition } from '../core-registry/core.types';
import { CLUSTER } from '../core-registry/holds';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { AnswerDrain } from './answer-drain';
import { CoreProof } from './core-proof';
import { Promoter, type Why } from './promoter';
import { DRAIN_MS, type Switchover, type SwitchoverState, type SwitchoverWish } from './switchover';
import { choosePlan, requireDispensable, requireSpare } from './switchover-plan';
import { operationNotFound, operationOver, operationRunning } from './switchover-refusals';

const REMEMBERED = 50;

/**
 * Switches that somebody asks for, one at a time. A planned one proves the core it goes to, makes it active, and lets
 * the answers that are being written finish where they are; what is not finished in time moves on like after a failure.
 *
 * Whatever changes which core is active, or rests on which one is, runs in the promoter's turn and looks anew there: a
 * failure may have come first.
 */
@Injectable()
export class SwitchoverService {
  /** Also for cores that are left without a switch. */
  readonly drain: AnswerDrain;
  private readonly proof: CoreProof;
  private readonly logger = new Logger(SwitchoverService.name);
  private readonly past: Switchover[] = [];
  private asked: Promise<unknown> = Promise.resolve();
  private current?: { operation: Switchover; abort: AbortController };
  /** The promotion that is being written is of our own making. */
  private moving = false;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly promoter: Promoter,
    bus: EventBus,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.drain = new AnswerDrain(registry, bus, clock);
    this.proof = new CoreProof(registry, bus, clock);
    bus.on('core.promoted', ({ epoch }) => {
      // What the one going on was meant for is void.
      if (!this.moving) this.end('overtaken', `epoch ${epoch} came in between`);
    });
  }

  /** The one that is going on; undefined where there is none. */
  get running(): Switchover | undefined {
    return this.current?.operation;
  }

  /**
   * What would be done.
   *
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_ACTIVE, CORE_NOT_READY, NO_STAND_IN, OPERATION_RUNNING
   */
  plan(wish: SwitchoverWish): Switchover {
    if (this.running && !wish.forced) throw operationRunning(this.running, this.clock.now());
    const { forced = false, by, evidence } = wish;
    return {
      id: this.random.id(10),
      kind: forced ? 'forced' : 'planned',
      ...choosePlan(this.registry.all(), wish),
      ...{ by, reason: wish.reason?.trim() || (forced ? 'forced' : 'asked for'), evidence },
      state: 'wished',
      askedAt: this.clock.now(),
      drainMs: wish.drainMs ?? (forced ? 0 : DRAIN_MS),
    };
  }

  /**
   * Begins it; `find` tells how it goes. A planned one resolves at once, a forced one when it is committed.
   *
   * @throws RdzenError as {@link plan}
   */
  async begin(wish: SwitchoverWish): Promise<Switchover> {
    if (wish.forced) return this.force(wish);
    const operation = this.plan(wish);
    this.start(operation, true);
    return operation;
  }

  /**
   * Makes a core active and resolves once that is committed; answers that are being written finish where they are.
   *
   * @returns undefined where the core is active already.
   * @throws RdzenError as {@link plan}; OPERATION_OVER where another switch came in between
   */
  switchTo(to: number, by: string): Promise<Transition | undefined> {
    // Asked for in one breath they come one after another; while answers still drain they are refused.
    return this.inLine(async () => {
      if (this.registry.get(to).role === 'active') return undefined;
      return this.switchNow({ to, by });
    });
  }

  /**
   * Does `then` to a core once others answer without it: where it is the active one, the best of the others takes over
   * first.
   *
   * @throws RdzenError CORE_NOT_FOUND, NO_STAND_IN, OPERATION_RUNNING, OPERATION_OVER; then `then` was not done
   */
  takeOut<T>(id: number, wish: Omit<SwitchoverWish, 'from' | 'to'>, then: () => Promise<T>): Promise<T> {
    return this.inLine(async () => {
      if (this.registry.get(id).role === 'active') await this.switchNow({ ...wish, from: id });
      return this.promoter.inTurn(() => {
        // The one that took over may have died since.
        requireSpare(this.registry.all(), id);
        return then();
      });
    });
  }

  /** Does `then`, by which a core goes for good. @throws RdzenError NO_STAND_IN; then `then` was not done */
  partWith(id: number, then: () => void): Promise<void> {
    return this.promoter.inTurn(() => {
      requireDispensable(this.registry.all(), id, this.clock.monotonic());
      return Promise.resolve(then());
    });
  }

  /** @throws RdzenError OPERATION_NOT_FOUND */
  find(id: string): Switchover {
    const found = this.list().find((each) => each.id === id);
    if (!found) throw operationNotFound(id);
    return found;
  }

  /** Newest first. */
  list(): Switchover[] {
    return [...(this.running ? [this.running] : []), ...this.past];
  }

  /**
   * Takes it back: what was not committed is not, and what was is undone by making the core that was left active again.
   * Answers stay where they are being written.
   *
   * @throws RdzenError OPERATION_NOT_FOUND, OPERATION_OVER, CORE_NOT_READY
   */
  cancel(id: string, by: string): Promise<Switchover> {
    return this.promoter.inTurn(async () => {
      const operation = this.find(id);
      if (operation !== this.running) throw operationOver(operation);
      if (operation.state !== 'draining') {
        this.end('cancelled', `taken back by ${by} before anything was changed`);
        return operation;
      }
      const { from, to } = choosePlan(this.registry.all(), { from: operation.to, to: operation.from });
      // Nothing more is moved from the core that is gone back to, whatever becomes of that.
      this.current?.abort.abort(operationOver(operation));
      try {
        await this.move(to, { cause: 'taken back', evidence: `switchover ${id}, to core ${from}`, by });
      } catch (error) {
        this.close(operation, 'done', `it could not be taken back: ${words(error)}`);
        throw error;
      }
      this.close(operation, 'cancelled', `taken back by ${by}`);
      return operation;
    });
  }

  /** What is going on is left as it is. */
  stop(): Promise<void> {
    return this.promoter.inTurn(async () => {
      const committed = this.running?.state === 'draining';
      this.end(committed ? 'done' : 'failed', 'the process was told to stop');
    });
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const result = this.asked.then(() => this.promoter.idle).then(work);
    this.asked = result.catch(() => undefined);
    return result;
  }

  private async switchNow(wish: SwitchoverWish): Promise<Transition> {
    const left = this.registry.active;
    const { committed, closed } = this.start(this.plan(wish), false);
    // The next in line must not find one that is as good as over.
    const made = await committed.catch(async (error: unknown) => {
      await closed;
      throw error;
    });
    if (left.inFlight === 0) await closed;
    return made;
  }

  private force(wish: SwitchoverWish): Promise<Switchover> {
    return this.promoter.inTurn(async () => {
      const operation = this.plan(wish);
      this.end('overtaken', 'a forced switch took its place');
      const abort = this.open(operation);
      try {
        await this.commit(operation);
      } catch (error) {
        this.close(operation, 'failed', words(error));
        throw error;
      }
      void this.finish(operation, abort.signal);
      return operation;
    });
  }

  private start(
    operation: Switchover,
    prove: boolean,
  ): { committed: Promise<Transition>; closed: Promise<void> } {
    const { signal } = this.open(operation);
    const committed = (async () => {
      if (prove) await this.proof.of(operation.to, signal);
      return this.promoter.inTurn(() => {
        signal.throwIfAborted();
        return this.commit(operation);
      });
    })();
    const closed = committed.then(
      () => this.finish(operation, signal),
      (error: unknown) => this.close(operation, 'failed', words(error)),
    );
    return { committed, closed };
  }

  private open(operation: Switchover): AbortController {
    const abort = new AbortController();
    operation.state = 'proving';
    this.current = { operation, abort };
    const { by, from, to } = operation;
    void this.registry.holds.set(CLUSTER, 'switching', { by, reason: `core ${from} -> core ${to}` });
    return abort;
  }

  /** Call in turn. What was true when it was asked for is looked at once more. */
  private async commit(operation: Switchover): Promise<Transition> {
    const { from, to, kind, by, reason, evidence = this.registry.get(to).reason } = operation;
    const forced = kind === 'forced';
    choosePlan(this.registry.all(), { from, to, forced });
    const made = await this.move(to, { cause: reason, evidence, by });
    Object.assign(operation, {
      state: 'draining',
      drainUntil: this.clock.now() + operation.drainMs,
      epoch: made.epoch,
    });
    if (forced)
      await this.registry.holds
        .lift(to, 'draining', by, 'it was made active by force')
        .catch((error: unknown) =>
          this.logger.warn(`That core ${to} gets work is not on disk: ${words(error)}`),
        );
    return made;
  }

  private async move(to: number, why: Why): Promise<Transition> {
    this.moving = true;
    try {
      return await this.promoter.move(to, why);
    } finally {
      this.moving = false;
    }
  }

  private async finish(operation: Switchover, signal: AbortSignal): Promise<void> {
    const { from, drainMs } = operation;
    try {
      const moved = await this.drain.of(from, drainMs, signal);
      if (signal.aborted) return;
      const stayed = moved === 0 && this.registry.has(from) && this.registry.get(from).inFlight > 0;
      const outcome = stayed
        ? 'answers stay where they are being written: no other core can take them'
        : moved > 0
          ? `answers that had to move: ${moved}`
          : 'every answer begun before it was finished';
      this.close(operation, 'done', outcome);
    } catch (error) {
      if (!signal.aborted) this.close(operation, 'failed', words(error));
    }
  }

  /** Ends the one going on, wherever it stands. */
  private end(state: SwitchoverState, outcome: string): void {
    const { current } = this;
    if (!current) return;
    this.close(current.operation, state, outcome);
    current.abort.abort(operationOver(current.operation));
  }

  private close(operation: Switchover, state: SwitchoverState, outcome: string): void {
    if (this.running !== operation) return;
    this.current = undefined;
    Object.assign(operation, { state, outcome, endedAt: this.clock.now() });
    this.past.unshift(operation);
    this.past.splice(REMEMBERED);
    void this.registry.holds.lift(CLUSTER, 'switching', operation.by, outcome);
    const { id, from, to } = operation;
    this.logger.log(`Switchover ${id}, core ${from} -> core ${to}: ${state} (${outcome})`);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
