import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine } from '../../containers/container-engine';
import { CoreRegistry } from '../../core-registry/core-registry';
import { Clock, type Timer } from '../../shared/clock';
import { formatDuration } from '../../shared/duration';
import { FailoverNotices } from '../failover-notices';
import { follow, type Incident } from './incident';
import { JournalRoom } from './journal-room';
import { seenCores, type SeenCores } from './standby';
import { coreIncidents, dockerIncident, type Watched } from './watched-incidents';

const LOOK_MS = 1_000;
/** Cores that start together with us are not there at once. */
const START_MS = 60_000;

interface Followed {
  watched: Watched;
  incident: Incident;
  /** Epoch ms, while it is open. */
  since: number;
}

/** Looks every second for what administrators have to know of, and tells them when it begins and when it is over. */
@Injectable()
export class AlertWatch {
  private readonly logger = new Logger(AlertWatch.name);
  private followed: Followed[] = [];
  private opened = false;
  private startedAt = 0;
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly engine: ContainerEngine,
    private readonly notices: FailoverNotices,
    private readonly room: JournalRoom,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.startedAt = this.clock.monotonic();
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.working;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = this.clock.after(LOOK_MS, () => {
      this.working = this.look()
        // Mostly a disk without room: what has to be told is told at a later look.
        .catch((error: unknown) => this.logger.debug(`An alert could not be written: ${String(error)}`))
        .finally(() => this.schedule());
    });
  }

  private async look(): Promise<void> {
    await this.room.look();
    if (!this.opened) await this.open();
    for (const each of this.followed) await this.lookAt(each);
  }

  /** What was told before we were started, and not yet its end, goes on. */
  private async open(): Promise<void> {
    const kinds = [...coreIncidents(() => this.cores()), dockerIncident(() => this.engine.health())];
    this.followed = await Promise.all(
      kinds.map(async (watched) => {
        const since = await this.notices.openIncident(watched.name);
        return { watched, incident: { open: since !== undefined }, since: since ?? 0 };
      }),
    );
    this.opened = true;
  }

  private async lookAt(each: Followed): Promise<void> {
    const { watched, incident } = each;
    const now = this.clock.monotonic();
    const next = follow(incident, watched.trouble(), now, watched.patience);
    if (next.turn === 'begins') {
      const since = this.clock.now() - (now - (incident.turningSince ?? now));
      await this.notices.writeIncident(watched.name, since, 'begins', (text) => watched.begins(text));
      each.since = since;
    } else if (next.turn === 'ends') {
      const after = formatDuration(this.clock.now() - each.since);
      await this.notices.writeIncident(watched.name, each.since, 'ends', (text) => watched.ends(text, after));
    }
    each.incident = next.incident;
  }

  private cores(): SeenCores {
    const cores = this.registry.all();
    const early = this.clock.monotonic() - this.startedAt < START_MS;
    // One that waits for its model is in no trouble: whoever asks is told so.
    return early || this.registry.preparation.preparing ? { cores } : seenCores(cores);
  }
}
