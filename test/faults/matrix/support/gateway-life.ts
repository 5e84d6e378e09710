import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { eventually } from '../../../support/chat-person';
import { RunningRdzen, type StatusView } from '../../../support/running-rdzen';
import { BOT_PASSWORD } from './chat-side';
import type { CoreHandle } from './core-handle';
import { GatewayHooks, type Order } from './gateway-hooks';
import { smallDisk, type SmallDisk } from './small-disk';

/** `own`: cores are its own embedded ones. `outside`: they are the test's. `small-disk`: the same, on a disk to be filled. */
export type LifeKind = 'own' | 'outside' | 'small-disk';

export interface HistoryRow {
  epoch: number;
  from: number;
  to: number;
  at: string;
  cause: string;
  evidence: string;
  by: string;
}

export interface LifeOptions {
  kind: LifeKind;
  chatUrl: string;
  coreUrls: readonly string[];
  tokensPerSecond: number;
}

/** The real gateway as a process, from its first start on an empty folder to its end; it may die and be started again. */
export class GatewayLife {
  /** It remembers what was done to it (back-offs, hold-downs), and must not be judged by another fault. */
  worn = false;

  private constructor(
    readonly kind: LifeKind,
    private readonly rdzen: RunningRdzen,
    readonly hooks: GatewayHooks,
    private readonly disk?: SmallDisk,
  ) {}

  static async begin({ kind, chatUrl, coreUrls, tokensPerSecond }: LifeOptions): Promise<GatewayLife> {
    const hooks = new GatewayHooks();
    const outside = coreUrls.map((url, index): [string, string] => [`OLLAMA_URL_CORE${index + 1}`, url]);
    const rdzen = await RunningRdzen.create({
      ...hooks.environment,
      ROCKETCHAT_URL: chatUrl,
      ROCKETCHAT_PASSWORD: BOT_PASSWORD,
      RDZEN_MODEL: 'scripted',
      ...(kind === 'own' ? { CORE_TOKENS_PER_SECOND: String(tokensPerSecond) } : Object.fromEntries(outside)),
    });
    const disk = kind === 'small-disk' ? smallDisk() : undefined;
    const life = new GatewayLife(kind, rdzen, hooks, disk);
    try {
      await life.launch();
      await life.rdzen.ready();
      return life;
    } catch (error) {
      await life.end();
      throw error;
    }
  }

  get output(): string {
    return this.rdzen.output;
  }

  /** As a supervisor would, right after its death. */
  async launch(): Promise<void> {
    await this.rdzen.launch({}, this.disk?.through(this.rdzen.data));
  }

  ready(): Promise<StatusView> {
    return this.rdzen.ready();
  }

  status(): Promise<StatusView> {
    return this.rdzen.status();
  }

  signal(signal: NodeJS.Signals): void {
    this.rdzen.signal(signal);
  }

  async kill(): Promise<void> {
    this.rdzen.signal('SIGKILL');
    await this.rdzen.exit();
  }

  /** At once, or where it stands at a point as soon as it is released. */
  order(order: Order): void {
    this.hooks.give(order);
    this.rdzen.signal('SIGUSR2');
  }

  async switchTo(coreId: number): Promise<void> {
    const { status, body } = await this.rdzen.api('POST', '/switch_core', { core_id: coreId }, this.key);
    if (status !== 200) throw new Error(`It does not switch: ${JSON.stringify(body)}`);
  }

  /** Switches after `epoch`, oldest first. */
  async history(epoch: number): Promise<HistoryRow[]> {
    const { body } = await this.rdzen.api('GET', '/api/v1/failover/history', undefined, this.key);
    return (body as unknown as HistoryRow[]).filter((row) => row.epoch > epoch).reverse();
  }

  /** Steps of the ladder that were taken for a core; one that still goes on has no outcome. */
  async repairs(coreId: number): Promise<{ step: string; outcome?: string }[]> {
    const { body } = await this.rdzen.api('GET', `/api/v1/cores/${coreId}/repairs`, undefined, this.key);
    return body as unknown as { step: string; outcome?: string }[];
  }

  /** When each attempt at the questions of a room began, by the gateway's clock. */
  attempts(roomId: string): { question: string; number: number; core: number; startedAt: number }[] {
    const database = new Database(join(this.rdzen.data, 'rdzen.db'), { readonly: true });
    try {
      const sql = `SELECT inbox.text AS question, number, core, started_at AS startedAt FROM attempts
        JOIN inbox ON inbox.id = message_id WHERE room_id = ? ORDER BY started_at`;
      return database.prepare(sql).all(roomId) as ReturnType<GatewayLife['attempts']>;
    } finally {
      database.close();
    }
  }

  /** Its own cores as they run now. */
  async ownCores(): Promise<CoreHandle[]> {
    const { cores } = await this.status();
    return cores.map(({ id, pid = 0 }) => new OwnCore(id, pid));
  }

  fillDisk(): void {
    this.disk?.fill(this.rdzen.pid, this.rdzen.data);
  }

  freeDisk(): void {
    this.disk?.free(this.rdzen.pid, this.rdzen.data);
  }

  /** Whether the store said that it is full. */
  get saidFull(): boolean {
    return this.disk?.words.test(this.output) ?? false;
  }

  async end(): Promise<void> {
    await this.rdzen.close();
    this.hooks.remove();
  }

  private get key(): string {
    const namespace = this.disk ? `/proc/${this.rdzen.pid}/root` : '/';
    return readFileSync(join(namespace, this.rdzen.data, 'admin.key'), 'utf8').trim();
  }
}

/** A core that the gateway runs. */
class OwnCore implements CoreHandle {
  constructor(
    readonly id: number,
    private readonly pid: number,
  ) {}

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** The hook in it exits with a code. */
  async exit(): Promise<void> {
    this.signal('SIGUSR2');
    await this.gone();
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.gone();
  }

  private gone(): Promise<unknown> {
    return eventually(() => !lives(this.pid), Boolean, 5_000, `process ${this.pid} ends`);
  }
}

/** One that is dead and not yet collected, because its parent stands still, lives no more. */
function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
