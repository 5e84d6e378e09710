import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ContainerStdio } from '../../../src/containers/container-attachments';
import {
  type ComponentContainer,
  ComponentContainers,
  type ComponentContainerSpec,
  type ComponentImage,
  type ComponentState,
  type ComponentUse,
  type EngineLife,
  type SandboxEngine,
} from '../../../src/containers/component-containers';
import { FakeComponentVolumes } from './fake-component-volumes';
import { PROGRAM } from '../components/component-process';
import { nameOf } from '../components/manifests';

/** Runs the test components as processes, with a name of a behaviour as the last word of the image's repository. */
export class FakeComponentContainers extends ComponentContainers {
  readonly made: FakeComponent[] = [];
  readonly volumes = new FakeComponentVolumes();
  /** Most that ran at once. */
  most = 0;
  /** Set, nothing can be made: the engine is away. */
  problem?: Error;
  removedBySweep = 0;
  /** Labels of containers that other doubles made, and that are there. */
  readonly others: (() => Record<string, string>[])[] = [];
  onSweep: () => void = () => undefined;
  /** Of the engine. */
  restarts = 0;
  /** Somebody ran `docker kill`. */
  killedByOthers = false;

  constructor() {
    super();
    this.volumes.used.push(() =>
      this.made.map(({ removed, spec }) => (removed ? undefined : spec.state?.volume)),
    );
  }

  engine(): Promise<SandboxEngine> {
    if (this.problem) return Promise.reject(this.problem);
    return Promise.resolve({ version: '20.10.24', architecture: 'x86_64', runtimes: ['runc'] });
  }

  life(): Promise<EngineLife> {
    const began = this.restarts;
    const now = (): FakeComponentContainers => this;
    return Promise.resolve({
      get isOver() {
        return now().restarts > began;
      },
      get killedByOthers() {
        return now().killedByOthers;
      },
      close: () => undefined,
    });
  }

  image(reference: string): Promise<ComponentImage | undefined> {
    const name = { 'io.modelcontextprotocol.server.name': nameOf(behaviourOf(reference)) };
    return Promise.resolve({
      id: 'sha256:image',
      digests: [reference],
      labels: name,
      bytes: 1e8,
      user: '10001:10001',
      entrypoint: [],
      cmd: [],
      env: [],
      volumes: behaviourOf(reference) === 'image-volume' ? ['/anywhere'] : [],
      architecture: 'amd64',
    });
  }

  create(spec: ComponentContainerSpec): Promise<ComponentContainer> {
    if (this.problem) return Promise.reject(this.problem);
    const { state, fixtures, labels } = spec;
    for (const one of [state, fixtures])
      if (one) this.volumes.make(one.volume, labels['rdzen.component'] ?? '');
    const made = new FakeComponent(spec, `c${this.made.length + 1}`);
    this.made.push(made);
    this.most = Math.max(this.most, this.left);
    return Promise.resolve(made);
  }

  count(label: string): Promise<number> {
    if (this.problem) return Promise.reject(this.problem);
    const [name = '', value] = label.split('=');
    const there = this.made.flatMap(({ removed, spec }) => (removed ? [] : [spec.labels]));
    const all = [...there, ...this.others.flatMap((labels) => labels())];
    const found = all.filter((labels) => (value === undefined ? name in labels : labels[name] === value));
    return Promise.resolve(found.length);
  }

  sweep(): Promise<number> {
    this.onSweep();
    return Promise.resolve(this.removedBySweep);
  }

  /** Made and not removed. */
  get left(): number {
    return this.made.filter(({ removed }) => !removed).length;
  }
}

export class FakeComponent implements ComponentContainer {
  removed = false;
  memoryBytes = 30e6;
  cpuMs = 200;
  imageId = 'sha256:image';
  child?: ChildProcess;

  constructor(
    readonly spec: ComponentContainerSpec,
    readonly id: string,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  start(): Promise<ContainerStdio> {
    const child = spawn(process.execPath, [PROGRAM, behaviourOf(this.spec.image)], {
      env: { PATH: '/bin', ...this.spec.env, ...this.spec.secrets },
    });
    child.stdin.on('error', () => undefined);
    this.child = child;
    return Promise.resolve({
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      close: () => child.kill('SIGKILL'),
    });
  }

  inspect(): Promise<ComponentState | undefined> {
    const { child } = this;
    if (this.removed || !child) return Promise.resolve(undefined);
    const running = child.exitCode === null && child.signalCode === null;
    return Promise.resolve({
      running,
      imageId: this.imageId,
      oomKilled: false,
      ...(running ? {} : { exitCode: child.exitCode ?? 137 }),
    });
  }

  use(): Promise<ComponentUse> {
    return Promise.resolve({
      memoryBytes: this.memoryBytes,
      processes: 11,
      cpuMs: this.cpuMs,
      scratchBytes: 0,
    });
  }

  changes(): Promise<string[]> {
    return Promise.resolve(['/sbin', '/sbin/docker-init']);
  }

  filesAt(): Promise<string[]> {
    return Promise.resolve([]);
  }

  mayWriteTo(): Promise<boolean> {
    return Promise.resolve(true);
  }

  hadOom(): Promise<boolean> {
    return Promise.resolve(false);
  }

  networkAttempts(): Promise<number | undefined> {
    return Promise.resolve(0);
  }

  async stop(graceMs: number): Promise<void> {
    this.child?.kill('SIGTERM');
    const late = setTimeout(() => this.child?.kill('SIGKILL'), graceMs);
    await this.ended();
    clearTimeout(late);
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  async remove(): Promise<void> {
    await this.kill();
    this.removed = true;
  }

  private async ended(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, 'exit');
  }
}

function behaviourOf(image: string): string {
  return /([a-z0-9-]+)@sha256:/.exec(image)?.[1] ?? 'good';
}
