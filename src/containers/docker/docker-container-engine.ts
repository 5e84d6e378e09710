import { Logger } from '@nestjs/common';
import type { Clock } from '../../shared/clock';
import type { Random } from '../../shared/random';
import {
  ContainerEngine,
  type ContainerEvent,
  type ContainerInfo,
  type ContainerSpec,
  type ContainerStats,
  type EngineHealth,
} from '../container-engine';
import { ContainerListeners } from '../container-listeners';
import { LineRing } from '../line-ring';
import { missingAttachments } from './blueprint';
import { BlueprintStore } from './blueprint-store';
import { containerInfo } from './container-info';
import { containerStats } from './container-stats';
import { createOptions } from './create-options';
import { demultiplexed } from './demultiplexed';
import { DockerCalls } from './docker-calls';
import type { DockerClient } from './docker-client';
import { EngineHealthNote } from './engine-health-note';
import { EventReader } from './event-reader';
import { EventStream } from './event-stream';
import type { FollowedContainer } from './followed-container';
import { FollowedContainers } from './followed-containers';
import type { Maker } from './labels';
import { startedByPolicy } from './policy-after-signal';
import { Replacement } from './replacement';
import { sweep } from './sweep';

const GRACE_MS = 3_000;
const LOG_LINES = 200;

export interface DockerContainerEngineOptions {
  client: DockerClient;
  maker: Maker;
  /** A folder of this data folder alone, for what is known of adopted containers. */
  stateDir: string;
  clock: Clock;
  random: Random;
}

/**
 * {@link ContainerEngine} over Docker. Runs containers of our own, and looks after those that others made and that it was
 * told to adopt: the cores and services of a compose file. Its events come with the engine's; where the engine cannot be
 * reached, calls reject with its reason, and {@link health} tells.
 */
export class DockerContainerEngine extends ContainerEngine {
  private readonly logger = new Logger(DockerContainerEngine.name);
  private readonly calls: DockerCalls;
  private readonly followed = new FollowedContainers();
  private readonly listeners = new ContainerListeners();
  private readonly blueprints: BlueprintStore;
  private readonly replacement: Replacement;
  private readonly stream: EventStream;
  private readonly reader: EventReader;
  private readonly state: EngineHealthNote;
  private closing?: Promise<void>;

  constructor(private readonly options: DockerContainerEngineOptions) {
    super();
    const { client, clock, random } = options;
    this.state = new EngineHealthNote(clock);
    this.calls = new DockerCalls(client);
    this.blueprints = new BlueprintStore(options.stateDir);
    this.replacement = new Replacement(this.calls, this.blueprints, random);
    this.reader = new EventReader(this.calls, clock, {
      emit: (event) => this.emit(event),
      ran: ({ name, adopted }, found) => this.blueprints.note(name, found, adopted),
    });
    this.stream = new EventStream(
      client,
      {
        onEvent: (event) => this.reader.take(event, this.followed.all),
        onOpen: () => this.look(),
        onHealth: (problem, version) => this.state.note(problem, version),
      },
      clock,
      random,
    );
  }

  /** Begins to listen, and removes what earlier lives left. An engine that cannot be reached is no error: it may come. */
  async open(): Promise<void> {
    try {
      const version = await this.options.client.version();
      this.state.note(undefined, version);
      // Good to know, and no reason to do without the engine.
      this.state.processors = await this.options.client.processors().catch(() => undefined);
      const removed = await sweep(this.options.client, this.options.maker, this.options.clock.now());
      if (removed > 0)
        this.logger.warn(`Removed ${removed} thing(s) that an earlier run had left in Docker.`);
    } catch (error) {
      this.state.note(error instanceof Error ? error.message : String(error));
    }
    this.stream.start();
  }

  /** Containers that others made and we look after. They are not removed when we end. */
  async adopt(names: readonly string[]): Promise<void> {
    for (const name of names) this.followed.adopt(name);
    if (this.state.now.reachable) await this.look();
  }

  /** One that was adopted and is on its way out: it is looked after no more. */
  release(name: string): void {
    this.followed.forget(name);
  }

  has(name: string): boolean {
    return this.followed.get(name) !== undefined;
  }

  async start(spec: ContainerSpec): Promise<ContainerInfo> {
    this.requireOpen(spec.name, 'started');
    const followed = this.followed.follow(spec.name);
    await this.busy(followed, async () => {
      if (!(await this.calls.inspect(spec.name)))
        await this.calls.create(createOptions(spec, this.options.maker));
      await this.calls.start(spec.name);
    });
    return this.nowRunning(followed);
  }

  async create(spec: ContainerSpec): Promise<ContainerInfo> {
    const followed = this.followed.follow(spec.name);
    const found = await this.calls.inspect(spec.name);
    if (!found?.State.Running) {
      if (found) await this.calls.remove(found.Id);
      await this.calls.create(createOptions(spec, this.options.maker));
      followed.stopped = true;
    }
    return this.required(followed);
  }

  async stop(name: string, graceMs = GRACE_MS): Promise<void> {
    const followed = this.followed.known(name);
    await this.busy(followed, () => this.calls.stop(name, graceMs));
    this.ended(followed);
  }

