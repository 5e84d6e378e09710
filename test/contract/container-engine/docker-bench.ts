import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerEvent, ContainerInfo } from '../../../src/containers/container-engine';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerContainerEngine } from '../../../src/containers/docker/docker-container-engine';
import type { Clock } from '../../../src/shared/clock';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { eventually } from '../../faults/process-engine/support/processes';
import type { FakeContainer } from '../../support/fakes/fake-docker/fake-container';
import { FakeDocker } from '../../support/fakes/fake-docker/fake-docker';
import type { VirtualClock } from '../../support/virtual-clock';
import { SCRIPTS } from './engine-contract';

/** A Docker engine adapter over a fake Docker, and what it told. */
export class DockerBench {
  readonly events: ContainerEvent[] = [];
  readonly stateDir = mkdtempSync(join(tmpdir(), 'rdzen-docker-bench-'));
  readonly client: DockerClient;
  readonly engine: DockerContainerEngine;
  private readonly engines: DockerContainerEngine[] = [];

  private constructor(
    readonly docker: FakeDocker,
    private readonly clock: Clock,
  ) {
    this.client = new DockerClient({ socketPath: docker.socketPath }, clock);
    this.engine = this.another('run-1');
    this.engine.onEvent((event) => this.events.push(event));
  }

  /** Open, and heard by the fake. */
  static async open(clock: Clock = new SystemClock()): Promise<DockerBench> {
    const bench = new DockerBench(await FakeDocker.started(), clock);
    await bench.engine.open();
    await bench.listened();
    return bench;
  }

  /** Another life of the same owner, over the same folder. */
  another(run: string): DockerContainerEngine {
    const { client, stateDir, clock } = this;
    const maker = { owner: 'bench', run };
    const engine = new DockerContainerEngine({ client, maker, stateDir, clock, random: new SystemRandom() });
    this.engines.push(engine);
    return engine;
  }

  /** Somebody else makes a container and starts it, as compose does. */
  async foreign(name: string, options: ContainerCreateOptions = {}): Promise<FakeContainer> {
    const container = this.docker.engine.create(name, {
      Image: 'shell:1',
      Cmd: ['-c', SCRIPTS.steady],
      ...options,
    });
    container.start();
    await eventually(`${name} runs its script`, () =>
      options.Cmd ? true : container.output.log(new Set(['stdout']), 1).length > 0,
    );
    return container;
  }

  async adopted(name: string, options?: ContainerCreateOptions): Promise<FakeContainer> {
    const container = await this.foreign(name, options);
    await this.engine.adopt([name]);
    return container;
  }

  start(name: string, script: keyof typeof SCRIPTS, restart: 'always' | 'no' = 'no'): Promise<ContainerInfo> {
    return this.engine.start({ name, image: 'shell:1', args: ['-c', SCRIPTS[script]], restart });
  }

  told<T extends ContainerEvent['type']>(type: T, times = 1): Promise<Extract<ContainerEvent, { type: T }>> {
    return eventually(`${times} x ${type} in ${this.types().join(' ')}`, () => {
      const found = this.events.filter((event) => event.type === type);
      return found.length >= times ? (found.at(-1) as Extract<ContainerEvent, { type: T }>) : undefined;
    });
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The adapter hears events, and has looked at what is there. */
  async listened(): Promise<void> {
    await eventually('it listens to the events', () => this.docker.engine.journal.listening > 0);
  }

  /** Breaks the event stream, and keeps it broken until {@link mendStream}. */
  async cutStream(): Promise<void> {
    this.docker.faults.answer(/^GET \/events/, 500, 'the stream is cut');
    this.docker.engine.journal.cut();
    await eventually('the break is seen', () => !this.engine.health().reachable);
  }

  async mendStream(): Promise<void> {
    this.docker.faults.heal();
    await this.listened();
  }

  async close(): Promise<void> {
    this.docker.faults.heal();
    await this.docker.accept();
    await Promise.all(this.engines.map((engine) => engine.close()));
    await this.docker.stop();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

/** Lets virtual time go on, in steps, until something is so; real I/O happens between the steps. */
export async function passUntil(
  clock: VirtualClock,
  what: string,
  is: () => boolean,
  stepMs = 50,
): Promise<void> {
  for (let steps = 0; steps < 2_000; steps++) {
    if (is()) return;
    await clock.advance(stepMs);
    await sleep(1);
  }
  throw new Error(`Time went on by ${2_000 * stepMs} ms, and it never came: ${what}`);
}
