import { spawn, type ChildProcess } from 'node:child_process';
import { Logger } from '@nestjs/common';
import type { Clock, Timer } from '../shared/clock';
import { RestartBackoff } from './restart-backoff';

const BYE_MS = 2000;

/** The gateway's end of the reaper: keeps one running and told of every process group. */
export class ReaperLink {
  private readonly logger = new Logger(ReaperLink.name);
  private readonly groups = new Set<number>();
  private readonly backoff = new RestartBackoff();
  private child?: ChildProcess;
  private pending?: Timer;
  private closing = false;

  constructor(
    /** The program and its arguments. */
    private readonly command: readonly string[],
    private readonly environment: Record<string, string>,
    private readonly token: string,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the reaper exists. What is announced before it listens waits in the pipe, even past our own death. */
  async open(): Promise<void> {
    const [program = '', ...args] = this.command;
    const started = this.clock.monotonic();
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      env: this.environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new Error(
            `The reaper, which ends the cores should the gateway be killed, cannot be started (${error.message}). Build again: npm run build.`,
            { cause: error },
          ),
        ),
      );
    });
    this.child = child;
    child.on('error', (error) => this.logger.warn(`reaper: ${error.message}`));
    // A write to a reaper that has just died; its exit is what we act upon.
    child.stdin?.on('error', () => {});
    child.once('exit', () => this.lost(child, this.clock.monotonic() - started));
    child.unref();
    (child.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null)?.unref?.();
    this.tell(`owner ${this.token}`, ...[...this.groups].map((group) => `+${group}`));
    if (this.closing) child.stdin?.end('bye\n');
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  announce(group: number): void {
    this.groups.add(group);
    this.tell(`+${group}`);
  }

  retire(group: number): void {
    this.groups.delete(group);
    this.tell(`-${group}`);
  }

  /** @param clean false: something may still live; the reaper makes an end of it and goes. */
  async close(clean: boolean): Promise<void> {
    this.closing = true;
    this.pending?.cancel();
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    if (clean) this.tell('bye');
    child.stdin?.end();
    if (!clean) return;
    const gone = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
    const late = new AbortController();
    const timeout = this.clock.sleep(BYE_MS, late.signal).then(
      () => false,
      () => true,
    );
    child.ref();
    if (!(await Promise.race([gone, timeout]))) child.kill('SIGKILL');
    late.abort();
  }

  private tell(...lines: string[]): void {
    if (this.child?.stdin?.writable) this.child.stdin.write(lines.map((line) => `${line}\n`).join(''));
  }

  private lost(child: ChildProcess, livedMs: number): void {
    if (this.child === child) this.child = undefined;
    if (!this.closing) this.reopenLater(livedMs);
  }

  private reopenLater(livedMs: number): void {
    const delay = this.backoff.died(this.clock.monotonic(), livedMs);
    this.logger.warn(`The reaper died; starting it again in ${delay} ms.`);
    this.pending = this.clock.after(delay, () => {
      this.open().catch((error: Error) => {
        this.logger.error(error.message);
        if (!this.closing) this.reopenLater(0);
      });
    });
  }
}
