import type { Clock, Timer } from '../../shared/clock';
import { ComponentDeaths } from '../component-deaths';
import { ComponentDidNotStart } from '../component-runtime';
import type { RunningService } from './service-runtime';

const DEFAULTS = { intervalS: 30, failures: 3, againMs: 30 * 60_000 };
const STOP_GRACE_MS = 5_000;
/** The engine hears of an end a moment after its output has ended. */
const ENDING = { looks: 20, everyMs: 100 };

/**
 * - `unhealthy`: a bad answer to its health, or the engine cannot be asked
 * - `waiting`: it is started again after a pause
 * - `given-up`: it ended too often; tried again every half hour
 */
export const SERVICE_STATES = ['starting', 'healthy', 'unhealthy', 'waiting', 'given-up', 'stopped'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

export interface ServiceHealth {
  state: ServiceState;
  /** Epoch milliseconds. */
  since: number;
  /** What is or was wrong last. */
  problem?: string;
  /** Starts after the first one, since Rdzen was started. */
  restarts: number;
}

export interface WatchTimes {
  /** Between two looks at its health. */
  intervalS?: number;
  /** Bad answers in a row after which it is started anew. */
  failures?: number;
  /** After which one that was given up is tried again. */
  againMs?: number;
}

export interface WatchHooks {
  onChange?(health: ServiceHealth): void;
  /** Why one that is well has to be started anew; undefined: it has not. */
  due?(): string | undefined;
  /** After each good answer of one that runs. */
  onWell?(running: RunningService): Promise<void>;
}

/**
 * Keeps one service running: starts it again when it has ended or was not well `failures` times in a row, after a pause that
 * grows, and gives up once it ends three times within a minute.
 */
export class WatchedService {
  private running?: RunningService;
  /** Its output has ended. */
  private silent = false;
  private timer?: Timer;
  private looking?: Promise<void>;
  private misses = 0;
  private startedAt = 0;
  /** Monotonic; of the last time that something was wrong with it. */
  private troubledAt?: number;
  private readonly deaths = new ComponentDeaths();
  private readonly over = new AbortController();
  private told: ServiceHealth;

  /** @param begin starts it, and resolves once it is well */
  constructor(
    private readonly begin: (signal: AbortSignal) => Promise<RunningService>,
    private readonly clock: Clock,
    private readonly times: WatchTimes = {},
    private readonly hooks: WatchHooks = {},
  ) {
    this.told = { state: 'stopped', since: clock.now(), restarts: 0 };
  }

  get health(): ServiceHealth {
    return { ...this.told };
  }

  /** The one that runs by now. */
  get current(): RunningService | undefined {
    return this.running;
  }

  /** Milliseconds without trouble; undefined where there was none since the first start. */
  get untroubledMs(): number | undefined {
    return this.troubledAt === undefined ? undefined : this.clock.monotonic() - this.troubledAt;
  }

  /** The first start; later ones are its own matter. */
  start(): Promise<void> {
    return this.step();
  }

  /** Nothing of it runs after it. */
  async stop(): Promise<void> {
    this.over.abort(new Error('the service is being stopped'));
    this.timer?.cancel();
    await this.looking;
    await this.end();
    this.tell('stopped');
  }

  private step(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async look(): Promise<void> {
    if (this.over.signal.aborted) return;
    try {
      if (this.running) await this.ask(this.running);
      else await this.launch();
    } catch (error) {
      if (this.over.signal.aborted) return;
      // Of the engine: it says nothing of the service, which is asked again.
      this.tell('unhealthy', error instanceof Error ? error.message : String(error));
      this.plan(this.intervalMs);
    }
  }

  private async launch(): Promise<void> {
    this.tell('starting', this.told.problem);
    this.startedAt = this.clock.monotonic();
    let running: RunningService;
    try {
      running = await this.begin(this.over.signal);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      this.died(error.message);
      return;
    }
    this.running = running;
    this.silent = false;
    this.misses = 0;
    this.well();
    void running.over.then(() => {
      if (this.running !== running) return;
      this.silent = true;
      this.plan(0);
    });
  }

  private async ask(running: RunningService): Promise<void> {
    const reason = this.hooks.due?.();
    if (reason !== undefined) {
      await this.end();
      this.told.restarts++;
      return this.launch();
    }
    const state = await this.stateOf(running);
    if (!state?.running) {
      const why = state?.oomKilled ? 'it was killed for the memory it took' : 'it ended';
      const last = lastLine(running.logTail);
      await this.end();
      return this.died(
        `${why}, with code ${state?.exitCode ?? 'unknown'}${last === '' ? '' : `; its last words: ${last}`}`,
      );
    }
    const problem = await running.health();
    if (problem === undefined) {
      await this.hooks.onWell?.(running);
      return this.well();
    }
    this.misses++;
    this.troubledAt = this.clock.monotonic();
    if (this.misses < (this.times.failures ?? DEFAULTS.failures)) {
      this.tell('unhealthy', problem);
      return this.plan(this.intervalMs);
    }
    await this.end();
    this.died(`${problem}, ${this.misses} times in a row`);
  }

  private async stateOf({ container }: RunningService): ReturnType<RunningService['container']['inspect']> {
    for (let looks = 1; ; looks++) {
      const state = await container.inspect();
      if (!this.silent || !state?.running || looks >= ENDING.looks) return state;
      await this.clock.sleep(ENDING.everyMs);
    }
  }

  private well(): void {
    this.misses = 0;
    this.tell('healthy');
    this.plan(this.intervalMs);
  }

  private died(problem: string): void {
    const now = this.clock.monotonic();
    this.deaths.note(now, now - this.startedAt, problem);
    this.misses = 0;
    this.troubledAt = now;
    this.told.restarts++;
    if (this.deaths.looping(now)) {
      this.tell('given-up', problem);
      return this.plan(this.times.againMs ?? DEFAULTS.againMs);
    }
    this.tell('waiting', problem);
    this.plan(this.deaths.waitMs(now));
  }

  private async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    // It may have something to write down.
    await running?.container.stop(STOP_GRACE_MS).catch(() => undefined);
    await running?.close();
  }

  private get intervalMs(): number {
    return (this.times.intervalS ?? DEFAULTS.intervalS) * 1000;
  }

  private plan(ms: number): void {
    this.timer?.cancel();
    if (this.over.signal.aborted) return;
    this.timer = this.clock.after(ms, () => {
      // One look at a time: what became due in the middle of one is looked at after it.
      void (this.looking ?? Promise.resolve()).then(() => this.step());
    });
  }

  private tell(state: ServiceState, problem?: string): void {
    const changed = state !== this.told.state || problem !== this.told.problem;
    if (!changed) return;
    const since = state === this.told.state ? this.told.since : this.clock.now();
    this.told = { state, since, restarts: this.told.restarts, ...(problem ? { problem } : {}) };
    this.hooks.onChange?.(this.health);
  }
}

function lastLine(log: string): string {
  const last = log.trim().split('\n').pop() ?? '';
  return last.replace(/[^\P{C}\t]/gu, '?').slice(0, 200);
}
