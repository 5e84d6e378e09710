import type { Clock, Timer } from '../shared/clock';

/** Clients let the indicator go after 15 s; the vendor's own client renews after 5. */
const RENEW_MS = 6_000;
/** The server allows 40 stream calls in 40 s on one connection. */
const GAP_MS = 1_050;
/** Longer than any answer; a caller that died must not leave us typing for ever. */
const FORGOTTEN_MS = 15 * 60_000;

export interface TypingFrame {
  roomId: string;
  threadId?: string;
  active: boolean;
}

interface Place {
  roomId: string;
  threadId?: string;
  wanted: boolean;
  shown: boolean;
  askedAt: number;
  sentAt: number;
}

/**
 * Decides which typing frame goes out next: changes before renewals, one frame a second, an indicator switched on and
 * off again in between costs nothing.
 */
export class TypingBoard {
  private readonly places = new Map<string, Place>();
  private timer: Timer | undefined;
  private lastSentAt = -Infinity;
  private online = false;

  constructor(
    private readonly clock: Clock,
    private readonly send: (frame: TypingFrame) => void,
  ) {}

  set(roomId: string, active: boolean, threadId?: string): void {
    const key = `${roomId}/${threadId ?? ''}`;
    const place = this.places.get(key);
    if (place) {
      place.wanted = active;
      place.askedAt = this.clock.monotonic();
      if (!place.wanted && !place.shown) this.places.delete(key);
    } else if (active) {
      this.places.set(key, {
        roomId,
        wanted: true,
        shown: false,
        askedAt: this.clock.monotonic(),
        sentAt: -Infinity,
        ...(threadId && { threadId }),
      });
    }
    this.schedule();
  }

  /** A socket is ready: what is wanted must be shown on it anew. */
  resume(): void {
    this.online = true;
    this.schedule();
  }

  /** The socket is gone, and with it what it showed. */
  pause(): void {
    this.online = false;
    this.timer?.cancel();
    this.timer = undefined;
    for (const [key, place] of this.places) {
      if (place.wanted) place.shown = false;
      else this.places.delete(key);
    }
  }

  private schedule(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (!this.online || this.places.size === 0) return;
    const now = this.clock.monotonic();
    const dues = [...this.places.values()].map((place) =>
      place.wanted === place.shown ? place.sentAt + RENEW_MS : now,
    );
    const at = Math.max(this.lastSentAt + GAP_MS, Math.min(...dues));
    this.timer = this.clock.after(Math.max(0, at - now), () => this.sendNext());
  }

  private sendNext(): void {
    const now = this.clock.monotonic();
    const place = this.changed(now) ?? this.stalest(now);
    if (place) {
      place.shown = place.wanted;
      place.sentAt = now;
      this.lastSentAt = now;
      const { roomId, threadId, wanted } = place;
      if (!wanted) this.places.delete(`${roomId}/${threadId ?? ''}`);
      this.send({ roomId, active: wanted, ...(threadId && { threadId }) });
    }
    this.schedule();
  }

  private changed(now: number): Place | undefined {
    for (const place of this.places.values()) {
      if (now - place.askedAt >= FORGOTTEN_MS) place.wanted = false;
      if (place.wanted !== place.shown) return place;
    }
    return undefined;
  }

  private stalest(now: number): Place | undefined {
    const due = [...this.places.values()].filter((place) => now - place.sentAt >= RENEW_MS);
    return due.sort((a, b) => a.sentAt - b.sentAt)[0];
  }
}
