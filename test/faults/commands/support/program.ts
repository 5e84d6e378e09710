import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../support/chat-person';
import { childrenOf } from '../../../support/process-tree';
import { freePort } from '../../../../src/shared/free-port';
import { endForCertain, lives } from '../../process-engine/support/processes';

/** `dist/main.js` as somebody at a terminal runs it: the leader of a process group of its own. */
export class Program {
  output = '';
  /** Milliseconds of performance.now(). */
  readonly startedAt = performance.now();
  private readonly child: ChildProcess;
  private readonly family = new Set<number>();

  private constructor(
    readonly apiUrl: string,
    readonly chatUrl: string,
    environment: Record<string, string>,
    uid?: number,
  ) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [resolve('dist/main.js')], {
      env: { PATH, HOME, NODE_ENV: 'test', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** @param uid who it runs as, where that is not us. */
  static async launch(
    data: string,
    environment: Record<string, string> = {},
    uid?: number,
  ): Promise<Program> {
    const api = environment['RDZEN_PORT'] ?? String(await freePort());
    const chat = environment['RDZEN_CHAT_PORT'] ?? String(await freePort());
    const settings = {
      RDZEN_CORE: 'scripted',
      RDZEN_DATA: data,
      RDZEN_PORT: api,
      RDZEN_CHAT_PORT: chat,
      ...environment,
    };
    return new Program(`http://127.0.0.1:${api}`, `http://127.0.0.1:${chat}`, settings, uid);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves once it says that it is up and both cores are proven. */
  async up(withinMs = 15_000): Promise<this> {
    await eventually(() => this.serves(), Boolean, withinMs, `it is up; it said:\n${this.output}`);
    return this;
  }

  /** Chat page and API answer, and both cores are ready. */
  async serves(): Promise<boolean> {
    if (this.ended) throw new Error(`It ended:\n${this.output}`);
    try {
      const [page, status] = await Promise.all([fetch(this.chatUrl), fetch(`${this.apiUrl}/status`)]);
      const { cores, rocketchat_connected } = (await status.json()) as Status;
      return page.ok && rocketchat_connected && cores.every(({ state }) => state === 'ready');
    } catch {
      return false;
    }
  }

  async pidOfCore(id: number): Promise<number> {
    const { cores } = (await (await fetch(`${this.apiUrl}/status`)).json()) as Status;
    const pid = cores.find((core) => core.id === id)?.pid;
    if (pid === undefined) throw new Error(`Core ${id} has no process`);
    return pid;
  }

  /** Every process below it, however deep. */
  async descendants(): Promise<number[]> {
    const found: number[] = [];
    for (let level = [this.pid]; level.length > 0;) {
      const children = (await Promise.all(level.map((pid) => childrenOf(pid)))).flat();
      found.push(...children);
      level = children;
    }
    for (const pid of found) this.family.add(pid);
    return found;
  }

  /** What Ctrl-C does in a terminal: the whole group hears it. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The exit code, or the signal's name. */
  async exit(withinMs = 15_000): Promise<number | string> {
    await eventually(
      () => this.ended || this.output.slice(-2_000),
      (seen) => seen === true,
      withinMs,
      'it ends',
    );
    await sleep(20);
    return this.child.exitCode ?? this.child.signalCode ?? 'unknown';
  }

  async close(): Promise<void> {
    if (!this.ended) {
      await this.descendants();
      this.signal('SIGKILL');
      await this.exit();
    }
    endForCertain([...this.family].filter(lives));
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

interface Status {
  rocketchat_connected: boolean;
  cores: { id: number; state: string; pid?: number }[];
}

/** Data folders and programs of one test, all gone after {@link clear}. */
export class Terminal {
  private readonly folders: string[] = [];
  private readonly programs: Program[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-command-'));
    this.folders.push(folder);
    return folder;
  }

  async run(data = this.folder(), environment: Record<string, string> = {}, uid?: number): Promise<Program> {
    const program = await Program.launch(data, environment, uid);
    this.programs.push(program);
    return program;
  }

  async clear(): Promise<void> {
    for (const program of this.programs.splice(0)) await program.close();
    for (const folder of this.folders.splice(0)) if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
}
