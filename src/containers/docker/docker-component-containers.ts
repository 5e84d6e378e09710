import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Container, ContainerInspectInfo, ContainerStats, ImageInspectInfo } from 'dockerode';
import type { Clock } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';
import {
  COMPONENT_USER,
  type ComponentContainer,
  ComponentContainers,
  type ComponentContainerSpec,
  type ComponentImage,
  type ComponentState,
  type ComponentUse,
  type EngineLife,
  type SandboxEngine,
} from '../component-containers';
import type { ContainerStdio } from '../container-attachments';
import { componentOptions } from './component-options';
import { containerStats } from './container-stats';
import { DockerAttachments } from './docker-attachments';
import { DockerCalls } from './docker-calls';
import { DockerComponentVolumes } from './docker-component-volumes';
import type { DockerClient } from './docker-client';
import { DockerEngineLife } from './docker-engine-life';
import { isMissing } from './docker-failure';
import { EXPIRES, type Maker } from './labels';
import { LateRemovals } from './late-removals';
import { handoverLines, withHandover } from './secret-handover';
import { sweep } from './sweep';
import { VolumeArchive } from './volume-archive';

const STOP_SLACK_MS = 10_000;
/** Of a container that is never started. */
const STILL_LIFETIME_MS = 300_000;
const STILL_LIMITS = { memoryBytes: 16 * 2 ** 20, cpus: 0.1, pids: 8, scratchBytes: 2 ** 20 };

/** What it says of itself, beside what the published types name. */
interface EngineInfo {
  NCPU?: number;
  Architecture: string;
  CgroupVersion?: string;
  Runtimes?: Record<string, unknown>;
}

/** {@link ComponentContainers} over Docker. */
export class DockerComponentContainers extends ComponentContainers {
  readonly volumes: DockerComponentVolumes;
  private readonly attachments: DockerAttachments;
  private readonly late: LateRemovals;
  private cgroup?: '1' | '2';
  private readonly lives = new Set<DockerEngineLife>();
  private stills = 0;

  constructor(
    private readonly client: DockerClient,
    private readonly maker: Maker,
    private readonly clock: Clock,
  ) {
    super();
    this.attachments = new DockerAttachments(client);
    this.late = new LateRemovals(clock);
    this.volumes = new DockerComponentVolumes(client, maker, this.late, (volume, path, image) =>
      this.make({
        name: `rdzen-files-${maker.run.toLowerCase()}-${(this.stills++).toString(36)}`,
        ...{ image, env: {}, labels: {}, limits: STILL_LIMITS, state: { volume, path } },
        lifetimeMs: STILL_LIFETIME_MS,
      }),
    );
  }

  async engine(): Promise<SandboxEngine> {
    const version = await this.client.version();
    const info = await this.client.call(
      { verb: 'tell', subject: 'of itself' },
      () => this.client.api.info() as Promise<EngineInfo>,
    );
    this.cgroup = info.CgroupVersion === '2' ? '2' : '1';
    return {
      ...{ version, architecture: info.Architecture, runtimes: Object.keys(info.Runtimes ?? {}).sort() },
      ...(info.NCPU === undefined ? {} : { processors: info.NCPU }),
    };
  }

  async life(labels: Readonly<Record<string, string>>): Promise<EngineLife> {
    const life = await DockerEngineLife.open(this.client, labels, (closed) => this.lives.delete(closed));
    this.lives.add(life);
    return life;
  }

  async image(reference: string): Promise<ComponentImage | undefined> {
    const image = this.client.api.getImage(reference) as unknown as {
      inspect(options: object): Promise<ImageInspectInfo>;
    };
    const asked = { verb: 'inspect', subject: `image ${reference}` };
    try {
      const found = await this.client.call(asked, (abortSignal) => image.inspect({ abortSignal }));
      const { Config } = found;
      return {
        id: found.Id,
        digests: found.RepoDigests ?? [],
        labels: { ...Config.Labels },
        bytes: found.Size,
        user: Config.User,
        entrypoint: [Config.Entrypoint ?? []].flat(),
        cmd: Config.Cmd ?? [],
        env: Config.Env ?? [],
        volumes: Object.keys(Config.Volumes ?? {}),
        architecture: found.Architecture,
      };
    } catch (error) {
      if (isMissing(error) || (error instanceof RdzenError && error.code === 'IMAGE_MISSING'))
        return undefined;
      throw error;
    }
  }

