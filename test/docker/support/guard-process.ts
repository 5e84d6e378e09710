import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../../support/chat-person';
import { SOCKET } from './container-cores';

/** The docker-guard as a process of its own, as its container runs it. */
export class GuardProcess {
  output = '';

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(): Promise<GuardProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-guard-'));
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [resolve('dist/docker-guard/main.js')], {
      env: { PATH, RDZEN_GUARD_LISTEN: join(folder, 'docker.sock'), RDZEN_GUARD_DOCKER: SOCKET() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const guard = new GuardProcess(folder, child);
    await eventually(
      () => existsSync(guard.path),
      Boolean,
      10_000,
      `the guard listens; it said: ${guard.output}`,
    );
    return guard;
  }

  get path(): string {
    return join(this.folder, 'docker.sock');
  }

  /** What it refused, as it says itself. */
  get refusals(): string[] {
    return this.output.split('\n').filter((line) => line.includes('"event":"refused"'));
  }

  async close(): Promise<void> {
    this.child.kill('SIGTERM');
    await eventually(() => this.child.exitCode !== null, Boolean, 10_000, 'the guard ends');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
