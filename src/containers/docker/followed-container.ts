import type { ContainerInspectInfo } from 'dockerode';

const WINDOW_MS = 60_000;
/** A signal explains a death that comes so soon after it. */
const EXPLAINS_MS = 15_000;

const SIGNALS: Readonly<Record<string, string>> = {
  '1': 'SIGHUP',
  '2': 'SIGINT',
  '3': 'SIGQUIT',
  '6': 'SIGABRT',
  '9': 'SIGKILL',
  '11': 'SIGSEGV',
  '15': 'SIGTERM',
};

/** What is remembered of one container between the engine's events. Times are monotonic unless they say otherwise. */
export class FollowedContainer {
  id?: string;
  alive = false;
  paused = false;
  /** Somebody wanted it to end; taken back by the next start. */
  stopped = false;
  /** Networks it was seen to have lost. */
  readonly lost = new Set<string>();
  /** Epoch ms of the start last told. */
  startedAt = 0;
  /** Calls of ours that end or start it, under way. */
  busy = 0;
  /** We sent a signal to this life of it. */
  signalled = false;
  private deaths: number[] = [];
  private killed?: { signal: string; at: number };
  private oomAt = -Infinity;

  /**
   * @param name as it is called here, whatever the engine calls it meanwhile
   * @param adopted made by others: it is never removed here
   */
  constructor(
    readonly name: string,
    readonly adopted: boolean,
  ) {}

  sentSignal(signal: string, now: number): void {
    this.killed = { signal: SIGNALS[signal] ?? signal, at: now };
  }

  ranOutOfMemory(now: number): void {
    this.oomAt = now;
  }

  /** @returns what is known of the death, and counts it where nobody asked for it. */
  died(now: number): { signal?: string; oom?: true } {
    this.alive = this.paused = false;
    const killed = this.killed && now - this.killed.at < EXPLAINS_MS ? this.killed : undefined;
    const oom = now - this.oomAt < EXPLAINS_MS;
    // A polite end is somebody's wish, and no sign of a crash loop.
    if (killed?.signal !== 'SIGTERM') this.deaths = [...this.recent(now), now];
    this.killed = undefined;
    this.oomAt = -Infinity;
    return { ...(killed ? { signal: killed.signal } : {}), ...(oom ? { oom: true as const } : {}) };
  }

  started(found: ContainerInspectInfo): void {
    this.id = found.Id;
    this.alive = true;
    this.paused = found.State.Paused;
    this.stopped = this.signalled = false;
    this.startedAt = Date.parse(found.State.StartedAt);
    // They explain the death of the life before, if any.
    this.killed = undefined;
    this.oomAt = -Infinity;
    this.lost.clear();
  }

  deathsLastMinute(now: number): number {
    return this.recent(now).length;
  }

  private recent(now: number): number[] {
    return this.deaths.filter((at) => now - at < WINDOW_MS);
  }
}
