import type { ContainerCreateOptions } from 'dockerode';
import { ContainerOutput } from './container-output';
import { ContainerProcess } from './container-process';
import { type FakeEndpoint, type FakeImage, newId } from './engine-objects';
import { type EngineTime, NEVER } from './engine-time';
import { noSuchContainer, Refusal } from './refusal';
import { signalNamed } from './signals';

/** Source: moby restartmanager: 100 ms, doubled up to a minute, from the beginning for what lived 10 s. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 60_000;
const LONG_LIFE_MS = 10_000;

export interface Mounted {
  kind: 'bind' | 'volume';
  /** A volume's name or a path. */
  source: string;
  target: string;
  mode: string;
}

export interface ContainerHooks {
  time: EngineTime;
  tell(container: FakeContainer, action: string, more?: Record<string, string>): void;
  /** Its networks come and go with every life. */
  network(container: FakeContainer, action: 'connect' | 'disconnect'): void;
}

/** A container with a real process behind it, with the states, the events and the restarts of Docker 20.10. */
export class FakeContainer {
  readonly id = newId();
  readonly created: string;
  readonly output = new ContainerOutput();
  readonly endpoints = new Map<string, FakeEndpoint>();
  status: 'created' | 'running' | 'paused' | 'restarting' | 'exited' = 'created';
  exitCode = 0;
  error = '';
  oomKilled = false;
  startedAt = NEVER;
  finishedAt = NEVER;
  restartCount = 0;
  process?: ContainerProcess;
  private begun = 0;
  private backoffMs = 0;
  /** Told to end: its policy does not start it again. */
  private unwanted = false;
  private pending?: NodeJS.Timeout;
  private waiting: (() => void)[] = [];
  private expecting: ((life: ContainerProcess) => void)[] = [];

  constructor(
    public name: string,
    readonly image: FakeImage,
    readonly config: ContainerCreateOptions,
    readonly mounts: readonly Mounted[],
    private readonly hooks: ContainerHooks,
  ) {
    this.created = hooks.time.stamp();
  }

  get running(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'restarting';
  }

  get labels(): Record<string, string> {
    return this.config.Labels ?? {};
  }

  get command(): string[] {
    const entrypoint = this.config.Entrypoint ?? this.image.entrypoint;
    return [...[entrypoint].flat(), ...(this.config.Cmd ?? [])];
  }

  /** By somebody's call. @returns false where it ran already */
  start(): boolean {
    if (this.running && this.status !== 'restarting') {
      if (this.status === 'paused')
        throw new Refusal(409, 'cannot start a paused container, try unpause instead');
      return false;
    }
    clearTimeout(this.pending);
    this.restartCount = 0;
    this.backoffMs = 0;
    this.unwanted = false;
    this.live();
    return true;
  }

  async stop(graceMs: number): Promise<boolean> {
    if (!this.running) return false;
    await this.end(graceMs);
    this.hooks.tell(this, 'stop');
    return true;
  }

  async restart(graceMs: number): Promise<void> {
    await this.stop(graceMs);
    this.start();
    this.hooks.tell(this, 'restart');
  }

  kill(asked: string): void {
    const { name, number } = signalNamed(asked);
    if (!this.running)
      throw new Refusal(409, `Cannot kill container: ${this.name}: Container ${this.id} is not running`);
    // Moby 20.10 takes every signal for a wish that it ends, where the container names no stop signal.
    this.unwanted = true;
    if (this.status === 'restarting') {
      this.giveUp();
      return;
    }
    this.hooks.tell(this, 'kill', { signal: String(number) });
    this.process?.signal(name);
    if (this.status === 'paused') this.unpause();
  }

  pause(): void {
    if (this.status === 'paused') throw new Refusal(409, `Container ${this.id} is already paused`);
    if (this.status === 'restarting')
      throw new Refusal(409, `Container ${this.id} is restarting, wait until the container is running`);
    if (!this.running) throw new Refusal(409, `Container ${this.id} is not running`);
    this.process?.freeze();
    this.status = 'paused';
    this.hooks.tell(this, 'pause');
  }

