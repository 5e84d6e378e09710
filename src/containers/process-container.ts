import type { Clock, Timer } from '../shared/clock';
import type { Random } from '../shared/random';
import type {
  ContainerEvent,
  ContainerInfo,
  ContainerSpec,
  ContainerState,
  ContainerStats,
} from './container-engine';
import type { LaunchedProcess, ProcessExit } from './launched-process';
import { groupStats } from './group-stats';
import { LineRing } from './line-ring';
import type { ProcessLauncher } from './process-launcher';
import { RestartBackoff } from './restart-backoff';

const LAST_OUTPUT_LINES = 20;

/**
 * One container: at most one process group at a time, started again by its restart policy. Everything that changes it
 * goes through one queue, so a start, a stop and a death never overlap.
 */
export class ProcessContainer {
  private state: ContainerState = 'exited';
  private current?: LaunchedProcess;
  private pending?: Timer;
  private startedAt?: number;
  private startedMonotonic = 0;
  private lastExit: ProcessExit = {};
  private restarts = 0;
  private backoff = new RestartBackoff();
  private readonly lines = new LineRing();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    public spec: Readonly<ContainerSpec>,
    /** Resolves once the engine is ready to launch anything. */
    private readonly launcher: () => Promise<ProcessLauncher>,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly emit: (event: ContainerEvent) => void,
  ) {}

  start(spec: ContainerSpec): Promise<ContainerInfo> {
    return this.queued(async () => {
      if (this.current?.alive) return this.info();
      this.spec = spec;
      await this.startAnew();
      return this.info();
    });
  }

  /** Not started; one that was is left as it is. */
  create(spec: ContainerSpec): Promise<ContainerInfo> {
    return this.queued(async () => {
      this.spec = spec;
      if (this.state === 'exited' && this.startedAt === undefined) this.state = 'stopped';
      return this.info();
    });
  }

  stop(graceMs: number): Promise<void> {
    return this.queued(() => this.stopNow(graceMs));
  }

  restart(graceMs: number): Promise<ContainerInfo> {
    return this.queued(async () => {
      await this.stopNow(graceMs);
      await this.startAnew();
      return this.info();
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.current?.signal(signal)) {
      throw new Error(
        `Container ${this.spec.name} has no running process to send ${signal} to: it is ${this.state}.`,
      );
    }
  }

  pause(): Promise<void> {
    return this.freeze('SIGSTOP', 'running', 'paused');
  }

  resume(): Promise<void> {
    return this.freeze('SIGCONT', 'paused', 'running');
  }

  async stats(): Promise<ContainerStats> {
    const stats = this.current?.alive ? await groupStats(this.current.pid) : undefined;
    return stats ?? { memoryBytes: 0, cpuMs: 0, processes: 0 };
  }

  info(): ContainerInfo {
    const alive = this.current?.alive ? this.current : undefined;
    return {
      name: this.spec.name,
      image: this.spec.image,
      state: this.state,
      ...(alive ? { pid: alive.pid } : this.lastExit),
      ...(this.startedAt === undefined ? {} : { startedAt: this.startedAt }),
      restarts: this.restarts,
      deathsLastMinute: this.backoff.deathsLastMinute(this.clock.monotonic()),
      labels: { ...this.spec.labels },
    };
  }

  logs(): string[] {
    return this.lines.last();
  }

  private freeze(signal: 'SIGSTOP' | 'SIGCONT', from: ContainerState, to: ContainerState): Promise<void> {
    return this.queued(async () => {
      if (this.state === to) return;
      if (this.state !== from || !this.current?.signalAll(signal))
        throw new Error(`Container ${this.spec.name} cannot become ${to}: it is ${this.state}.`);
      this.state = to;
      const type = to === 'paused' ? 'paused' : 'resumed';
      this.emit({ type, name: this.spec.name, at: this.clock.now() });
    });
  }

  private async startAnew(): Promise<void> {
    this.pending?.cancel();
    this.restarts = 0;
    this.backoff = new RestartBackoff();
    await this.launch();
  }

  private async launch(): Promise<void> {
    const launcher = await this.launcher();
    await launcher.clear(this.spec.name, this.current?.pid);
    this.current = undefined;
    const launched = await launcher.launch(this.spec, this.lines);
    this.current = launched;
    this.state = 'running';
    this.lastExit = {};
    this.startedAt = this.clock.now();
    this.startedMonotonic = this.clock.monotonic();
    this.emit({ type: 'started', name: this.spec.name, pid: launched.pid, at: this.startedAt });
    void launched.exited.then((exit) => this.onExit(launched, exit));
  }

  private onExit(launched: LaunchedProcess, exit: ProcessExit): void {
    if (this.current !== launched || (this.state !== 'running' && this.state !== 'paused')) return;
    const livedMs = this.clock.monotonic() - this.startedMonotonic;
    this.lastExit = exit;
    this.state = this.afterDeath;
    void this.queued(async () => {
      if (this.current !== launched) return;
      await launched.drain();
      this.died(livedMs);
      await (await this.launcher()).clear(this.spec.name, launched.pid);
      this.current = undefined;
    }).catch((error: Error) => this.lines.push(error.message));
  }

  private get afterDeath(): ContainerState {
    return this.spec.restart === 'always' ? 'waiting-to-restart' : 'exited';
  }

  private died(livedMs: number): void {
    const delay = this.backoff.died(this.clock.monotonic(), livedMs);
    this.emit({
      type: 'died',
      name: this.spec.name,
      at: this.clock.now(),
      ...this.lastExit,
      lastOutput: this.lines.last(LAST_OUTPUT_LINES),
    });
    this.state = this.afterDeath;
    if (this.state !== 'waiting-to-restart') return;
    this.pending = this.clock.after(
      this.random.jitter(delay, 0.1),
      () => void this.queued(() => this.startAgain()),
    );
  }

  private async startAgain(): Promise<void> {
    if (this.state !== 'waiting-to-restart') return;
    this.restarts += 1;
    try {
      await this.launch();
    } catch (error) {
      this.lastExit = {};
      this.lines.push(error instanceof Error ? error.message : String(error));
      this.died(0);
    }
  }

  private async stopNow(graceMs: number): Promise<void> {
    this.pending?.cancel();
    const launched = this.current;
    if (this.state === 'stopped' && !launched) return;
    const launcher = await this.launcher();
    this.state = 'stopped';
    if (launched) {
      this.lastExit = await launched.end(graceMs);
      await launched.drain();
    }
    await launcher.clear(this.spec.name, launched?.pid);
    this.current = undefined;
    this.emit({ type: 'stopped', name: this.spec.name, at: this.clock.now() });
  }

  private queued<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