  async restart(name: string, graceMs = GRACE_MS): Promise<ContainerInfo> {
    this.requireOpen(name, 'restarted');
    const followed = this.followed.known(name);
    await this.busy(followed, async () => {
      const found = await this.calls.inspect(name);
      if (!found) {
        await this.replacement.of(name);
        return;
      }
      const stored = await this.blueprints.get(name);
      const lost = stored?.id === found.Id ? missingAttachments(stored, found) : [];
      // A frozen process hears no signal.
      if (found.State.Paused) await this.calls.unpause(name);
      await this.calls.restart(name, graceMs);
      for (const attachment of lost) await this.calls.connect(name, attachment);
    });
    return this.nowRunning(followed);
  }

  async recreate(name: string, image?: string): Promise<ContainerInfo> {
    this.requireOpen(name, 'made anew');
    const followed = this.followed.known(name);
    await this.busy(followed, () => this.replacement.of(name, image));
    return this.nowRunning(followed);
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const followed = this.followed.known(name);
    followed.signalled = true;
    await this.calls.kill(name, signal);
  }

  async pause(name: string): Promise<void> {
    this.followed.known(name);
    await this.calls.pause(name);
  }

  async resume(name: string): Promise<void> {
    this.followed.known(name);
    await this.calls.unpause(name);
  }

  async inspect(name: string): Promise<ContainerInfo | undefined> {
    const followed = this.followed.get(name);
    if (!followed) return undefined;
    const found = await this.calls.inspect(name);
    const memory = {
      stopped: followed.stopped,
      deathsLastMinute: followed.deathsLastMinute(this.options.clock.monotonic()),
    };
    if (found) return containerInfo(name, found, memory);
    const blueprint = await this.blueprints.get(name);
    if (!blueprint) return undefined;
    // Gone, but it can be made again.
    const { Image: image = '', Labels: labels = {} } = blueprint.options;
    const state = followed.stopped ? 'stopped' : 'exited';
    return { name, image, state, restarts: 0, deathsLastMinute: memory.deathsLastMinute, labels };
  }

  async list(): Promise<ContainerInfo[]> {
    const infos = await Promise.all(this.followed.all.map(({ name }) => this.inspect(name)));
    return infos.filter((info) => info !== undefined);
  }

  async logs(name: string): Promise<string[]> {
    this.followed.known(name);
    const ring = new LineRing(LOG_LINES);
    const sink = ring.sink();
    for (const payload of demultiplexed(await this.calls.logs(name, LOG_LINES))) sink.write(payload);
    sink.end();
    return ring.last();
  }

  async stats(name: string): Promise<ContainerStats> {
    this.followed.known(name);
    return containerStats(await this.calls.stats(name));
  }

  onEvent(listener: (event: ContainerEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  override health(): EngineHealth {
    return this.state.now;
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  private async closeNow(): Promise<void> {
    const own = this.followed.all.filter(({ adopted }) => !adopted);
    await Promise.all(
      own.map(({ name }) =>
        this.calls
          .stop(name, GRACE_MS)
          .then(() => this.calls.remove(name, true))
          .catch((error: Error) => this.logger.error(error.message)),
      ),
    );
    await this.stream.stop();
  }

  /** What the events may not have told: compared with what is remembered. */
  private async look(): Promise<void> {
    await Promise.all(
      this.followed.all.map((followed) =>
        this.reader
          .look(followed)
          .catch((error: unknown) =>
            this.logger.warn(error instanceof Error ? error.message : String(error)),
          ),
      ),
    );
  }

  private requireOpen(name: string, done: string): void {
    if (this.closing) throw new Error(`Container ${name} cannot be ${done}: the gateway is stopping.`);
  }

  /** Its end and its start are ours while this goes on, and no news. */
  private async busy(followed: FollowedContainer, work: () => Promise<unknown>): Promise<void> {
    followed.busy++;
    try {
      await work();
    } finally {
      followed.busy--;
    }
  }

  private ended(followed: FollowedContainer): void {
    const before = followed.stopped;
    followed.stopped = true;
    followed.alive = followed.paused = false;
    if (!before) this.emit({ type: 'stopped', name: followed.name, at: this.options.clock.now() });
  }

  private async nowRunning(followed: FollowedContainer): Promise<ContainerInfo> {
    await this.reader.look(followed, true);
    return this.required(followed);
  }

  private async required(followed: FollowedContainer): Promise<ContainerInfo> {
    const info = await this.inspect(followed.name);
    if (!info)
      throw new Error(`Container ${followed.name} is gone the moment it was made. Look at docker events.`);
    return info;
  }

  private afterDeath(name: string): void {
    const followed = this.followed.get(name);
    if (!followed?.signalled || this.closing) return;
    startedByPolicy(this.calls, name).catch((error: Error) => this.logger.warn(error.message));
  }

  private emit(event: ContainerEvent): void {
    if (event.type === 'died') this.afterDeath(event.name);
    this.listeners.tell(event);
  }
}