  unpause(): void {
    if (this.status !== 'paused') throw new Refusal(500, `Container ${this.id} is not paused`);
    this.status = 'running';
    this.process?.thaw();
    this.hooks.tell(this, 'unpause');
  }

  async remove(force: boolean): Promise<void> {
    if (this.running) {
      if (!force)
        throw new Refusal(
          409,
          `You cannot remove a running container ${this.id}. Stop the container before attempting removal or force remove`,
        );
      await this.killed();
    }
  }

  /** The memory ran out, and the kernel chose the first process. */
  runOutOfMemory(): void {
    if (!this.process) throw noSuchContainer(this.name);
    this.oomKilled = true;
    this.hooks.tell(this, 'oom');
    this.process.signal('SIGKILL');
  }

  /** Nobody hears of it: the machine's end, not the container's. */
  async vanish(): Promise<void> {
    this.unwanted = true;
    if (this.status === 'restarting') this.giveUp();
    const over = this.stopped();
    this.process?.signal('SIGKILL');
    await over;
  }

  tellAttached(): void {
    this.hooks.tell(this, 'attach');
  }

  /** Its process, once there is one: who attaches before the start waits for it. */
  alive(): Promise<ContainerProcess> {
    return this.process
      ? Promise.resolve(this.process)
      : new Promise((resolve) => this.expecting.push(resolve));
  }

  private async killed(): Promise<void> {
    const over = this.stopped();
    this.kill('SIGKILL');
    await over;
  }

  private async end(graceMs: number): Promise<void> {
    const over = this.stopped();
    this.kill('SIGTERM');
    if (this.status === 'exited') return;
    const late = setTimeout(() => this.running && this.kill('SIGKILL'), graceMs);
    await over;
    clearTimeout(late);
  }

  private stopped(): Promise<void> {
    return this.running ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  private live(): void {
    this.hooks.network(this, 'connect');
    const life = new ContainerProcess(this.command, this.config.Env ?? [], this.config.OpenStdin === true, {
      output: (stream, chunk) => this.output.take(stream, chunk),
      exited: (code) => this.died(code),
    });
    if (life.pid === 0) {
      const [program = ''] = this.command;
      this.hooks.network(this, 'disconnect');
      this.status = 'created';
      this.exitCode = 127;
      this.error = `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: ${JSON.stringify(program)}: stat ${program}: no such file or directory: unknown`;
      throw new Refusal(400, this.error);
    }
    this.process = life;
    this.status = 'running';
    this.oomKilled = false;
    this.exitCode = 0;
    this.error = '';
    this.startedAt = this.hooks.time.stamp();
    this.begun = performance.now();
    for (const resolve of this.expecting.splice(0)) resolve(life);
    this.hooks.tell(this, 'start');
  }

  private died(code: number): void {
    this.process = undefined;
    this.exitCode = code;
    this.finishedAt = this.hooks.time.stamp();
    const again = !this.unwanted && this.policyWants(code);
    this.status = again ? 'restarting' : 'exited';
    if (again) this.restartCount++;
    this.hooks.tell(this, 'die', { exitCode: String(code) });
    this.hooks.network(this, 'disconnect');
    if (!again) this.output.ended();
    if (again) this.pending = setTimeout(() => this.live(), this.nextBackoff());
    else this.over();
  }

  private policyWants(code: number): boolean {
    const { Name: policy = 'no' } = this.config.HostConfig?.RestartPolicy ?? {};
    return policy === 'always' || policy === 'unless-stopped' || (policy === 'on-failure' && code !== 0);
  }

  private nextBackoff(): number {
    const lived = performance.now() - this.begun;
    const next = lived >= LONG_LIFE_MS || this.backoffMs === 0 ? FIRST_BACKOFF_MS : this.backoffMs * 2;
    this.backoffMs = Math.min(next, LONGEST_BACKOFF_MS);
    return this.backoffMs;
  }

  private giveUp(): void {
    clearTimeout(this.pending);
    this.status = 'exited';
    this.output.ended();
    this.over();
  }

  private over(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
