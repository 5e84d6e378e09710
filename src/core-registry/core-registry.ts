import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { Store, type Transaction } from '../storage/store';
import './core-registry.events';
import { CorePaces } from './core-paces';
import { CorePreparation } from './core-preparation';
import { transitionBetween } from './core-states';
import type {
  ClusterCondition,
  Core,
  CoreCondition,
  CoreDefinition,
  CoreSpeed,
  CoreState,
  Evidence,
  Hold,
  Transition,
} from './core.types';
import { CLUSTER, Holds } from './holds';
import { learnSpeed } from './learn-speed';
import { rankCandidates } from './rank-candidates';
import { writeSwitch } from './transition-row';

const FAILURE_WINDOW_MS = 30 * 60_000;

type Details = Partial<
  Pick<
    Core,
    | 'kind'
    | 'pid'
    | 'version'
    | 'warning'
    | 'served'
    | 'pace'
    | 'continues'
    | 'callsTools'
    | 'cold'
    | 'lastCheck'
    | 'exited'
    | 'death'
    | 'provenAt'
    | 'gentleUntil'
    | 'ailment'
    | 'turnedAway'
  >
>;

/** Details that people do not look at; a change of them is no news. */
const UNSEEN: ReadonlySet<string> = new Set(['lastCheck', 'provenAt', 'ailment', 'served', 'pace']);

/**
 * Which cores exist, what state they are in, which one is active, and the epoch: the number that grows by one with
 * every promotion and is on disk before it counts. State and live evidence are kept in memory only, since a restart
 * has to find them out again anyway.
 */
@Injectable()
export class CoreRegistry {
  /** What the embedded cores wait for, told by whoever fetches it. */
  readonly preparation = new CorePreparation();
  /** Conditions of the cores and of the cluster. */
  readonly holds: Holds;
  readonly paces: CorePaces;
  private readonly logger = new Logger(CoreRegistry.name);
  private readonly cores = new Map<number, Core>();
  /** Cores that left, for probes and answers that are still on their way. */
  private readonly left = new Map<number, Core>();
  private currentEpoch = 0;
  private activeId = 0;

  constructor(
    private readonly store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {
    this.holds = new Holds(store, bus, clock);
    this.paces = new CorePaces(bus, clock);
  }

  /**
   * Registers the cores and reads which one was active. `preferred` decides only where nothing is stored yet or the
   * stored core no longer exists.
   */
  async open(definitions: readonly CoreDefinition[], preferred: number): Promise<void> {
    const row = await this.store.get<{ epoch: number; active: number }>(
      'SELECT epoch, active FROM cluster WHERE id = 1',
    );
    const known = new Set(definitions.map(({ id }) => id));
    const fallback = known.has(preferred) ? preferred : definitions[0]?.id;
    if (fallback === undefined)
      throw new RdzenError(
        'SETTING_INVALID',
        'Settings: no core is configured. Set RDZEN_CORES or OLLAMA_URL_CORE1.',
      );
    this.activeId = row && known.has(row.active) ? row.active : fallback;
    this.currentEpoch = row?.epoch ?? 1;
    if (!row)
      await this.store.run(
        'INSERT INTO cluster (id, epoch, active) VALUES (1, ?, ?)',
        this.currentEpoch,
        this.activeId,
      );
    else if (row.active !== this.activeId) {
      this.currentEpoch++;
      await this.leaveVanished(row.active);
    }
    await this.holds.open();
    for (const definition of definitions) this.cores.set(definition.id, this.unprobed(definition));
  }

  /** A further core, while everything runs: a standby that is not probed yet. The health monitor takes it up. */
  join(definition: CoreDefinition): Core {
    if (this.cores.has(definition.id)) throw new Error(`There is a core ${definition.id} already`);
    const core = this.unprobed(definition);
    this.cores.set(core.id, core);
    this.bus.emit('core.joined', { core });
    return core;
  }

  /** Out of the set for good. What is still said about it counts no more. The active core does not go. */
  leave(id: number): void {
    const core = this.get(id);
    if (core.role === 'active') throw new Error(`Core ${id} is active and cannot leave`);
    this.cores.delete(id);
    this.left.set(id, core);
    this.bus.emit('core.left', { core });
  }

  private unprobed(definition: CoreDefinition): Core {
    return {
      ...definition,
      role: definition.id === this.activeId ? 'active' : 'standby',
      state: 'unknown',
      reason: 'not probed yet',
      since: this.clock.now(),
      changedAt: this.clock.monotonic(),
      wasReadyMs: 0,
      inFlight: 0,
      failures: [],
      conditions: this.holds.of(definition.id) as ReadonlyMap<CoreCondition, Hold<CoreCondition>>,
      speed: {},
    };
  }

  get epoch(): number {
    return this.currentEpoch;
  }

  /** What the cluster as a whole is held in. */
  get cluster(): ReadonlyMap<ClusterCondition, Hold<ClusterCondition>> {
    return this.holds.of(CLUSTER) as ReadonlyMap<ClusterCondition, Hold<ClusterCondition>>;
  }

  get active(): Core {
    return this.get(this.activeId);
  }

  all(): Core[] {
    for (const core of this.cores.values()) core.failures = this.recentFailures(core);
    return [...this.cores.values()];
  }

  has(id: number): boolean {
    return this.cores.has(id);
  }

  /** @throws RdzenError CORE_NOT_FOUND */
  get(id: number): Core {
    const core = this.cores.get(id);
    if (!core) {
      throw new RdzenError(
        'CORE_NOT_FOUND',
        `There is no core ${id}. The cores are ${[...this.cores.keys()].join(', ')}.`,
      );
    }
    return core;
  }

  /** Also one that has left, for what was begun there. @throws RdzenError CORE_NOT_FOUND */
  known(id: number): Core {
    return this.left.get(id) ?? this.get(id);
  }

  /** The core to send work to now, or undefined in a blackout. The active one unless it is unfit. */
  pick(avoid: ReadonlySet<number> = new Set()): Core | undefined {
    return rankCandidates(this.all(), avoid)[0];
  }

  setState(id: number, state: CoreState, reason: string): void {
    if (this.left.has(id)) return;
    const core = this.get(id);
    const from = core.state;
    core.reason = reason;
    if (from === state) return;
    if (!transitionBetween(from, state))
      this.logger.error(`Core ${id} went from ${from} to ${state} (${reason}), which no rule foresees`);
    core.state = state;
    core.since = this.clock.now();
    this.stamp(core);
    if (state === 'down') core.failures = [...this.recentFailures(core), core.since];
    this.bus.emit('core.state-changed', { core, from, to: state, reason, at: core.since });
  }

  private stamp(core: Core): void {
    const now = (core.changedAt = this.clock.monotonic());
    const { state } = core;
    if (state === 'ready') {
      core.wasReady = true;
      core.ailment = undefined;
      core.readySince ??= now;
      core.troubleSince = undefined;
      return;
    }
    if (state !== 'suspect') {
      if (core.readySince !== undefined) core.wasReadyMs = now - core.readySince;
      core.readySince = undefined;
    }
    if (state === 'suspect' || state === 'down') this.trouble(core.id);
  }

  /** Something about it is amiss, at this moment or since `monotonic`; the first sign of a trouble counts. */
  trouble(id: number, monotonic = this.clock.monotonic()): void {
    this.known(id).troubleSince ??= monotonic;
  }

  update(id: number, details: Details): void {
    const core = this.known(id);
    const changed = (Object.keys(details) as (keyof Details)[]).some(
      (key) => !UNSEEN.has(key) && core[key] !== details[key],
    );
    Object.assign(core, details);
    if (changed && !this.left.has(id)) this.bus.emit('core.updated', { core });
  }

  learn(id: number, speed: CoreSpeed): void {
    learnSpeed(this.known(id).speed, speed);
  }

  /** Records what was seen; the health monitor hears of it and judges. */
  report(evidence: Omit<Evidence, 'at'>): void {
    if (this.left.has(evidence.coreId)) return;
    this.bus.emit('core.evidence-reported', { ...evidence, at: this.clock.now() });
  }

  /** A token, or any other byte of a real answer, came from the core. */
  alive(id: number): void {
    this.known(id).lastTokenAt = this.clock.monotonic();
    this.paces.token(id);
  }

  /** Of the answer being written, else as learnt from earlier ones; undefined until there was one. */
  tokensPerSecond({ id, speed }: Core): number | undefined {
    return this.paces.now(id) ?? speed.tokensPerSecond;
  }

  /** Answers it may write at once: one while it is fresh from a repair. */
  slotsOf({ slots, gentleUntil }: Core): number {
    return gentleUntil !== undefined && this.clock.monotonic() < gentleUntil ? 1 : slots;
  }

  occupy(id: number): () => void {
    const core = this.known(id);
    core.inFlight++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      core.inFlight--;
      if (this.left.has(id)) return;
      this.bus.emit('core.updated', { core });
    };
  }

