import { Injectable, Logger } from '@nestjs/common';
import type { EgressDenial } from '../containers/component-networks';
import { EventBus, type EventMap } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { Store } from '../storage/store';
import { GatheredWrites } from './gathered-writes';
import './pool.events';

const DAY_MS = 86_400_000;
const KEPT_MS = 90 * DAY_MS;
/** Of one component: whoever asks for ever new hosts fills no disk. */
const MOST_TARGETS = 100;

/** A host and port that a component wanted to reach and was refused. */
export interface RefusedTarget {
  component: string;
  host: string;
  /** As it was asked for; empty where none was. */
  port: string;
  /** Of the last refusal. */
  reason: EgressDenial['reason'];
  times: number;
  /** Epoch milliseconds. */
  lastAt: number;
}

type Denied = EventMap['component.egress-denied'];
type Counted = Pick<Denied, 'component' | 'target' | 'reason'> & { times: number; lastAt: number };

/** What components were refused by their egress proxy; kept for 90 days. Of a crash it loses the last seconds. */
@Injectable()
export class EgressDenials {
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
      (error) => this.logger.warn(`What components were refused was not noted: ${String(error)}`),
    );
    bus.on('component.egress-denied', (denied) => this.note(denied));
    bus.on('component.egress-denied-again', (denied) => this.note(denied));
  }

  /** Last refused first. @param component its whole name */
  async of(component: string): Promise<RefusedTarget[]> {
    await this.gathered.flush();
    const rows = await this.store.all<Omit<Counted, 'lastAt'> & { last_at: number }>(
      `SELECT component, target, reason, times, last_at FROM component_denials
       WHERE component = ? AND last_at > ? ORDER BY last_at DESC, target`,
      ...[component, this.clock.now() - KEPT_MS],
    );
    return rows.map(({ target, last_at: lastAt, ...row }) => ({ ...row, ...hostAndPort(target), lastAt }));
  }

  stop(): Promise<void> {
    return this.gathered.stop();
  }

  private note({ component, target, reason, at }: Denied): void {
    this.gathered.note(JSON.stringify([component, target]), (before) => {
      const times = (before?.times ?? 0) + 1;
      return { component, target, reason, times, lastAt: at };
    });
  }

  private async write(counts: readonly Counted[]): Promise<void> {
    await this.store.transaction(async (tx) => {
      for (const { component, target, reason, times, lastAt } of counts)
        await tx.run(
          `INSERT INTO component_denials (component, target, reason, times, last_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (component, target) DO UPDATE SET times = times + excluded.times, reason = excluded.reason,
             last_at = excluded.last_at`,
          ...[component, target, reason, times, lastAt],
        );
      for (const component of new Set(counts.map((one) => one.component)))
        await tx.run(
          `DELETE FROM component_denials WHERE component = ? AND target NOT IN
             (SELECT target FROM component_denials WHERE component = ? ORDER BY last_at DESC, target LIMIT ?)`,
          ...[component, component, MOST_TARGETS],
        );
      await tx.run('DELETE FROM component_denials WHERE last_at < ?', this.clock.now() - KEPT_MS);
    });
  }
}

/** `example.org:443`, `[2001:db8::1]:443`, or whatever else was asked for. */
export function hostAndPort(target: string): { host: string; port: string } {
  const [, host = target, port = ''] = /^(.*):(\d{1,5})$/.exec(target) ?? [];
  return { host, port };
}
