import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../shared/clock';
import { formatDuration } from '../../shared/duration';
import { Store } from '../../storage/store';
import { FailoverNotices } from '../failover-notices';

/** A refusal may be of a large write, while small ones still find room: only so long after the last one it is over. */
const CALM_MS = 30_000;

/**
 * Notices that the journal's disk has no room. Nothing can be written of it then, so that the log tells it at once, and
 * the administrators are told when it is over.
 */
@Injectable()
export class JournalRoom {
  private readonly logger = new Logger(JournalRoom.name);
  private seen = 0;
  /** Epoch ms of the first refusal that was noticed; undefined: there is room. */
  private since?: number;
  /** Monotonic ms, first and last. */
  private first = 0;
  private last = 0;

  constructor(
    private readonly store: Store,
    private readonly notices: FailoverNotices,
    private readonly clock: Clock,
  ) {}

  /** Rejects where the notice finds no room either. */
  async look(): Promise<void> {
    const now = this.clock.monotonic();
    const { refusals } = this.store;
    if (refusals > this.seen) {
      this.seen = refusals;
      this.last = now;
      if (this.since === undefined) {
        this.since = this.clock.now();
        this.first = now;
        this.logger.error(
          "The disk of the journal is full: nothing new is taken in until there is room. Make some; nothing that was accepted is lost. The folder is RDZEN_DATA's.",
        );
      }
    }
    if (this.since === undefined || now - this.last < CALM_MS) return;
    const duration = formatDuration(this.last - this.first);
    await this.notices.writeAlert(`journal-disk:${this.since}`, (text) =>
      text.journalDiskWasFull({ duration }),
    );
    this.since = undefined;
  }
}
