import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../shared/clock';
import type { LineRing } from './line-ring';
import { killGroup, killProcess } from './process-table';

const OUTPUT_MS = 200;

export interface ProcessExit {
  exitCode?: number;
  signal?: string;
}

/** One life of a container: the leader of a process group, from its start until its exit. */
export class LaunchedProcess {
  /** Resolves when the leader is gone; by then the rest of its group has been sent SIGKILL. */
  readonly exited: Promise<ProcessExit>;
  private readonly outputClosed: Promise<void>;
  private exit?: ProcessExit;

  constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    lines: LineRing,
    private readonly clock: Clock,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      const sink = lines.sink();
      stream?.on('data', (chunk: Buffer) => sink.write(chunk));
      stream?.on('close', () => sink.end());
      stream?.on('error', () => {});
    }
    child.stdin?.on('error', () => {});
    child.on('error', () => {});
    this.outputClosed = new Promise((resolve) => child.once('close', () => resolve()));
    this.exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.exit = { exitCode: code ?? undefined, signal: signal ?? undefined };
        killGroup(pid, 'SIGKILL');
        resolve(this.exit);
      }),
    );
  }

  get alive(): boolean {
    return this.exit === undefined;
  }

  /** To the leader alone. */
  signal(signal: NodeJS.Signals): boolean {
    return this.alive && killProcess(this.pid, signal);
  }

  /** To the whole group. */
  signalAll(signal: NodeJS.Signals): boolean {
    return this.alive && killGroup(this.pid, signal);
  }

  /** Asks it to end and, after `graceMs`, no longer asks. Resolves when the leader is gone. */
  async end(graceMs: number): Promise<ProcessExit> {
    if (graceMs > 0 && this.alive) {
      this.signal('SIGTERM');
      // A stopped process acts on SIGTERM only once it runs again.
      this.signalAll('SIGCONT');
      await this.within(graceMs, this.exited);
    }
    if (this.alive) killGroup(this.pid, 'SIGKILL');
    return this.exited;
  }

  /** Waits for the last words; someone else may hold the pipes open, so only for a moment. */
  async drain(): Promise<void> {
    await this.within(OUTPUT_MS, this.outputClosed);
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  private async within(ms: number, awaited: Promise<unknown>): Promise<void> {
    const enough = new AbortController();
    const timeout = this.clock.sleep(ms, enough.signal).catch(() => undefined);
    await Promise.race([awaited, timeout]);
    enough.abort();
  }
}
