import type { ContainerCreateOptions, ContainerInspectInfo, ContainerStats } from 'dockerode';
import { RdzenError } from '../../shared/rdzen-error';
import type { Attachment } from './blueprint';
import type { DockerClient } from './docker-client';
import { isMissing } from './docker-failure';

/** An end by SIGTERM may take its grace, and then some. */
const BEYOND_GRACE_MS = 10_000;

/** What the engine is asked of containers, each with its deadline and our errors; `which` is an id or a name. */
export class DockerCalls {
  constructor(private readonly client: DockerClient) {}

  /** Undefined where there is none. */
  async inspect(which: string): Promise<ContainerInspectInfo | undefined> {
    try {
      return await this.on(which, 'inspect', (container, signal) => container.inspect(signal as object));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** @returns its id */
  async create(options: ContainerCreateOptions): Promise<string> {
    const asked = { verb: 'create', subject: `container ${options.name} of ${options.Image}` };
    const { id } = await this.client.call(asked, (abortSignal) =>
      this.client.api.createContainer({ ...options, abortSignal }),
    );
    return id;
  }

  start(which: string): Promise<void> {
    return this.on(which, 'start', (container, signal) => settled(container.start(signal)));
  }

  /** @param graceMs rounded up to seconds, as the engine counts */
  stop(which: string, graceMs: number): Promise<void> {
    const t = Math.ceil(graceMs / 1000);
    return this.on(
      which,
      'stop',
      (container, signal) => settled(container.stop({ t, ...signal })),
      graceMs + BEYOND_GRACE_MS,
    );
  }

  restart(which: string, graceMs: number): Promise<void> {
    const t = Math.ceil(graceMs / 1000);
    return this.on(
      which,
      'restart',
      (container, signal) => settled(container.restart({ t, ...signal })),
      graceMs + BEYOND_GRACE_MS,
    );
  }

  kill(which: string, signal: string): Promise<void> {
    return this.on(which, `send ${signal} to`, (container, abort) =>
      settled(container.kill({ signal, ...abort })),
    );
  }

  pause(which: string): Promise<void> {
    return this.on(which, 'pause', (container, signal) => settled(container.pause(signal)));
  }

  unpause(which: string): Promise<void> {
    return this.on(which, 'unpause', (container, signal) => settled(container.unpause(signal)));
  }

  rename(which: string, name: string): Promise<void> {
    return this.on(which, `rename to ${name}`, (container, signal) =>
      settled(container.rename({ name, ...signal })),
    );
  }

  /** With the volumes that have no name where `volumes`. One that is gone already is no error. */
  async remove(which: string, volumes = false): Promise<void> {
    try {
      await this.on(which, 'remove', (container, signal) =>
        settled(container.remove({ force: true, v: volumes, ...signal })),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  logs(which: string, lines: number): Promise<Buffer> {
    return this.on(which, 'read the output of', (container, signal) =>
      container.logs({ stdout: true, stderr: true, tail: lines, follow: false, ...signal }),
    );
  }

  stats(which: string): Promise<ContainerStats> {
    return this.on(which, 'measure', (container, signal) =>
      container.stats({ stream: false, 'one-shot': true, ...signal }),
    );
  }

  /** Undefined where there is no such image. */
  async imageId(reference: string): Promise<string | undefined> {
    try {
      const asked = { verb: 'inspect', subject: `image ${reference}` };
      const { Id } = await this.client.call(asked, () => this.client.api.getImage(reference).inspect());
      return Id;
    } catch (error) {
      if (isMissing(error) || (error instanceof RdzenError && error.code === 'IMAGE_MISSING'))
        return undefined;
      throw error;
    }
  }

  /** False for a network that is not to be seen. */
  async isInternal(network: string): Promise<boolean> {
    const asked = { verb: 'inspect', subject: `network ${network}` };
    try {
      const found = await this.client.call(
        asked,
        () => this.client.api.getNetwork(network).inspect() as Promise<{ Internal?: boolean }>,
      );
      return found.Internal === true;
    } catch (error) {
      if (isMissing(error) || (error instanceof RdzenError && error.code === 'ENGINE_REFUSED')) return false;
      throw error;
    }
  }

  /** One that is connected already is no error. */
  connect(which: string, { network, settings }: Attachment): Promise<void> {
    const asked = { verb: 'connect', subject: `container ${which} to network ${network}` };
    return this.client.call(asked, async (abortSignal) => {
      try {
        await this.client.api
          .getNetwork(network)
          .connect({ Container: which, EndpointConfig: settings, ...typeless({ abortSignal }) });
      } catch (error) {
        if (!/already exists in network/.test(String(error))) throw error;
      }
    });
  }

  /** One that is not connected, or gone, is no error. */
  async disconnect(which: string, network: string): Promise<void> {
    const asked = { verb: 'disconnect', subject: `container ${which} from network ${network}` };
    try {
      await this.client.call(asked, (abortSignal) =>
        this.client.api
          .getNetwork(network)
          .disconnect({ Container: which, Force: true, ...typeless({ abortSignal }) }),
      );
    } catch (error) {
      if (!isMissing(error) && !/is not connected to/.test(String(error))) throw error;
    }
  }

  private on<T>(
    which: string,
    verb: string,
    work: (
      container: ReturnType<DockerClient['api']['getContainer']>,
      signal: { abortSignal: AbortSignal },
    ) => Promise<T>,
    withinMs?: number,
  ): Promise<T> {
    return this.client.call(
      { verb, subject: `container ${which}` },
      (abortSignal) => work(this.client.api.getContainer(which), { abortSignal }),
      withinMs,
    );
  }
}

/** For calls that take a signal though their published types do not know it. */
function typeless(options: object): object {
  return options;
}

/** 304 is how the engine says that it was so already. */
async function settled(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 304) throw error;
  }
}
