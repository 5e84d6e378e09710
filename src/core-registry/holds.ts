import type { EventBus } from '../events/event-bus';
import type { Clock } from '../shared/clock';
import type { Queries, Store } from '../storage/store';
import './core-registry.events';
import { CONDITION_RULES } from './core-states';
import type { ClusterCondition, CoreCondition, Hold } from './core.types';

export type Condition = CoreCondition | ClusterCondition;

/** The cluster as a whole, where a hold names a core otherwise. */
export const CLUSTER = 0;

/** Kept on disk, so that a restart neither forgets what an administrator wants nor what a core has done. */
const KEPT_FOR_CLUSTER: ReadonlySet<Condition> = new Set(['paused', 'pinned']);

/** Cores that an administrator stopped; asked for before anything is started. */
export async function stoppedCores(store: Queries): Promise<ReadonlySet<number>> {
  const rows = await store.all<{ subject: number }>("SELECT subject FROM holds WHERE kind = 'stopped'");
  return new Set(rows.map(({ subject }) => subject));
}

interface Entry {
  hold: Hold<Condition>;
  /** Monotonic ms; the wall clock may be set meanwhile. */
  endsAt: number;
}

/** Who is held in what condition: each core, and the cluster. Those with an end are lifted by {@link expire}. */
export class Holds {
  private readonly entries = new Map<number, Map<Condition, Entry>>();
  private readonly views = new Map<number, Map<Condition, Hold<Condition>>>();
  /** Lifted, and still on a disk that was full: a restart would hold them again. */
  private readonly unerased = new Map<string, readonly [number, Condition]>();

  constructor(
    private readonly store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Reads what was kept. What would have ended meanwhile is forgotten. */
  async open(): Promise<void> {
    const rows = await this.store.all<{
      subject: number;
      kind: Condition;
      since: number;
      until: number | null;
      by: string;
      reason: string;
    }>('SELECT * FROM holds');
    const now = this.clock.now();
    for (const { subject, kind, since, until, by, reason } of rows) {
      // A clock that was put back must not make it longer than it was meant to be.
      const leftMs = until === null ? Infinity : Math.min(until - now, until - since);
      if (leftMs <= 0) await this.erase(subject, kind);
      else this.enter(subject, { kind, since, until: until ?? undefined, by, reason }, leftMs);
    }
  }

  /** A live view of what a core (or {@link CLUSTER}) is held in. */
  of(subject: number): ReadonlyMap<Condition, Hold<Condition>> {
    let view = this.views.get(subject);
    if (!view) this.views.set(subject, (view = new Map<Condition, Hold<Condition>>()));
    return view;
  }

  has(subject: number, kind: Condition): boolean {
    return this.of(subject).has(kind);
  }

  /** On disk when it resolves, where it is of the kept kind; in force at once. A hold of the same kind is replaced. */
  async set(
    subject: number,
    kind: Condition,
    { by, reason, forMs }: { by: string; reason: string; forMs?: number },
  ): Promise<Hold<Condition>> {
    const since = this.clock.now();
    const hold = { kind, since, until: forMs === undefined ? undefined : since + forMs, by, reason };
    this.enter(subject, hold, forMs ?? Infinity);
    this.bus.emit('hold.set', { subject, hold });
    this.unerased.delete(keyOf(subject, kind));
    if (isKept(subject, kind))
      await this.store.run(
        'INSERT OR REPLACE INTO holds (subject, kind, since, until, by, reason) VALUES (?, ?, ?, ?, ?, ?)',
        ...[subject, kind, since, hold.until ?? null, by, reason],
      );
    return hold;
  }

  /** @returns false where it was not held so. */
  async lift(subject: number, kind: Condition, by: string, reason: string): Promise<boolean> {
    if (!this.release(subject, kind, by, reason)) return false;
    if (isKept(subject, kind)) await this.erase(subject, kind);
    return true;
  }

  /** Lifts what has come to its end, and erases what could not be erased before. */
  async expire(): Promise<void> {
    const now = this.clock.monotonic();
    for (const [subject, kinds] of this.entries)
      for (const [kind, { endsAt }] of [...kinds])
        if (endsAt <= now) this.release(subject, kind, 'automatic', 'its time is over');
    for (const [subject, kind] of [...this.unerased.values()]) await this.erase(subject, kind);
  }

  private release(subject: number, kind: Condition, by: string, reason: string): boolean {
    const entry = this.entries.get(subject)?.get(kind);
    if (!entry) return false;
    this.entries.get(subject)?.delete(kind);
    this.views.get(subject)?.delete(kind);
    if (isKept(subject, kind)) this.unerased.set(keyOf(subject, kind), [subject, kind]);
    this.bus.emit('hold.lifted', { subject, hold: entry.hold, by, reason, at: this.clock.now() });
    return true;
  }

  private enter(subject: number, hold: Hold<Condition>, leftMs: number): void {
    const kinds = this.entries.get(subject) ?? new Map<Condition, Entry>();
    this.entries.set(subject, kinds);
    kinds.set(hold.kind, { hold, endsAt: this.clock.monotonic() + leftMs });
    (this.of(subject) as Map<Condition, Hold<Condition>>).set(hold.kind, hold);
  }

  private async erase(subject: number, kind: Condition): Promise<void> {
    await this.store.run('DELETE FROM holds WHERE subject = ? AND kind = ?', subject, kind);
    this.unerased.delete(keyOf(subject, kind));
  }
}

const keyOf = (subject: number, kind: Condition): string => `${subject} ${kind}`;

function isKept(subject: number, kind: Condition): boolean {
  return subject === CLUSTER ? KEPT_FOR_CLUSTER.has(kind) : CONDITION_RULES[kind as CoreCondition].kept;
}