  async create(spec: ComponentContainerSpec): Promise<ComponentContainer> {
    await this.volumes.makeFor(spec, this.clock.now());
    return this.make(spec);
  }

  private async make(spec: ComponentContainerSpec): Promise<ComponentContainer> {
    if (this.cgroup === undefined) await this.engine();
    const plain = componentOptions(spec, this.maker, this.clock.now(), this.cgroup ?? '1');
    // Without an image the call is refused anyway, and there is no secret in it.
    const image = spec.secrets && (await this.image(spec.image));
    const options = spec.secrets && image ? withHandover(plain, spec.secrets, image) : plain;
    const handover = spec.secrets && handoverLines(spec.secrets);
    const made = await this.client.call(
      { verb: 'create', subject: `component ${spec.name}` },
      (abortSignal) => this.client.api.createContainer({ ...options, abortSignal }),
    );
    const component = new DockerComponent(
      ...([made, spec.name, this.client, this.attachments, this.clock, this.late, this.lives] as const),
      handover,
    );
    try {
      // One network at most can be named in the create call.
      for (const network of spec.network?.also ?? [])
        await new DockerCalls(this.client).connect(made.id, { network, settings: {} });
    } catch (error) {
      await component.remove();
      throw error;
    }
    return component;
  }

  async count(label: string): Promise<number> {
    const found = await this.client.call({ verb: 'list', subject: 'components' }, (abortSignal) =>
      this.client.api.listContainers({
        all: true,
        filters: JSON.stringify({ label: [label, EXPIRES] }),
        abortSignal,
      }),
    );
    return found.length;
  }

  sweep(): Promise<number> {
    return sweep(this.client, this.maker, this.clock.now());
  }
}

class DockerComponent implements ComponentContainer {
  /** Epoch seconds. */
  private readonly madeAt: number;

  constructor(
    private readonly container: Container,
    readonly name: string,
    private readonly client: DockerClient,
    private readonly attachments: DockerAttachments,
    private readonly clock: Clock,
    private readonly late: LateRemovals,
    /** That are to know which ends are ours. */
    private readonly lives: ReadonlySet<DockerEngineLife>,
    /** Sent before anything else. */
    private readonly handover?: string,
  ) {
    this.madeAt = Math.floor(clock.now() / 1000);
  }

  get id(): string {
    return this.container.id;
  }

  async start(): Promise<ContainerStdio> {
    const stdio = await this.attachments.attach(this.id);
    try {
      await this.ask('start', (abortSignal) => this.container.start({ abortSignal }));
      if (this.handover !== undefined) stdio.stdin.write(this.handover);
      return stdio;
    } catch (error) {
      stdio.close();
      throw error;
    }
  }

