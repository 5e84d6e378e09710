import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock';
import { Store } from '../../storage/store';
import { BUDGET_WINDOW_MS, type RepairStep } from './repair-ladder';

const KEPT_MS = 90 * 24 * 3_600_000;
/** Less is what clocks are put right by all day long. */
const JUMP_MS = 60_000;

/** One step of the ladder that was taken. */
export interface Repair {
  core: number;
  step: RepairStep;
  /** Epoch ms. */
  at: number;
  why: string;
  finishedAt?: number;
  /** `ready`, or how it failed; undefined while it goes on, or where the process died over it. */
  outcome?: string;
}

/** Every repair: written before it is made, so that a crash or a restart gives no budget back. */
@Injectable()
export class RepairJournal {
  /**
   * By core, monotonic ms; what earlier processes made among it. A wall clock that is set, back or forward, gives no budget
   * back while the process lives.
   */
  private readonly made = new Map<number, number[]>();
  /** Wall clock less monotonic clock, when the stamps on disk were last true. */
  private offset: number;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.offset = this.offsetNow;
  }

  /**
   * To be called every second or so. Where somebody set the wall clock, the stamps that the budget counts are moved with it:
   * a restart reads them by that clock, and an hour ahead would give the whole budget back.
   */
  async followClock(): Promise<void> {
    const jumped = this.offsetNow - this.offset;
    if (Math.abs(jumped) < JUMP_MS) return;
    await this.store.run(
      'UPDATE repairs SET at = at + ?, finished_at = finished_at + ? WHERE at > ?',
      ...[jumped, jumped, this.clock.now() - jumped - BUDGET_WINDOW_MS],
    );
    this.offset += jumped;
  }

  /** Repairs of the core that its budget still counts. */
  async spent(core: number): Promise<number> {
    const since = this.clock.monotonic() - BUDGET_WINDOW_MS;
    const counted = (await this.madeBefore(core)).filter((at) => at > since);
    this.made.set(core, counted);
    return counted.length;
  }

  /** @returns the id to finish it by. */
  async begin(core: number, step: RepairStep, why: string): Promise<number> {
    this.made.set(core, [...(await this.madeBefore(core)), this.clock.monotonic()]);
    return this.store.transaction(async (tx) => {
      await tx.run(
        'INSERT INTO repairs (core, step, at, why) VALUES (?, ?, ?, ?)',
        ...[core, step, this.clock.now(), why.slice(0, 500)],
      );
      const row = await tx.get<{ id: number }>('SELECT MAX(id) AS id FROM repairs');
      return row?.id ?? 0;
    });
  }

  async finish(id: number, outcome: string): Promise<void> {
    await this.store.run(
      'UPDATE repairs SET finished_at = ?, outcome = ? WHERE id = ?',
      ...[this.clock.now(), outcome.slice(0, 500), id],
    );
  }

  /** An administrator wants it mended: what was spent counts no longer. */
  async refill(core: number): Promise<void> {
    this.made.set(core, []);
    await this.store.run(
      "UPDATE repairs SET at = at - ?, why = why || ' (budget refilled)' WHERE core = ? AND at > ?",
      ...[BUDGET_WINDOW_MS, core, this.clock.now() - BUDGET_WINDOW_MS],
    );
  }

  /** The core is well on this image. */
  async wasGood(core: number, image: string): Promise<void> {
    await this.store.run(
      `INSERT INTO good_images (core, image, ready_at) VALUES (?, ?, ?)
       ON CONFLICT (core, image) DO UPDATE SET ready_at = excluded.ready_at`,
      ...[core, image, this.clock.now()],
    );
  }

  /** The image it was last well on, other than the present one. */
  async lastGood(core: number, present: string): Promise<string | undefined> {
    const row = await this.store.get<{ image: string }>(
      'SELECT image FROM good_images WHERE core = ? AND image <> ? ORDER BY ready_at DESC LIMIT 1',
      ...[core, present],
    );
    return row?.image;
  }

  /** Newest first. */
  async list(core: number, limit: number): Promise<Repair[]> {
    const rows = await this.store.all<{
      step: RepairStep;
      at: number;
      finished_at: number | null;
      outcome: string | null;
      why: string;
    }>('SELECT * FROM repairs WHERE core = ? ORDER BY id DESC LIMIT ?', core, limit);
    return rows.map(({ step, at, finished_at, outcome, why }) => ({
      ...{ core, step, at, why },
      finishedAt: finished_at ?? undefined,
      outcome: outcome ?? undefined,
    }));
  }

  async prune(): Promise<void> {
    await this.store.run('DELETE FROM repairs WHERE at < ?', this.clock.now() - KEPT_MS);
  }

  /** Those of earlier processes are read once. One from the future, before the clock was put back, counts as just made. */
  private async madeBefore(core: number): Promise<number[]> {
    const known = this.made.get(core);
    if (known) return known;
    const now = this.clock.now();
    const rows = await this.store.all<{ at: number }>(
      'SELECT at FROM repairs WHERE core = ? AND at > ?',
      ...[core, now - BUDGET_WINDOW_MS],
    );
    const monotonic = this.clock.monotonic();
    return rows.map(({ at }) => monotonic - Math.max(0, now - at));
  }

  private get offsetNow(): number {
    return Math.round(this.clock.now() - this.clock.monotonic());
  }
}
