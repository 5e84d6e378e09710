import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Transition } from '../core-registry/core.types';
import { CLUSTER } from '../core-registry/holds';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { Promoter } from './promoter';
import { isOver, type Switchover, type SwitchoverState, type SwitchoverWish } from './switchover';
import { choosePlan } from './switchover-plan';

const DRAIN_MS = 30_000;
/** A proof older than this is asked for anew before work is moved. */
const FRESH_PROOF_MS = 60_000;
const PROOF_WITHIN_MS = 12_000;
const LOOK_MS = 50;
const REMEMBERED = 50;

/**
 * Switches that somebody asks for, one at a time. A planned one proves the core it goes to, makes it active, and lets
 * the answers that are being written finish where they are; what is not finished in time moves on like after a failure.
 */
@Injectable()
export class SwitchoverService {
  private readonly logger = new Logger(SwitchoverService.name);
  private readonly past: Switchover[] = [];
  private asked: Promise<unknown> = Promise.resolve();
  private current?: { operation: Switchover; abort: AbortController; work: Promise<void> };

  constructor(
    private readonly registry: CoreRegistry,
    private readonly promoter: Promoter,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    bus.on('core.promoted', ({ epoch }) => this.overtake(epoch));
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
    if (this.current && !wish.forced) throw this.busy(this.current.operation);
    const { from, to } = choosePlan(this.registry.all(), wish);
    const { forced = false, by, reason = '' } = wish;
    return {
      id: this.random.id(10),
      kind: forced ? 'forced' : 'planned',
      ...{ from, to, by, reason },
      state: 'proving',
      askedAt: this.clock.now(),
      drainMs: wish.drainMs ?? (forced ? 0 : DRAIN_MS),
    };
  }

  /**
   * Begins it and resolves at once; `find` tells how it goes.
   *
   * @throws RdzenError as {@link plan}
   */
  async begin(wish: SwitchoverWish): Promise<Switchover> {
    const operation = this.plan(wish);
    if (operation.kind === 'forced') await this.end('overtaken', 'a forced switch took its place');
    void this.take(operation, async (signal) => {
      if (operation.kind === 'planned') await this.prove(operation, signal);
      await this.commit(operation, signal);
      await this.drain(operation, signal);
    });
    return operation;
  }

  /**
   * Makes a core active and resolves once that is committed; answers that are being written finish where they are.
   *
   * @returns undefined where the core is active already.
   * @throws RdzenError as {@link plan}
   */
  switchTo(to: number, by: string): Promise<Transition | undefined> {
    // Asked for in one breath they come one after another; while answers still drain they are refused.
    return this.inLine(async () => {
      if (this.registry.get(to).role === 'active') return undefined;
      return this.switchNow({ to, by });
    });
  }

  /**
   * The same, to the best core that is ready.
   *
   * @throws RdzenError NO_STAND_IN, OPERATION_RUNNING
   */
  switchAway(by: string, drainMs?: number): Promise<Transition> {
    return this.inLine(() => this.switchNow({ by, drainMs }));
  }

  /** @throws RdzenError OPERATION_NOT_FOUND */
  find(id: string): Switchover {
    const found = [this.running, ...this.past].find((each) => each?.id === id);
    if (!found)
      throw new RdzenError(
        'OPERATION_NOT_FOUND',
        `There is no switchover ${id}, or it is long over. GET /api/v1/failover names the one that is going on.`,
      );
    return found;
  }

  /** Newest first. */
  list(): Switchover[] {
    return [...(this.running ? [this.running] : []), ...this.past];
  }

  /**
   * Takes it back: what was not committed is not, and what was is undone by making the core that was left active again.
   *
   * @throws RdzenError OPERATION_NOT_FOUND, OPERATION_OVER, CORE_NOT_READY
   */
  async cancel(id: string, by: string): Promise<Switchover> {
    const operation = this.find(id);
    if (isOver(operation) || operation !== this.running)
      throw new RdzenError(
        'OPERATION_OVER',
        `Switchover ${id} is over (${operation.state}), so it cannot be taken back. Switch again instead.`,
      );
    const left = this.registry.get(operation.from);
    if (operation.state === 'draining') {
      if (left.state !== 'ready')
        throw new RdzenError(
          'CORE_NOT_READY',
          `Core ${left.id} is ${left.state} (${left.reason}), so the switch to core ${operation.to} cannot be taken back.`,
        );
      await this.end('cancelled', `taken back by ${by}`);
      await this.promoter.inTurn(() =>
        this.promoter.move(left.id, { cause: 'taken back', evidence: `switchover ${id}`, by }),
      );
    } else await this.end('cancelled', `taken back by ${by} before anything was changed`);
    return operation;
  }

