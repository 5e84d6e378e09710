import { Injectable } from '@nestjs/common';
import type { Language } from '../../config/settings';
import { type Queries, Store } from '../../storage/store';
import type { ComponentLock } from './component-lock';
import type { LifeState } from './component-states';
import type { InstalledComponent } from './installed-component';

/** Where somebody asked for it, and hears how it goes. */
export interface AskedIn {
  roomId: string;
  threadId?: string;
  language: Language;
}

/** One change, for the history. */
export interface ComponentChange {
  name: string;
  from: LifeState;
  to: LifeState;
  lockId: string;
  version: string;
  reason: string;
  /** `chat:<user id>`, `api:<key id>` or `rdzen`. */
  by: string;
  /** What they went by then, where that is known. */
  byName?: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Calls under one lock since it became a canary. */
export interface CallCount {
  calls: number;
  failures: number;
}

type Written = Omit<InstalledComponent, 'lock' | 'next'> & {
  lockId: string;
  next?: Omit<NonNullable<InstalledComponent['next']>, 'lock'> & { lockId: string };
};

/** What is installed, under which locks, and how it came to that; kept over restarts. */
@Injectable()
export class ComponentJournal {
  constructor(private readonly store: Store) {}

  async all(): Promise<InstalledComponent[]> {
    const rows = await this.store.all<{ record: string }>('SELECT record FROM components ORDER BY name');
    return Promise.all(rows.map(({ record }) => this.whole(JSON.parse(record) as Written)));
  }

  async lock(id: string): Promise<ComponentLock | undefined> {
    const row = await this.store.get<{ lock: string }>('SELECT lock FROM component_locks WHERE id = ?', id);
    return row && (JSON.parse(row.lock) as ComponentLock);
  }

  /** Of all locks there ever were, each once: `name@sha256:...`. */
  async images(): Promise<string[]> {
    const rows = await this.store.all<{ image: string }>(
      "SELECT DISTINCT json_extract(lock, '$.image') AS image FROM component_locks ORDER BY image",
    );
    return rows.map(({ image }) => image);
  }

  /** The component, its locks and the change are one: none is there without the others. */
  async write(component: InstalledComponent, change: ComponentChange, tx: Queries): Promise<void> {
    const { lock, next, ...rest } = component;
    for (const one of next ? [lock, next.lock] : [lock])
      await tx.run(
        `INSERT INTO component_locks (id, component, lock) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET lock = excluded.lock`,
        ...[one.id, one.component, JSON.stringify(one)],
      );
    const { lock: nextLock, ...nextRest } = next ?? {};
    const record = {
      ...rest,
      lockId: lock.id,
      ...(nextLock ? { next: { ...nextRest, lockId: nextLock.id } } : {}),
    };
    await tx.run(
      'INSERT INTO components (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record',
      ...[component.name, JSON.stringify(record)],
    );
    const { name, from, to, lockId, version, reason, by, byName, at } = change;
    await tx.run(
      `INSERT INTO component_history (name, from_state, to_state, lock_id, version, reason, by_whom, by_name, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[name, from, to, lockId, version, reason, by, byName ?? null, at],
    );
  }

  /** Newest first. */
  async history(name: string, limit: number): Promise<ComponentChange[]> {
    const rows = await this.store.all<Omit<ComponentChange, 'byName'> & { byName: string | null }>(
      `SELECT name, from_state AS "from", to_state AS "to", lock_id AS lockId, version, reason, by_whom AS by,
              by_name AS byName, at
       FROM component_history WHERE name = ? ORDER BY id DESC LIMIT ?`,
      ...[name, limit],
    );
    return rows.map(({ byName, ...row }) => (byName === null ? row : { ...row, byName }));
  }

  /** Where it is to be told how this lock fares. */
  async setAskedIn(lockId: string, asked: AskedIn, tx: Queries): Promise<void> {
    const { roomId, threadId, language } = asked;
    await tx.run(
      'INSERT INTO component_asked_in (lock_id, room_id, thread_id, language) VALUES (?, ?, ?, ?)',
      ...[lockId, roomId, threadId ?? null, language],
    );
  }

  async askedIn(lockId: string): Promise<AskedIn | undefined> {
    const row = await this.store.get<{ room_id: string; thread_id: string | null; language: Language }>(
      'SELECT room_id, thread_id, language FROM component_asked_in WHERE lock_id = ?',
      lockId,
    );
    if (!row) return undefined;
    const { room_id, thread_id, language } = row;
    return { roomId: room_id, language, ...(thread_id === null ? {} : { threadId: thread_id }) };
  }

  async count(lockId: string, failed: boolean): Promise<void> {
    await this.store.run(
      `INSERT INTO component_calls (lock_id, calls, failures) VALUES (?, 1, ?)
       ON CONFLICT (lock_id) DO UPDATE SET calls = calls + 1, failures = failures + excluded.failures`,
      ...[lockId, failed ? 1 : 0],
    );
  }

  async counted(lockId: string): Promise<CallCount> {
    const row = await this.store.get<CallCount>(
      'SELECT calls, failures FROM component_calls WHERE lock_id = ?',
      lockId,
    );
    return row ?? { calls: 0, failures: 0 };
  }

  private async whole({ lockId, next, ...rest }: Written): Promise<InstalledComponent> {
    const lock = await this.need(lockId);
    if (!next) return { ...rest, lock };
    const { lockId: nextId, ...nextRest } = next;
    return { ...rest, lock, next: { ...nextRest, lock: await this.need(nextId) } };
  }

  private async need(id: string): Promise<ComponentLock> {
    const lock = await this.lock(id);
    if (!lock) throw new Error(`The lock ${id} of a component is missing in the database`);
    return lock;
  }
}
