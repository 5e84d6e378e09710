import { tarOfTexts } from '../../shared/tar-writer';
import { COMPONENT_USER, type ComponentContainerSpec } from '../component-containers';
import { ComponentVolumes, type KeptVolume, type VolumeCopy, type VolumeMeasure } from '../component-volumes';
import type { DockerClient } from './docker-client';
import { isMissing } from './docker-failure';
import { EXPIRES, labelsOf, type Maker, MANAGED, OWNER, RUN } from './labels';
import type { LateRemovals } from './late-removals';
import { VolumeArchive } from './volume-archive';

const COMPONENT = 'rdzen.component';
/** Where a volume is filled, in a container that is never started. */
const FILLED_AT = '/mnt/files';

/** A container that is never started, with one volume. */
export type StillContainer = (
  volume: string,
  path: string,
  image: string,
) => Promise<{ id: string; remove(): Promise<void> }>;

/** {@link ComponentVolumes} over Docker: labels tell whose they are, and how long they stay. */
export class DockerComponentVolumes extends ComponentVolumes {
  /** Filled by this process. */
  private readonly filled = new Set<string>();

  constructor(
    private readonly client: DockerClient,
    private readonly maker: Maker,
    private readonly late: LateRemovals,
    private readonly still: StillContainer,
  ) {
    super();
  }

  /**
   * One that is there already stays as it is.
   *
   * @param expires epoch seconds; undefined: it lasts
   */
  async make(name: string, component: string, expires?: number): Promise<void> {
    const { [RUN]: run = '', ...lasting } = labelsOf(this.maker, { [COMPONENT]: component });
    await this.client.call({ verb: 'create', subject: `volume ${name}` }, (abortSignal) =>
      this.client.api.createVolume({
        Name: name,
        // Without options, which could name any folder of the machine.
        Driver: 'local',
        Labels: expires === undefined ? lasting : { ...lasting, [RUN]: run, [EXPIRES]: String(expires) },
        abortSignal,
      }),
    );
  }

  /** What a container of that description needs before it can be made. */
  async makeFor(spec: ComponentContainerSpec, now: number): Promise<void> {
    const { state, fixtures, labels, image } = spec;
    const component = labels[COMPONENT] ?? '';
    const expires = Math.ceil((now + spec.lifetimeMs) / 1000);
    if (state) await this.make(state.volume, component, state.fleeting ? expires : undefined);
    if (!fixtures || this.filled.has(fixtures.volume)) return;
    await this.make(fixtures.volume, component, expires);
    await this.through(fixtures.volume, FILLED_AT, image, (archive) =>
      archive.write(tarOfTexts(fixtures.files, COMPONENT_USER)),
    );
    this.filled.add(fixtures.volume);
  }

  async exists(name: string): Promise<boolean> {
    try {
      await this.client.call({ verb: 'inspect', subject: `volume ${name}` }, (abortSignal) =>
        this.client.api.getVolume(name).inspect({ abortSignal }),
      );
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async of(component: string): Promise<KeptVolume[]> {
    const label = [`${MANAGED}=true`, `${OWNER}=${this.maker.owner}`, `${COMPONENT}=${component}`];
    const { Volumes } = await this.client.call({ verb: 'list', subject: 'volumes' }, (abortSignal) =>
      this.client.api.listVolumes({ filters: JSON.stringify({ label }), abortSignal }),
    );
    // Moby tells none as null.
    return (Volumes ?? []).map(({ Name }) => ({ name: Name, component }));
  }

  async remove(name: string): Promise<void> {
    this.filled.delete(name);
    try {
      await this.client.call({ verb: 'remove', subject: `volume ${name}` }, (abortSignal) =>
        this.client.api.getVolume(name).remove({ abortSignal }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async discard(name: string): Promise<void> {
    const work = (): Promise<void> => this.remove(name);
    await work().catch(() => this.late.add(`volume ${name}`, work));
  }

  async bytes({ volume, path, image, most }: VolumeMeasure): Promise<number | undefined> {
    if (!(await this.exists(volume))) return undefined;
    return this.through(volume, path, image, async (archive) => {
      const stream = await archive.open();
      let bytes = 0;
      try {
        for await (const chunk of stream) if ((bytes += (chunk as Buffer).length) >= most) break;
      } finally {
        stream.destroy();
      }
      return Math.min(bytes, most);
    });
  }

  async copy({ from, to, component, image, path }: VolumeCopy): Promise<void> {
    await this.remove(to);
    await this.make(to, component);
    try {
      // Where the component has it: an image may declare a volume there, which would be one of its own elsewhere.
      await this.through(from, path, image, (source) =>
        this.through(to, path, image, async (target) => target.write(await source.open())),
      );
    } catch (error) {
      // Half a copy must not pass for one.
      await this.remove(to).catch(() => undefined);
      throw error;
    }
  }

  private async through<T>(
    volume: string,
    path: string,
    image: string,
    work: (archive: VolumeArchive) => Promise<T>,
  ): Promise<T> {
    const container = await this.still(volume, path, image);
    try {
      return await work(new VolumeArchive(this.client, container.id, path));
    } finally {
      await container.remove();
    }
  }
}
