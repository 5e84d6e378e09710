import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { Store, type Transaction } from '../storage/store';
import './core-registry.events';
import { CorePreparation } from './core-preparation';
import type { Core, CoreDefinition, CoreSpeed, CoreState, Evidence, Transition } from './core.types';
import { LivePace } from './live-pace';
import { rankCandidates } from './rank-candidates';

const FAILURE_WINDOW_MS = 30 * 60_000;

type Details = Partial<
  Pick<Core, 'kind' | 'pid' | 'version' | 'warning' | 'continues' | 'cold' | 'lastCheck' | 'exited'>
>;

/**
 * Which cores exist, what state they are in, which one is active, and the epoch: the number that grows by one with
 * every promotion and is on disk before it counts. State and live evidence are kept in memory only, since a restart
 * has to find them out again anyway.
 */
@Injectable()
export class CoreRegistry {
  /** What the embedded cores wait for, told by whoever fetches it. */
  readonly preparation = new CorePreparation();
  private readonly cores = new Map<number, Core>();
  private readonly paces = new Map<number, LivePace>();
  private currentEpoch = 0;
  private activeId = 0;

  constructor(
    private readonly store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

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
    for (const definition of definitions) {
      this.cores.set(definition.id, {
        ...definition,
        role: definition.id === this.activeId ? 'active' : 'standby',
        state: 'unknown',
        reason: 'not probed yet',
        since: this.clock.now(),
        inFlight: 0,
        failures: [],
        speed: {},
      });
    }
  }

  get epoch(): number {
    return this.currentEpoch;
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

  /** The core to send work to now, or undefined in a blackout. The active one unless it is unfit. */
  pick(avoid: ReadonlySet<number> = new Set()): Core | undefined {
    return rankCandidates(this.all(), avoid)[0];
  }

  setState(id: number, state: CoreState, reason: string): void {
    const core = this.get(id);
    const from = core.state;
    core.reason = reason;
    if (from === state) return;
    core.state = state;
    core.since = this.clock.now();
    if (state === 'ready') core.wasReady = true;
    if (state === 'down') core.failures = [...this.recentFailures(core), core.since];
    this.bus.emit('core.state-changed', { core, from, to: state, reason, at: core.since });
  }

  update(id: number, details: Details): void {
    const core = this.get(id);
    const changed = (Object.keys(details) as (keyof Details)[]).some(
      (key) => key !== 'lastCheck' && core[key] !== details[key],
    );
    Object.assign(core, details);
    if (changed) this.bus.emit('core.updated', { core });
  }

  learn(id: number, speed: CoreSpeed): void {
    const { speed: known } = this.get(id);
    for (const key of Object.keys(speed) as (keyof CoreSpeed)[]) {
      const value = speed[key];
      if (value === undefined || !Number.isFinite(value) || value < 0) continue;
      const before = known[key];
      known[key] = before === undefined ? value : before * 0.7 + value * 0.3;
    }
  }

  /** Records what was seen; the health monitor hears of it and judges. */
  report(evidence: Omit<Evidence, 'at'>): void {
    this.bus.emit('core.evidence-reported', { ...evidence, at: this.clock.now() });
  }

  /** A token, or any other byte of a real answer, came from the core. */
  alive(id: number): void {
    const core = this.get(id);
    core.lastTokenAt = this.clock.monotonic();
    const pace = this.paces.get(id) ?? new LivePace();
    this.paces.set(id, pace);
    pace.token(core.lastTokenAt);
  }

  /** Of the answer being written, else as learnt from earlier ones; undefined until there was one. */
  tokensPerSecond({ id, speed }: Core): number | undefined {
    return this.paces.get(id)?.at(this.clock.monotonic()) ?? speed.tokensPerSecond;
  }

  occupy(id: number): () => void {
    const core = this.get(id);
    core.inFlight++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      core.inFlight--;
      this.bus.emit('core.updated', { core });
    };
  }

  /**
   * Makes `to` the active core: one local transaction, epoch + 1; no call to any core or engine. `alongside` writes
   * what must stand or fall with it (the notices). Emits `core.promoted` after the commit.
   */
  async promote(
    to: number,
    why: { cause: string; evidence: string; by: string },
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
      const { epoch, from, at, cause, evidence, by } = transition;
      const moved = await tx.run(
        'UPDATE cluster SET epoch = ?, active = ? WHERE id = 1 AND epoch = ?',
        epoch,
        to,
        epoch - 1,
      );
      if (moved !== 1) throw new Error(`Epoch ${epoch} was taken by somebody else`);
      await tx.run(
        'INSERT INTO transitions (epoch, from_core, to_core, at, cause, evidence, by) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[epoch, from, to, at, cause, evidence, by],
      );
      await alongside(tx, transition);
    });
    this.currentEpoch = transition.epoch;
    this.activeId = to;
    for (const core of this.cores.values()) core.role = core.id === to ? 'active' : 'standby';
    this.bus.emit('core.promoted', transition);
    return transition;
  }

  /**
   * Notes how long a question stood still because its core, `left`, broke during `epoch`: with the switch that left it
   * after that, if there was one. The longest wait of a switch counts.
   */
  async recordWait(left: number, epoch: number, waitedMs: number): Promise<void> {
    await this.store.run(
      `UPDATE transitions SET waited_ms = MAX(COALESCE(waited_ms, 0), ?)
       WHERE epoch = (SELECT MIN(epoch) FROM transitions WHERE from_core = ? AND epoch > ?)`,
      Math.round(waitedMs),
      left,
      epoch,
    );
  }

  /** Newest first. */
  async history(limit = 50): Promise<Transition[]> {
    const rows = await this.store.all<{
      epoch: number;
      from_core: number;
      to_core: number;
      at: number;
      cause: string;
      evidence: string;
      by: string;
      waited_ms: number | null;
    }>('SELECT * FROM transitions ORDER BY epoch DESC LIMIT ?', limit);
    return rows.map(({ epoch, from_core, to_core, at, cause, evidence, by, waited_ms }) => ({
      epoch,
      from: from_core,
      to: to_core,
      at,
      cause,
      evidence,
      by,
      ...(waited_ms === null ? {} : { waitedMs: waited_ms }),
    }));
  }

  /** The core that was active is configured no longer: also a switch, and in the history like any other. */
  private async leaveVanished(from: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run('UPDATE cluster SET epoch = ?, active = ? WHERE id = 1', this.currentEpoch, this.activeId);
      await tx.run(
        'INSERT INTO transitions (epoch, from_core, to_core, at, cause, evidence, by) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[this.currentEpoch, from, this.activeId, this.clock.now()],
        ...[`core ${from} is gone`, 'it is no longer configured', 'automatic'],
      );
    });
  }

  private recentFailures(core: Core): number[] {
    return core.failures.filter((at) => at > this.clock.now() - FAILURE_WINDOW_MS);
  }
}
