import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../../../src/shared/free-port';

/** Two scripted cores as programs that nobody starts again: to be stopped, killed and brought back. */
export class CorePair {
  private readonly children = new Map<number, ChildProcess>();

  private constructor(
    private readonly ports: readonly number[],
    private readonly tokensPerSecond: number,
  ) {}

  static async start(tokensPerSecond: number): Promise<CorePair> {
    const pair = new CorePair([await freePort(), await freePort()], tokensPerSecond);
    await pair.startAll();
    return pair;
  }

  get urls(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  async startAll(): Promise<void> {
    await Promise.all(this.ports.map((_, index) => this.startCore(index + 1)));
  }

  signal(signal: NodeJS.Signals, ...ids: number[]): void {
    for (const [id, child] of this.children) if (ids.length === 0 || ids.includes(id)) child.kill(signal);
  }

  close(): void {
    this.signal('SIGKILL');
  }

  private async startCore(id: number): Promise<void> {
    const child = spawn(process.execPath, [resolve('dist/embedded/core/main.js')], {
      env: {
        PATH: process.env.PATH,
        CORE_NAME: `core${id}`,
        PORT: String(this.ports[id - 1]),
        CORE_TOKENS_PER_SECOND: String(this.tokensPerSecond),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.set(id, child);
    await once(createInterface(child.stdout), 'line');
  }
}
