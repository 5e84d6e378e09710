import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Store } from '../storage/store';
import { GatheredWrites } from './gathered-writes';
import './tools.events';
import type { ToolCalled } from './tools.events';

const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;
const STEPS_PER_OCTAVE = 2;
const LAST_STEP = 40;

/** Calls of one tool on one day (UTC). Times are milliseconds, at most a fifth off. */
export interface ToolUse {
  component: string;
  tool: string;
  /** `2026-11-29`. */
  day: string;
  calls: number;
  errors: number;
  p50: number;
  p95: number;
}

/** Calls of one tool over some days. */
export type ToolTotal = Omit<ToolUse, 'day' | 'p50'>;

interface Counted {
  component: string;
  tool: string;
  day: string;
  calls: number;
  errors: number;
  spread: number[];
}

/** How much tools are used and how often they fail, per day; kept for 90 days. Of a crash it loses the last seconds. */
@Injectable()
export class ToolUsage {
  private readonly logger = new Logger('Components');
  private readonly gathered: GatheredWrites<Counted>;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    bus: EventBus,
  ) {
    this.gathered = new GatheredWrites(
      clock,
      (counts) => this.write(counts),
      (error) => this.logger.warn(`The use of tools was not noted: ${String(error)}`),
    );
    bus.on('tool.called', (call) => this.note(call));
  }

  /** Newest day first, then by name. @param days today is the first of them */
  async read(asked: { component?: string; days?: number } = {}): Promise<ToolUse[]> {
    return (await this.counted(asked)).map(({ spread, ...row }) => ({
      ...row,
      ...{ p50: quantile(spread, 0.5), p95: quantile(spread, 0.95) },
    }));
  }

  /** The same with the days put together, by name. */
  async totals(asked: { component?: string; days?: number } = {}): Promise<ToolTotal[]> {
    const sums = new Map<string, Omit<Counted, 'day'>>();
    for (const { component, tool, calls, errors, spread } of await this.counted(asked)) {
      const key = JSON.stringify([component, tool]);
      const sum = sums.get(key) ?? { component, tool, calls: 0, errors: 0, spread: [] };
      sums.set(key, sum);
      sum.calls += calls;
      sum.errors += errors;
      for (const [step, count] of spread.entries()) add(sum.spread, step, count);
    }
    return [...sums.values()]
      .map(({ spread, ...sum }) => ({ ...sum, p95: quantile(spread, 0.95) }))
      .sort((a, b) => (`${a.component} ${a.tool}` < `${b.component} ${b.tool}` ? -1 : 1));
  }

  stop(): Promise<void> {
    return this.gathered.stop();
  }

  private async counted({ component = '', days = 7 }: { component?: string; days?: number } = {}): Promise<
    Counted[]
  > {
    await this.gathered.flush();
    const rows = await this.store.all<Omit<Counted, 'spread'> & { spread: string }>(
      `SELECT component, tool, day, calls, errors, spread FROM tool_usage
       WHERE day > ? AND (? = '' OR component = ?) ORDER BY day DESC, component, tool`,
      ...[dayOf(this.clock.now() - days * DAY_MS), component, component],
    );
    return rows.map(({ component: of, tool, day, calls, errors, spread }) => ({
      ...{ component: of, tool, day, calls, errors, spread: JSON.parse(spread) as number[] },
    }));
  }

  private note({ component, tool, outcome, ms, at }: ToolCalled): void {
    // Given up by people: that says nothing of the tool.
    if (outcome === 'cancelled') return;
    const day = dayOf(at);
    const key = JSON.stringify([component, tool, day]);
    this.gathered.note(key, (before) => {
      const counted = before ?? { component, tool, day, calls: 0, errors: 0, spread: [] };
      counted.calls++;
      if (outcome !== 'ok') counted.errors++;
      add(counted.spread, stepOf(ms), 1);
      return counted;
    });
  }

  private async write(counts: readonly Counted[]): Promise<void> {
    await this.store.transaction(async (tx) => {
      for (const { component, tool, day, calls, errors, spread } of counts) {
        const row = await tx.get<{ spread: string }>(
          'SELECT spread FROM tool_usage WHERE component = ? AND tool = ? AND day = ?',
          ...[component, tool, day],
        );
        const whole = row ? (JSON.parse(row.spread) as number[]) : [];
        for (const [step, count] of spread.entries()) add(whole, step, count);
        await tx.run(
          `INSERT INTO tool_usage (component, tool, day, calls, errors, spread) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (component, tool, day) DO UPDATE SET calls = calls + excluded.calls,
             errors = errors + excluded.errors, spread = excluded.spread`,
          ...[component, tool, day, calls, errors, JSON.stringify(whole)],
        );
      }
      await tx.run('DELETE FROM tool_usage WHERE day < ?', dayOf(this.clock.now() - KEPT_DAYS * DAY_MS));
    });
  }
}

function add(spread: number[], step: number, count: number): void {
  while (spread.length <= step) spread.push(0);
  spread[step] = (spread[step] ?? 0) + (count ?? 0);
}

function stepOf(ms: number): number {
  return Math.min(LAST_STEP, Math.max(0, Math.round(Math.log2(Math.max(1, ms)) * STEPS_PER_OCTAVE)));
}

function quantile(spread: readonly number[], share: number): number {
  const wanted = share * spread.reduce((sum, one) => sum + one, 0);
  let seen = 0;
  for (const [step, count] of spread.entries()) {
    seen += count;
    if (seen >= wanted && count > 0) return Math.round(2 ** (step / STEPS_PER_OCTAVE));
  }
  return 0;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
