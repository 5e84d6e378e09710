import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../src/shared/free-port';
import { eventually } from './chat-person';

export interface CoreView {
  id: number;
  role: string;
  state: string;
  kind: string;
  pid?: number;
  reason: string;
  continues?: boolean;
  in_flight: number;
  tokens_per_second?: number;
  model: string;
}

export interface StatusView {
  active_core: number;
  rocketchat_connected: boolean;
  chat_server: {
    version?: string;
    tested?: boolean;
    read_only: boolean;
    read_only_in_days?: number;
    account_problem?: string;
  };
  mode: string;
  epoch: number;
  preparing?: { step: string; detail: string; received_bytes?: number; total_bytes?: number };
  engine_problem?: { cause: string; remedy: string };
  cores: CoreView[];
}

/** The real compiled process on a data folder of its own, on loopback and free ports. */
export class RunningRdzen {
  output = '';
  private child?: ChildProcess;

  private constructor(
    readonly data: string,
    private readonly environment: Record<string, string>,
    readonly apiUrl: string,
    readonly chatUrl: string,
    private readonly program: string,
  ) {}

  static async create(
    environment: Record<string, string> = {},
    program = resolve('dist/main.js'),
  ): Promise<RunningRdzen> {
    const data = mkdtempSync(join(tmpdir(), 'rdzen-test-'));
    const [api, chat] = await Promise.all([freePort(), freePort()]);
    return new RunningRdzen(
      data,
      {
        RDZEN_CORE: 'scripted',
        RDZEN_DATA: data,
        RDZEN_PORT: String(api),
        RDZEN_CHAT_PORT: String(chat),
        ...environment,
      },
      `http://127.0.0.1:${api}`,
      environment.ROCKETCHAT_URL ?? `http://127.0.0.1:${chat}`,
      program,
    );
  }

  static async start(environment: Record<string, string> = {}): Promise<RunningRdzen> {
    const running = await RunningRdzen.create(environment);
    await running.launch();
    await running.ready();
    return running;
  }

  /**
   * @param extra variables of this run only.
   * @param through a command that ends by becoming the one that follows it.
   */
  async launch(extra: Record<string, string> = {}, through: readonly string[] = []): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const [command = '', ...args] = [...through, process.execPath, this.program];
    const child = spawn(command, args, {
      env: { PATH, HOME, NODE_ENV: 'test', ...this.environment, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await new Promise((done) => child.once('spawn', done));
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get exited(): boolean {
    return this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves with the exit code, or the signal's name. */
  async exit(withinMs = 15_000): Promise<number | string> {
    await eventually(() => this.exited, Boolean, withinMs, `the process ends; it said:\n${this.output}`);
    return this.child?.exitCode ?? this.child?.signalCode ?? 'unknown';
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async status(): Promise<StatusView> {
    const response = await fetch(`${this.apiUrl}/status`);
    return (await response.json()) as StatusView;
  }

  /** Chat connected, and every core proven. */
  async ready(withinMs = 40_000, cores?: number): Promise<StatusView> {
    return eventually(
      async () => {
        if (this.exited) throw new Error(`The process ended:\n${this.output}`);
        return this.status().catch(() => undefined);
      },
      (status) =>
        status !== undefined &&
        status.rocketchat_connected &&
        status.cores.filter(({ state }) => state === 'ready').length >= (cores ?? status.cores.length),
      withinMs,
      'Rdzen is ready',
    ).then(
      (status) => {
        if (!status) throw new Error('no status');
        return status;
      },
      (error: Error) => {
        throw new Error(`${error.message}; it said:\n${this.output.slice(-3000)}`);
      },
    );
  }

  async active(): Promise<CoreView> {
    const { cores } = await this.status();
    const active = cores.find(({ role }) => role === 'active');
    if (!active) throw new Error('no active core');
    return active;
  }

  get adminKey(): string {
    return readFileSync(join(this.data, 'admin.key'), 'utf8').trim();
  }

  async api(
    method: string,
    path: string,
    body?: unknown,
    key: string | undefined = this.adminKey,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.apiUrl}${path}`, {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  /** SIGTERM, and the exit code it must give. */
  async exitCleanly(): Promise<void> {
    this.signal('SIGTERM');
    const code = await this.exit(30_000);
    if (code !== 0) throw new Error(`It ended with ${code}:\n${this.output.slice(-3000)}`);
  }

  /** Ends the process, whatever state it is in, and removes its data. */
  async close(): Promise<void> {
    if (!this.exited) {
      this.signal('SIGTERM');
      this.signal('SIGCONT');
      await this.exit(10_000).catch(async () => {
        this.signal('SIGKILL');
        await this.exit();
      });
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}