  async inspect(): Promise<ComponentState | undefined> {
    try {
      const found: ContainerInspectInfo = await this.ask('inspect', (abortSignal) =>
        this.container.inspect({ abortSignal }),
      );
      const { Running, ExitCode, OOMKilled, StartedAt } = found.State;
      const startedAt = Date.parse(StartedAt);
      return {
        running: Running,
        imageId: found.Image,
        oomKilled: OOMKilled,
        ...(Running ? {} : { exitCode: ExitCode }),
        // The engine's way to say never is the year 1.
        ...(startedAt > 0 ? { startedAt } : {}),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async use(): Promise<ComponentUse> {
    // Its published types know nothing of a signal here.
    const container = this.container as unknown as { stats(options: object): Promise<ContainerStats> };
    const found = await this.ask('measure', (abortSignal) =>
      container.stats({ stream: false, 'one-shot': true, abortSignal }),
    );
    const { memoryBytes, processes, cpuMs } = containerStats(found);
    const { periods: all = 0, throttled_periods: heldBack = 0 } = found.cpu_stats.throttling_data ?? {};
    const scratchBytes = inMemoryFiles(found);
    return {
      memoryBytes,
      processes,
      cpuMs,
      ...(all > 0 ? { periods: { all, heldBack } } : {}),
      ...(scratchBytes === undefined ? {} : { scratchBytes }),
    };
  }

  async networkAttempts(): Promise<number | undefined> {
    const found = await this.ask('inspect', (abortSignal) => this.container.inspect({ abortSignal }));
    const text = await readFile(`/proc/${found.State.Pid}/net/snmp`, 'utf8').catch(() => '');
    const [names = [], values = []] = text
      .split('\n')
      .filter((line) => line.startsWith('Ip: '))
      .map((line) => line.split(' '));
    const at = names.indexOf('OutNoRoutes');
    return found.State.Pid > 0 && at > 0 ? Number(values[at]) : undefined;
  }

  async changes(): Promise<string[]> {
    const found = (await this.ask('compare', () => this.container.changes())) as { Path: string }[] | null;
    return (found ?? []).map(({ Path }) => Path);
  }

  async mayWriteTo(path: string): Promise<boolean> {
    const { uid, gid, mode } = await new VolumeArchive(this.client, this.id, path).folder();
    const owns =
      (uid === COMPONENT_USER && (mode & 0o200) > 0) || (gid === COMPONENT_USER && (mode & 0o020) > 0);
    return owns || (mode & 0o002) > 0;
  }

  filesAt(path: string): Promise<string[]> {
    return new VolumeArchive(this.client, this.id, path).files();
  }

  async hadOom(): Promise<boolean> {
    // A moment that has passed: the engine waits for one that has not.
    const until = (this.clock.now() / 1000).toFixed(3);
    const filters = JSON.stringify({ container: [this.id], event: ['oom'] });
    return this.ask('tell of', async (abortSignal) => {
      // Its published types know no parts of a second, and no signal.
      const api = this.client.api as unknown as { getEvents(options: object): Promise<Readable> };
      const events = await api.getEvents({ since: this.madeAt, until, filters, abortSignal });
      for await (const chunk of events)
        if (String(chunk).includes('"oom"')) {
          events.destroy();
          return true;
        }
      return false;
    });
  }

  async stop(graceMs: number): Promise<void> {
    const t = Math.max(1, Math.ceil(graceMs / 1000));
    this.weEnd();
    await this.ask(
      'stop',
      (abortSignal) => this.container.stop({ t, abortSignal }),
      graceMs + STOP_SLACK_MS,
    ).catch(unlessGone);
  }

  async kill(): Promise<void> {
    this.weEnd();
    await this.ask('kill', (abortSignal) => this.container.kill({ abortSignal })).catch(unlessGone);
  }

  async remove(): Promise<void> {
    this.weEnd();
    const work = (): Promise<void> =>
      this.ask('remove', (abortSignal) => this.container.remove({ force: true, v: true, abortSignal })).catch(
        unlessGone,
      ) as Promise<void>;
    try {
      await work();
    } catch (error) {
      this.late.add(`container ${this.id}`, work);
      throw error;
    }
  }

  private weEnd(): void {
    for (const life of this.lives) life.weEnd(this.id);
  }

  private ask<T>(
    verb: string,
    work: (abortSignal: AbortSignal) => Promise<T>,
    withinMs?: number,
  ): Promise<T> {
    return this.client.call({ verb, subject: `component ${this.name}` }, work, withinMs);
  }
}

/** Pages of files that no disk has: those of tmpfs. Control groups of version 2 name them; of 1, they are what is left. */
function inMemoryFiles({ memory_stats: { stats } }: ContainerStats): number | undefined {
  const told = stats as unknown as Record<string, number | undefined> | undefined;
  const shared = told?.shmem ?? told?.total_shmem;
  if (shared !== undefined) return shared;
  const { total_cache: cache, total_active_file: active, total_inactive_file: inactive } = told ?? {};
  if (cache === undefined || active === undefined || inactive === undefined) return undefined;
  return Math.max(0, cache - active - inactive);
}

/** It has ended, or is gone: what was wanted is the case. */
function unlessGone(error: unknown): void {
  const cause = error instanceof RdzenError ? error.cause : error;
  const status = (cause as { statusCode?: number } | undefined)?.statusCode;
  if (isMissing(error) || status === 304 || status === 404 || status === 409) return;
  throw error;
}
