import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Store } from '../storage/store';
import './core-registry.events';
import { CoreRegistry } from './core-registry';
import { transitionBetween } from './core-states';
import type { Transition } from './core.types';
import { CLUSTER } from './holds';
import { toTransition, type SwitchRow } from './transition-row';

const AGAIN_MS = 5_000;
/** The engine tells of a death a moment after the connections to the core broke, and after the switch that led to. */
const DEATH_TOLD_WITHIN_MS = 5_000;
/** More than this is not kept waiting for a disk that takes nothing. */
const MOST_WAITING = 1_000;
const KEPT_MS = 90 * 24 * 3_600_000;
/** Rows that say what is so from then on, until the next one: what the cluster can do, and whether a core is slow. */
const IS_COURSE = `(core = 0 AND to_state IN ('NORMAL', 'SINGLE', 'BLACKOUT', 'OFF')
  OR to_state = '+degraded' OR from_state = '-degraded')`;

/** What happened to a core, or (core 0) to the cluster: a change of state, or a condition set (`+draining`) or lifted (`-draining`). */
export interface CoreHistoryRow {
  at: number;
  core: number;
  epoch: number;
  from: string;
  to: string;
  cause: string;
  evidence: string;
  /** Longest wait of a question over it, ms. */
  waitedMs?: number;
}

/** A row that says what is so from then on; of core 0: what the cluster could do. */
export type CourseRow = Pick<CoreHistoryRow, 'at' | 'core' | 'from' | 'to'>;

/**
 * The history of switches and of states. Switches are written in their own transaction; what else happens is written
 * behind, one row after another, and kept in memory while the disk refuses.
 */
@Injectable()
export class CoreHistory {
  private readonly logger = new Logger(CoreHistory.name);
  private readonly waiting: CoreHistoryRow[] = [];
  private writing?: Promise<void>;
  private readonly ending = new AbortController();
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly store: Store,
    private readonly registry: CoreRegistry,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  start(): void {
    const row = (core: number, at: number, rest: Omit<CoreHistoryRow, 'core' | 'at' | 'epoch'>): void =>
      this.note({ core, at, epoch: this.registry.epoch, ...rest });
    this.unsubscribe.push(
      this.bus.on('core.state-changed', ({ core, from, to, reason, at }) =>
        row(core.id, at, {
          from,
          to,
          cause: transitionBetween(from, to)?.on ?? 'no rule foresees it',
          evidence: reason,
        }),
      ),
      this.bus.on('core.waited-for', ({ coreId, epoch, waitedMs }) =>
        this.recordWait(coreId, epoch, waitedMs).catch((error: unknown) =>
          this.logger.warn(`The wait was not recorded: ${String(error)}`),
        ),
      ),
      this.bus.on('core.evidence-reported', ({ coreId, kind, detail }) =>
        kind === 'died'
          ? this.recordDeath(coreId, detail).catch((error: unknown) =>
              this.logger.warn(`The death was not recorded: ${String(error)}`),
            )
          : undefined,
      ),
      this.bus.on('hold.set', ({ subject, hold }) =>
        row(subject, hold.since, { from: '', to: `+${hold.kind}`, cause: hold.by, evidence: hold.reason }),
      ),
      this.bus.on('hold.lifted', ({ subject, hold, by, reason, at }) =>
        row(subject, at, { from: `-${hold.kind}`, to: '', cause: by, evidence: reason }),
      ),
    );
  }

  /** Something about the cluster as a whole. */
  noteCluster(from: string, to: string, cause: string, evidence: string): void {
    this.note({ core: CLUSTER, at: this.clock.now(), epoch: this.registry.epoch, from, to, cause, evidence });
  }

