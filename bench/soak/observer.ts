import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { residentMegabytes } from '../support/programs';
import type { SupervisedGateway } from './gateway';
import type { Ledger } from './ledger';
import type { Sample } from './trend';

const LOOK_EVERY_MS = 1_000;
const SAMPLE_EVERY = 5;
const HISTORY_EVERY = 20;
const HISTORY_LIMIT = 200;
const RECENT_MS = 60_000;
/** More than any run lasts. */
const REPORT_HOURS = 24;

interface Report {
  repairs: readonly { count: number }[];
}

interface Switch {
  epoch: number;
  by: string;
}

/** Looks at the gateway and at the questions while the soak runs. */
export class Observer {
  readonly memory: Sample[] = [];
  readonly descriptors: Sample[] = [];
  readonly timers: Sample[] = [];
  /** Of the last minute's questions, the share that has no answer yet; a value a second, once there was a minute. */
  readonly unanswered: number[] = [];
  /** Core processes that took another's place within one life of the gateway. */
  coresStartedAgain = 0;
  /** Steps of the repair ladder in all of the run; undefined while the gateway never told. */
  repairs?: number;
  private readonly switches = new Map<number, Switch>();
  private readonly corePids = new Map<number, number>();
  private coresOfLife = 0;
  private looks = 0;
  private timer?: NodeJS.Timeout;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly gateway: SupervisedGateway,
    private readonly ledger: Ledger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looks++;
      this.looking = this.looking.then(() => this.look());
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await this.readHistory();
  }

  get automaticSwitches(): number {
    return [...this.switches.values()].filter(({ by }) => by === 'automatic').length;
  }

  get switchesByHand(): number {
    return this.switches.size - this.automaticSwitches;
  }

  private async look(): Promise<void> {
    this.noteUnanswered();
    const { pid, lives } = this.gateway;
    const status = await this.gateway.status();
    // What answers now may be the next one already.
    if (!status || pid === undefined || pid !== this.gateway.pid) return;
    this.noteCores(lives, status.cores);
    if (this.looks % SAMPLE_EVERY === 0) this.sample(pid, lives);
    if (this.looks % HISTORY_EVERY === 0) await this.readHistory();
  }

  private noteUnanswered(): void {
    const since = performance.now() - RECENT_MS;
    if ((this.ledger.asked[0]?.askedAt ?? Infinity) > since) return;
    const asked = this.ledger.asked.filter(({ addressed, askedAt }) => addressed && askedAt > since).length;
    const waiting = this.ledger.waiting.filter(({ askedAt }) => askedAt > since).length;
    if (asked > 0) this.unanswered.push(waiting / asked);
  }

  private noteCores(life: number, cores: readonly { id: number; pid?: number }[]): void {
    if (life !== this.coresOfLife) this.corePids.clear();
    this.coresOfLife = life;
    for (const { id, pid } of cores) {
      if (pid === undefined) continue;
      const before = this.corePids.get(id);
      if (before !== undefined && before !== pid) this.coresStartedAgain++;
      this.corePids.set(id, pid);
    }
  }

  private sample(pid: number, life: number): void {
    const at = performance.now();
    try {
      this.memory.push({ at, life, value: residentMegabytes(pid) });
      this.descriptors.push({ at, life, value: readdirSync(`/proc/${pid}/fd`).length });
      const probe = readProbe(this.gateway.temporary);
      if (probe?.pid === pid) this.timers.push({ at, life, value: probe.Timeout ?? 0 });
      // Read the next time.
      process.kill(pid, 'SIGUSR2');
    } catch {
      // It ended meanwhile.
    }
  }

  private async readHistory(): Promise<void> {
    const rows = await this.gateway.get<Switch[]>(`/api/v1/failover/history?limit=${HISTORY_LIMIT}`);
    for (const { epoch, by } of rows ?? []) this.switches.set(epoch, { epoch, by });
    const report = await this.gateway.get<Report>(`/api/v1/failover/report?hours=${REPORT_HOURS}`);
    if (report) this.repairs = report.repairs.reduce((sum, { count }) => sum + count, 0);
  }
}

function readProbe(folder: string): { pid: number; Timeout?: number } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'handles.json'), 'utf8')) as { pid: number };
  } catch {
    return undefined;
  }
}
