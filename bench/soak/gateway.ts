import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../../src/shared/free-port';
import type { StatusView } from '../../test/support/running-rdzen';
import { atExit } from '../support/at-exit';
import { pause, until } from '../support/clock';
import { CORE_SETTINGS, type CoreSettings } from './core-settings';

const PROGRAM = resolve(__dirname, '../../dist/main.js');
const PROBE = join(__dirname, 'handles-probe.cjs');
/** What a supervisor waits before it starts again what ended. */
const START_AGAIN_MS = 500;
const READY_WITHIN_MS = 60_000;
/** The gateway promises half a minute. */
const END_WITHIN_MS = 35_000;
/** Of its log, where it does not become ready. */
const TOLD_LINES = 12;
/** The longest answer has two messages. */
const NUM_PREDICT = '2048';

/** The real gateway with all it starts, kept running as a supervisor would. */
export class SupervisedGateway {
  /** How often it was started. */
  lives = 0;
  /** Ends that nobody caused. */
  readonly ownEnds: string[] = [];
  private child?: ChildProcess;
  private expected?: NodeJS.Signals;
  private closing = false;

  private constructor(
    readonly folder: string,
    readonly apiUrl: string,
    readonly chatUrl: string,
    private readonly environment: Record<string, string>,
    private readonly say: (line: string) => void,
  ) {}

  /** @param folder of this run alone; holds data, log and doors. */
  static async start(
    folder: string,
    settings: CoreSettings,
    say: (line: string) => void,
  ): Promise<SupervisedGateway> {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    writeFileSync(join(temporary, CORE_SETTINGS), JSON.stringify(settings));
    const [api, chat] = [await freePort(), await freePort()];
    const environment = {
      RDZEN_CORE: 'scripted',
      RDZEN_DATA: join(folder, 'data'),
      RDZEN_PORT: String(api),
      RDZEN_CHAT_PORT: String(chat),
      RDZEN_NUM_PREDICT: NUM_PREDICT,
      TMPDIR: temporary,
    };
    const urls = [api, chat].map((port) => `http://127.0.0.1:${port}`);
    const [apiUrl = '', chatUrl = ''] = urls;
    const gateway = new SupervisedGateway(folder, apiUrl, chatUrl, environment, say);
    gateway.launch();
    await gateway.ready();
    return gateway;
  }

  /** Of the process that runs now; undefined between two. */
  get pid(): number | undefined {
    return this.over ? undefined : this.child?.pid;
  }

  /** Where its cores have their doors and the probe writes. */
  get temporary(): string {
    return join(this.folder, 'tmp');
  }

  /** By which it marks everything that it starts. */
  get runFolder(): string {
    return realpathSync(join(this.folder, 'data/run'));
  }

  /** {@link close} was called. */
  get closed(): boolean {
    return this.closing;
  }

  get adminKey(): string {
    return readFileSync(join(this.folder, 'data/admin.key'), 'utf8').trim();
  }

  /** Undefined while it does not answer. */
  async status(): Promise<StatusView | undefined> {
    return this.get<StatusView>('/status');
  }

  async get<T>(path: string): Promise<T | undefined> {
    try {
      const headers = { authorization: `Bearer ${this.adminKey}` };
      const response = await fetch(this.apiUrl + path, { headers, signal: AbortSignal.timeout(2_000) });
      const body = (await response.json()) as T;
      return response.ok ? body : undefined;
    } catch {
      return undefined;
    }
  }

  /** @returns whether it did as it was told. */
  async post(path: string, body: unknown): Promise<boolean> {
    try {
      const response = await fetch(this.apiUrl + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Chat connected and every core proven. */
  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    let status: StatusView | undefined;
    const isReady = async (): Promise<boolean> => {
      status = await this.status();
      return status?.rocketchat_connected === true && status.cores.every(({ state }) => state === 'ready');
    };
    await until('the gateway is ready', isReady, { withinMs, everyMs: 100 }).catch((error: Error) => {
      throw new Error(`${error.message}; ${this.lastSeen(status)}`);
    });
  }

  /** A signal after which it is not expected to go on. @returns false where none runs. */
  bringDown(signal: 'SIGKILL' | 'SIGTERM'): boolean {
    if (this.over) return false;
    this.expected = signal;
    return this.child?.kill(signal) ?? false;
  }

  /** For good. @throws Error where it does not end in order. */
  async close(): Promise<void> {
    this.closing = true;
    const { child } = this;
    if (!child || this.over) return;
    const ended = once(child, 'exit');
    // Told twice it would end at once.
    if (this.expected !== 'SIGTERM') this.bringDown('SIGTERM');
    child.kill('SIGCONT');
    await Promise.race([ended, pause(END_WITHIN_MS)]);
    if (this.over) return;
    child.kill('SIGKILL');
    await ended;
    throw new Error(`the gateway did not end within ${END_WITHIN_MS / 1000} s of a SIGTERM`);
  }

  private lastSeen(status: StatusView | undefined): string {
    const cores = status?.cores.map(({ id, state }) => `core ${id} is ${state}`).join(', ');
    const seen = status
      ? `chat ${status.rocketchat_connected ? '' : 'not '}connected, ${cores}`
      : 'it does not answer';
    const log = readFileSync(join(this.folder, 'gateway.log'), 'utf8').trimEnd().split('\n');
    return `life ${this.lives}: ${seen}; its log ends with:\n${log.slice(-TOLD_LINES).join('\n')}`;
  }

  private get over(): boolean {
    return !this.child || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private launch(): void {
    const { PATH = '', HOME = '' } = process.env;
    const log = openSync(join(this.folder, 'gateway.log'), 'a');
    const child = spawn(process.execPath, ['--require', PROBE, PROGRAM], {
      env: { PATH, HOME, ...this.environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.lives++;
    this.child = child;
    this.expected = undefined;
    const callOff = atExit(() => void child.kill('SIGKILL'));
    child.once('exit', (code, signal) => {
      callOff();
      this.judgeEnd(code, signal);
      if (!this.closing) setTimeout(() => this.closing || this.launch(), START_AGAIN_MS);
    });
  }

  private judgeEnd(code: number | null, signal: NodeJS.Signals | null): void {
    const asked = this.expected;
    if (asked === 'SIGKILL' || (asked === 'SIGTERM' && code === 0)) return;
    const end = `life ${this.lives} ended with ${signal ?? code}${asked ? ` after a ${asked}` : ', unasked'}`;
    this.ownEnds.push(end);
    this.say(`gateway: ${end}`);
  }
}