  /**
   * Makes `to` the active core: one local transaction, epoch + 1; no call to any core or engine. `alongside` writes
   * what must stand or fall with it (the notices). Emits `core.promoted` after the commit.
   */
  async promote(
    to: number,
    why: Pick<Transition, 'cause' | 'evidence' | 'by' | 'detectedMs' | 'switchedMs'>,
    alongside: (tx: Transaction, transition: Transition) => Promise<void> = () => Promise.resolve(),
  ): Promise<Transition> {
    const target = this.get(to);
    const transition: Transition = {
      ...why,
      epoch: this.currentEpoch + 1,
      from: this.activeId,
      to: target.id,
      at: this.clock.now(),
    };
    await this.store.transaction(async (tx) => {
      const { epoch } = transition;
      const moved = await tx.run(
        'UPDATE cluster SET epoch = ?, active = ? WHERE id = 1 AND epoch = ?',
        epoch,
        to,
        epoch - 1,
      );
      if (moved !== 1) throw new Error(`Epoch ${epoch} was taken by somebody else`);
      await writeSwitch(tx, transition);
      await alongside(tx, transition);
    });
    this.currentEpoch = transition.epoch;
    this.activeId = to;
    for (const core of this.cores.values()) core.role = core.id === to ? 'active' : 'standby';
    this.bus.emit('core.promoted', transition);
    return transition;
  }

  /** A question stood still for `waitedMs` because its core, `left`, broke during `epoch`. */
  waited(left: number, epoch: number, waitedMs: number): void {
    this.bus.emit('core.waited-for', { coreId: left, epoch, waitedMs });
  }

  /** The core that was active is configured no longer: also a switch, and in the history like any other. */
  private async leaveVanished(from: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run('UPDATE cluster SET epoch = ?, active = ? WHERE id = 1', this.currentEpoch, this.activeId);
      const why = { cause: `core ${from} is gone`, evidence: 'it is no longer configured', by: 'automatic' };
      const at = this.clock.now();
      await writeSwitch(tx, { ...why, epoch: this.currentEpoch, from, to: this.activeId, at });
    });
  }

  private recentFailures(core: Core): number[] {
    return core.failures.filter((at) => at > this.clock.now() - FAILURE_WINDOW_MS);
  }
}
