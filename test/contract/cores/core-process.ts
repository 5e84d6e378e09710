import { transformFile } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const SOURCE = resolve(__dirname, '../../../src');
const FOLDERS = ['embedded/core', 'shared'];

/** The core as the program that it is, compiled from this tree into a folder of its own. */
export class CoreProcess {
  private child?: ChildProcess;
  private port = 0;

  private constructor(
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  /** With the scripted brain, unless `env` says otherwise. */
  static async start(env: Record<string, string> = {}): Promise<CoreProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'rdzen-core-'));
    for (const name of FOLDERS) await compile(name, folder);
    const core = new CoreProcess(folder, env);
    await core.start();
    return core;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error('this core is not running');
    return pid;
  }

  /** Starts it, again on the same port after a kill. @returns milliseconds from spawn to ready. */
  async start(): Promise<number> {
    const began = Date.now();
    const child = this.run({ PORT: String(this.port) });
    this.child = child;
    const [line] = await Promise.race([outputOf(child), exitOf(child).then(() => [''])]);
    const said = JSON.parse(line || '{}') as { ready?: boolean; port?: number };
    if (!said.ready || !said.port) throw new Error(`the core did not get ready; it said: ${line}`);
    this.port = said.port;
    return Date.now() - began;
  }

  /** The program once more, with other settings; the caller ends it. */
  run(env: Record<string, string>): ChildProcess {
    return spawn(process.execPath, [join(this.folder, 'embedded/core/main.js')], {
      env: { PATH: process.env.PATH, ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  async restart(): Promise<void> {
    await this.end();
    await this.start();
  }

  async close(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    if (!this.child) return;
    const ended = exitOf(this.child);
    this.child.kill('SIGKILL');
    await ended;
    this.child = undefined;
  }
}

/** The first line on stdout, as the only element; nothing when the output ends before. */
async function outputOf({ stdout }: ChildProcess): Promise<string[]> {
  if (!stdout) return [];
  for await (const line of createInterface(stdout)) return [line];
  return [];
}

/** The exit code, or null after a signal. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

async function compile(name: string, target: string): Promise<void> {
  const files = await readdir(join(SOURCE, name), { recursive: true });
  for (const file of files.filter((one) => one.endsWith('.ts') && !one.endsWith('.spec.ts'))) {
    const { code } = await transformFile(join(SOURCE, name, file));
    const output = join(target, name, file.replace(/\.ts$/, '.js'));
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, code);
  }
}