  /** What is known by then is on disk when it resolves, if the disk takes it. */
  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end();
    this.ending.abort(new Error('stopping'));
    await this.writing;
  }

  /** Newest first. `since`: epoch ms. */
  async switches(limit = 50, since = 0): Promise<Transition[]> {
    const rows = await this.store.all<SwitchRow>(
      'SELECT * FROM transitions WHERE at >= ? ORDER BY epoch DESC LIMIT ?',
      since,
      limit,
    );
    return rows.map(toTransition);
  }

  /** Newest first; of one core, or of all. */
  async states(limit = 50, since = 0, core?: number): Promise<CoreHistoryRow[]> {
    const rows = await this.store.all<StateRow>(
      `SELECT * FROM core_history WHERE at >= ? AND (? IS NULL OR core = ?) ORDER BY id DESC LIMIT ?`,
      ...[since, core ?? null, core ?? null, limit],
    );
    return rows.map(
      ({ from_state: from, to_state: to, waited_ms, at, core: id, epoch, cause, evidence }) => ({
        ...{ at, core: id, epoch, from, to, cause, evidence },
        ...(waited_ms === null ? {} : { waitedMs: waited_ms }),
      }),
    );
  }

  /** Oldest first, beginning with the last row of each core (0: the cluster) before `since`, epoch ms. */
  async course(since: number): Promise<CourseRow[]> {
    return this.store.all<CourseRow>(
      `SELECT at, core, from_state AS "from", to_state AS "to" FROM core_history
       WHERE ${IS_COURSE} AND at >= ?
          OR id IN (SELECT MAX(id) FROM core_history WHERE ${IS_COURSE} AND at < ? GROUP BY core)
       ORDER BY id`,
      since,
      since,
    );
  }

  /** Longest waits of questions over a core, left or not, since then; ms. */
  async waits(since: number): Promise<number[]> {
    const rows = await this.store.all<{ ms: number }>(
      'SELECT waited_ms AS ms FROM core_history WHERE waited_ms IS NOT NULL AND at >= ?',
      since,
    );
    return rows.map(({ ms }) => ms);
  }

  /** Epoch ms of the first thing that is known; undefined where nothing is. */
  async firstKnownAt(): Promise<number | undefined> {
    const row = await this.store.get<{ at: number | null }>(
      'SELECT MIN(at) AS at FROM (SELECT MIN(at) AS at FROM core_history UNION ALL SELECT MIN(at) FROM transitions)',
    );
    return row?.at ?? undefined;
  }

  /**
   * Notes how long a question stood still because its core, `left`, broke during `epoch`: with the switch that left it
   * after that, if there was one, and with the core's own change for the worse. The longest wait counts.
   */
  async recordWait(left: number, epoch: number, waitedMs: number): Promise<void> {
    const ms = Math.round(waitedMs);
    await this.writing;
    await this.store.run(
      `UPDATE transitions SET waited_ms = MAX(COALESCE(waited_ms, 0), ?)
       WHERE epoch = (SELECT MIN(epoch) FROM transitions WHERE from_core = ? AND epoch > ?)`,
      ...[ms, left, epoch],
    );
    await this.store.run(
      `UPDATE core_history SET waited_ms = MAX(COALESCE(waited_ms, 0), ?)
       WHERE id = (SELECT MAX(id) FROM core_history WHERE core = ? AND epoch >= ? AND to_state IN ('suspect', 'down'))`,
      ...[ms, left, epoch],
    );
  }

  /** The switch that just left the core was for its death, whatever was seen of it first. */
  private async recordDeath(left: number, detail: string): Promise<void> {
    await this.store.run(
      `UPDATE transitions SET evidence = evidence || '; ' || ?
       WHERE epoch = (SELECT MAX(epoch) FROM transitions) AND from_core = ? AND by = 'automatic' AND at >= ?
         AND instr(evidence, ?) = 0`,
      ...[detail, left, this.clock.now() - DEATH_TOLD_WITHIN_MS, detail],
    );
  }

  /** Forgets what is older than 90 days, but for what has been so ever since. */
  async prune(): Promise<void> {
    await this.store.run(
      `DELETE FROM core_history WHERE at < ?
         AND id NOT IN (SELECT MAX(id) FROM core_history WHERE ${IS_COURSE} GROUP BY core)`,
      this.clock.now() - KEPT_MS,
    );
  }

  private note(row: CoreHistoryRow): void {
    this.waiting.push(row);
    if (this.waiting.length > MOST_WAITING) this.waiting.shift();
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  private async write(): Promise<void> {
    for (let row = this.waiting[0]; row; row = this.waiting[0]) {
      try {
        const { at, core, epoch, from, to, cause, evidence } = row;
        await this.store.run(
          'INSERT INTO core_history (at, core, epoch, from_state, to_state, cause, evidence) VALUES (?, ?, ?, ?, ?, ?, ?)',
          ...[at, core, epoch, from, to, cause, evidence.slice(0, 500)],
        );
        const place = this.waiting.indexOf(row);
        if (place >= 0) this.waiting.splice(place, 1);
      } catch (error) {
        if (this.ending.signal.aborted) return;
        this.logger.warn(`The history of the cores was not written, and is tried again: ${String(error)}`);
        await this.clock.sleep(AGAIN_MS, this.ending.signal).catch(() => undefined);
      }
    }
  }
}

interface StateRow {
  at: number;
  core: number;
  epoch: number;
  from_state: string;
  to_state: string;
  cause: string;
  evidence: string;
  waited_ms: number | null;
}
