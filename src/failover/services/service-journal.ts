import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock';
import { Store } from '../../storage/store';

/** One restart of a service. */
export interface ServiceRestart {
  service: string;
  /** Epoch ms. */
  at: number;
  /** `automatic`, `api:<key id>` or `chat:<user id>`. */
  by: string;
  reason: string;
  /** `restarted`, or how it failed; undefined while it goes on, or where the process died over it. */
  outcome?: string;
}

/** Every restart of a service, written before it is made. */
@Injectable()
export class ServiceJournal {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** @returns the id to finish it by. */
  async begin(service: string, by: string, reason: string): Promise<number> {
    const row = await this.store.get<{ id: number }>(
      'INSERT INTO service_restarts (service, at, by, reason) VALUES (?, ?, ?, ?) RETURNING id',
      ...[service, this.clock.now(), by, reason.slice(0, 500)],
    );
    return row?.id ?? 0;
  }

  async finish(id: number, outcome: string): Promise<void> {
    await this.store.run('UPDATE service_restarts SET outcome = ? WHERE id = ?', outcome.slice(0, 500), id);
  }

  /** Epoch ms of the latest one; undefined: never. */
  async lastRestart(service: string): Promise<number | undefined> {
    const row = await this.store.get<{ at: number | null }>(
      'SELECT MAX(at) AS at FROM service_restarts WHERE service = ?',
      service,
    );
    return row?.at ?? undefined;
  }

  /** Newest first. */
  async recent(service: string, count: number): Promise<ServiceRestart[]> {
    const rows = await this.store.all<Omit<ServiceRestart, 'outcome'> & { outcome: string | null }>(
      'SELECT service, at, by, reason, outcome FROM service_restarts WHERE service = ? ORDER BY id DESC LIMIT ?',
      ...[service, count],
    );
    return rows.map(({ outcome, ...row }) => ({ ...row, ...(outcome === null ? {} : { outcome }) }));
  }
}
