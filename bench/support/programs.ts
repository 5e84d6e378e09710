import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../src/shared/free-port';
import { childrenOf } from '../../test/support/process-tree';
import { atExit, temporaryFolder } from './at-exit';
import { stamp } from './clock';

/** What is measured: the copy that `npm run bench` makes first. */
export const BUILD = resolve(__dirname, '../../.cache/bench/build/dist');
const END_WITHIN_MS = 15_000;

/** The gateway's variables that point it at a site. */
export function siteEnvironment(chatUrl: string, coreUrls: readonly string[]): Record<string, string> {
  const cores = coreUrls.map((url, index): [string, string] => [`OLLAMA_URL_CORE${index + 1}`, url]);
  return {
    ROCKETCHAT_URL: chatUrl,
    ROCKETCHAT_PASSWORD: 'secret',
    RDZEN_MODEL: 'bench',
    ...Object.fromEntries(cores),
  };
}

/** One of the product's programs as a process, with nothing of our environment but what it is given. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    /** {@link stamp} of the moment before it was spawned. */
    readonly spawned: number,
  ) {}

  static start(file: string, environment: Record<string, string>, nodeOptions: string[] = []): Program {
    const { PATH = '', HOME = '' } = process.env;
    const spawned = stamp();
    const child = spawn(process.execPath, [...nodeOptions, join(BUILD, file)], {
      env: { PATH, HOME, NODE_ENV: 'test', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const program = new Program(child, spawned);
    child.once('exit', atExit(program.kill));
    return program;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The first line it says. */
  async firstLine(): Promise<string> {
    if (!this.child.stdout) return '';
    for await (const line of createInterface(this.child.stdout)) return line;
    return '';
  }

  /** Lets it talk without listening. */
  mute(): this {
    this.child.stdout?.resume();
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  readonly kill = (): void => void this.child.kill('SIGKILL');

  /** Asks it to end, and ends it where it does not. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.over) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const timer = setTimeout(this.kill, END_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** The compiled gateway, told apart from the one of {@link Child} by being the real process. */
export class GatewayProcess {
  private constructor(
    readonly program: Program,
    readonly url: string,
    private readonly leave: () => void,
  ) {}

  /** @param data a folder to use and leave, in place of one that is made and removed here. */
  static async start(environment: Record<string, string>, data?: string): Promise<GatewayProcess> {
    const port = String(await freePort());
    const { path: folder, remove } =
      data === undefined ? temporaryFolder() : { path: data, remove: () => undefined };
    const program = Program.start('main.js', { RDZEN_DATA: folder, RDZEN_PORT: port, ...environment }).mute();
    return new GatewayProcess(program, `http://127.0.0.1:${port}`, remove);
  }

  async isReady(): Promise<boolean> {
    if (this.program.over) throw new Error('the gateway ended');
    const response = await fetch(`${this.url}/health/ready`).catch(() => undefined);
    // Read to its end, or the connection cannot be used again.
    await response?.arrayBuffer();
    return response?.status === 200;
  }

  async end(): Promise<void> {
    await this.program.end();
    this.leave();
  }
}

/** Resident memory, megabytes; by /proc. */
export function residentMegabytes(pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
}

/** Of a process and everything below it. */
export async function treeMegabytes(pid: number): Promise<number> {
  const below = await Promise.all((await childrenOf(pid)).map(treeMegabytes));
  return residentMegabytes(pid) + below.reduce((sum, each) => sum + each, 0);
}
