import { CoreContainers, type CoreContainerSpec } from '../core-containers';
import { CORE_PORT, coreOptions, type CorePlace, modelVolume } from './core-options';
import { DockerCalls } from './docker-calls';
import type { DockerClient } from './docker-client';
import type { DockerContainerEngine } from './docker-container-engine';
import { isMissing } from './docker-failure';
import { MANAGED } from './labels';
import { asideOf } from './replacement';

const STOP_MS = 10_000;

export interface CorePlacing {
  /** Network of further cores; undefined: that of the core they stand beside. */
  network?: string;
  freePort: () => Promise<number>;
}

/**
 * {@link CoreContainers} over Docker. What it makes has no owner label: like the cores of a compose file it outlives the
 * process, and the engine adopts it.
 */
export class DockerCoreContainers extends CoreContainers {
  private readonly calls: DockerCalls;

  constructor(
    private readonly client: DockerClient,
    private readonly engine: DockerContainerEngine,
    private readonly placing: CorePlacing,
  ) {
    super();
    this.calls = new DockerCalls(client);
  }

  async adopt(names: readonly string[]): Promise<void> {
    const strange = names.filter((name) => !this.engine.has(name));
    if (strange.length > 0) await this.engine.adopt(strange);
  }

  async make(spec: CoreContainerSpec): Promise<{ url: string }> {
    const there = await this.calls.inspect(spec.name);
    if (!there) {
      await this.makeVolume(modelVolume(spec.name));
      await this.calls.create(coreOptions(await this.fitted(spec), await this.place(spec)));
    }
    if (!there?.State.Running) await this.calls.start(spec.name);
    await this.adopt([spec.name]);
    const { HostConfig } = (await this.calls.inspect(spec.name)) ?? {};
    const bindings = HostConfig?.PortBindings as Record<string, { HostPort: string }[]> | null | undefined;
    const port = bindings?.[CORE_PORT]?.[0]?.HostPort;
    return { url: port === undefined ? `http://${spec.name}:11434` : `http://127.0.0.1:${port}` };
  }

  async remove(name: string): Promise<void> {
    // By the engine, so that its end is known to be wanted.
    if (this.engine.has(name) && (await this.calls.inspect(name))) await this.engine.stop(name, STOP_MS);
    this.engine.release(name);
    const left = await this.calls.inspect(name);
    if (left) await this.calls.remove(left.Id, true);
    await this.removeAside(name);
    await this.removeVolume(modelVolume(name));
  }

  /** What a remake that was broken off has left: it holds on to the volume. */
  private async removeAside(name: string): Promise<void> {
    const aside = asideOf(name);
    const filters = JSON.stringify({ name: [aside] });
    const found = await this.client.call({ verb: 'list', subject: `containers ${aside}*` }, (abortSignal) =>
      this.client.api.listContainers({ all: true, filters, abortSignal }),
    );
    // The engine looks for it anywhere in a name.
    for (const { Id, Names } of found)
      if (Names.some((each) => each.startsWith(`/${aside}`))) await this.calls.remove(Id, true);
  }

  /** Without an owner as well: the models outlive the process. */
  private async makeVolume(name: string): Promise<void> {
    await this.client.call({ verb: 'create', subject: `volume ${name}` }, (abortSignal) =>
      this.client.api.createVolume({
        Name: name,
        Driver: 'local',
        Labels: { [MANAGED]: 'true' },
        abortSignal,
      }),
    );
  }

  private async removeVolume(name: string): Promise<void> {
    try {
      await this.client.call({ verb: 'remove', subject: `volume ${name}` }, (abortSignal) =>
        this.client.api.getVolume(name).remove({ abortSignal }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Docker refuses a share of more processors than the machine has. */
  private async fitted(spec: CoreContainerSpec): Promise<CoreContainerSpec> {
    const processors = await this.client.processors();
    return { ...spec, cpus: Math.min(spec.cpus, processors ?? spec.cpus) };
  }

  private async place({ like, published }: CoreContainerSpec): Promise<CorePlace> {
    const [own = 'bridge'] = Object.keys((await this.calls.inspect(like))?.NetworkSettings.Networks ?? {});
    const network = this.placing.network ?? own;
    return {
      network,
      internal: await this.calls.isInternal(network),
      ...(published ? { publishedPort: await this.placing.freePort() } : {}),
    };
  }
}
