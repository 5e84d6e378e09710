import { Injectable } from '@nestjs/common';
import { CoreHistory } from '../core-registry/core-history';
import { AttemptFigures } from '../journal/attempt-figures';
import { Clock } from '../shared/clock';
import { Store } from '../storage/store';
import { buildReport, type AvailabilityReport, type RepairFigures } from './availability-report';

/** More switches than the brake allows in ninety days. */
const MOST_SWITCHES = 100_000;

/** Gathers what the store knows of a time, and has the report built of it. */
@Injectable()
export class AvailabilityReports {
  constructor(
    private readonly history: CoreHistory,
    private readonly attempts: AttemptFigures,
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Of the last `forMs`. */
  async of(forMs: number): Promise<AvailabilityReport> {
    const until = this.clock.now();
    const since = until - forMs;
    return buildReport({
      since,
      until,
      firstKnownAt: await this.history.firstKnownAt(),
      switches: await this.history.switches(MOST_SWITCHES, since),
      course: await this.history.course(since),
      waits: await this.history.waits(since),
      answers: await this.attempts.since(since),
      repairs: await this.repairs(since),
    });
  }

  private async repairs(since: number): Promise<RepairFigures[]> {
    const rows = await this.store.all<{ step: string; outcome: string; count: number }>(
      `SELECT step, COALESCE(outcome, 'running') AS outcome, COUNT(*) AS count FROM repairs
       WHERE at >= ? GROUP BY step, COALESCE(outcome, 'running') ORDER BY MIN(id)`,
      since,
    );
    const steps = new Map<string, { count: number; outcomes: Record<string, number> }>();
    for (const { step, outcome, count } of rows) {
      const known = steps.get(step) ?? { count: 0, outcomes: {} };
      known.count += count;
      known.outcomes[outcome] = count;
      steps.set(step, known);
    }
    return [...steps].map(([step, figures]) => ({ step, ...figures }));
  }
}