  /** What is going on is left as it is. */
  async stop(): Promise<void> {
    await this.end('failed', 'the process was told to stop');
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const result = this.asked.then(() => this.promoter.idle).then(work);
    this.asked = result.catch(() => undefined);
    return result;
  }

  private async switchNow(wish: SwitchoverWish): Promise<Transition> {
    const left = this.registry.active;
    const operation = this.plan(wish);
    let work: Promise<void> = Promise.resolve();
    const made = await new Promise<Transition>((resolve, reject) => {
      work = this.take(operation, async (signal) => {
        const committed = this.commit(operation, signal);
        committed.then(resolve, reject);
        await committed;
        await this.drain(operation, signal);
      });
    });
    if (left.inFlight === 0) await work;
    return made;
  }

  private take(operation: Switchover, steps: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    const entry = { operation, abort, work: Promise.resolve() };
    this.current = entry;
    entry.work = this.registry.holds
      .set(CLUSTER, 'switching', {
        by: operation.by,
        reason: `core ${operation.from} -> core ${operation.to}`,
      })
      .then(() => steps(abort.signal))
      .then(() => this.close(operation, 'done', 'every answer begun before it was finished'))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        this.close(operation, 'failed', error instanceof Error ? error.message : String(error));
      });
    return entry.work;
  }

  private async prove(operation: Switchover, signal: AbortSignal): Promise<void> {
    const target = this.registry.get(operation.to);
    const since = this.clock.monotonic();
    if (since - (target.provenAt ?? -Infinity) <= FRESH_PROOF_MS) return;
    this.bus.emit('core.proof-wanted', { coreId: target.id });
    while ((target.provenAt ?? -Infinity) < since) {
      if (target.state === 'down' || this.clock.monotonic() - since > PROOF_WITHIN_MS)
        throw new Error(`core ${target.id} was asked to generate and did not (${target.reason})`);
      await this.clock.sleep(LOOK_MS, signal);
    }
  }

  private async commit(operation: Switchover, signal: AbortSignal): Promise<Transition> {
    const transition = await this.promoter.inTurn(() => {
      signal.throwIfAborted();
      const { from, to, kind, by, reason } = operation;
      const target = this.registry.get(to);
      if (this.registry.active.id !== from)
        throw new RdzenError('CORE_NOT_ACTIVE', `Core ${from} is no longer the active one.`);
      if (kind === 'planned' && target.state !== 'ready')
        throw new RdzenError('CORE_NOT_READY', `Core ${to} is ${target.state} now (${target.reason}).`);
      operation.state = 'draining';
      operation.drainUntil = this.clock.now() + operation.drainMs;
      operation.epoch = this.registry.epoch + 1;
      const cause = reason || (kind === 'forced' ? 'forced' : 'asked for');
      return this.promoter.move(to, { cause, evidence: target.reason, by });
    });
    return transition;
  }

  private async drain(operation: Switchover, signal: AbortSignal): Promise<void> {
    const left = this.registry.get(operation.from);
    const until = this.clock.monotonic() + operation.drainMs;
    while (left.inFlight > 0 && this.clock.monotonic() < until) await this.clock.sleep(LOOK_MS, signal);
    if (left.inFlight === 0) return;
    const reason = `core ${left.id} was left, and its time to finish is over`;
    this.bus.emit('core.evicted', { coreId: left.id, reason });
  }

  /** A switch that is not its own, while it is going on: what it was meant for is void. */
  private overtake(epoch: number): void {
    const { operation } = this.current ?? {};
    if (operation && operation.epoch !== epoch) void this.end('overtaken', `epoch ${epoch} came in between`);
  }

  private async end(state: SwitchoverState, outcome: string): Promise<void> {
    const { current } = this;
    if (!current) return;
    current.abort.abort(new Error(outcome));
    this.close(current.operation, state, outcome);
    await current.work;
  }

  private close(operation: Switchover, state: SwitchoverState, outcome: string): void {
    if (this.current?.operation !== operation) return;
    this.current = undefined;
    Object.assign(operation, { state, outcome, endedAt: this.clock.now() });
    this.past.unshift(operation);
    this.past.splice(REMEMBERED);
    void this.registry.holds.lift(CLUSTER, 'switching', operation.by, outcome);
    this.logger.log(
      `Switchover ${operation.id}, core ${operation.from} -> core ${operation.to}: ${state} (${outcome})`,
    );
  }

  private busy({ from, to, drainUntil }: Switchover): RdzenError {
    const seconds = Math.max(1, Math.ceil(((drainUntil ?? this.clock.now()) - this.clock.now()) / 1000));
    return new RdzenError(
      'OPERATION_RUNNING',
      `A switchover from core ${from} to core ${to} is going on, for ${seconds} s more at most. Wait for it, or take it back.`,
    );
  }
}
