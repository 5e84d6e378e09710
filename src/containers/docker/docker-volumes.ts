import { ContainerVolumes, type VolumeInfo } from '../container-volumes';
import type { DockerClient } from './docker-client';
import { isMissing } from './docker-failure';
import { labelsOf, type Maker } from './labels';

/** {@link ContainerVolumes} over Docker: the `local` driver without options, which could name any path of the machine. */
export class DockerVolumes extends ContainerVolumes {
  constructor(
    private readonly client: DockerClient,
    private readonly maker: Maker,
  ) {
    super();
  }

  async create({ name, labels }: { name: string; labels?: Record<string, string> }): Promise<void> {
    await this.client.call({ verb: 'create', subject: `volume ${name}` }, (abortSignal) =>
      this.client.api.createVolume({
        Name: name,
        Driver: 'local',
        Labels: labelsOf(this.maker, labels),
        abortSignal,
      }),
    );
  }

  async remove(name: string): Promise<void> {
    try {
      await this.client.call({ verb: 'remove', subject: `volume ${name}` }, (abortSignal) =>
        this.client.api.getVolume(name).remove({ abortSignal }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async list(label: string): Promise<VolumeInfo[]> {
    const { Volumes } = await this.client.call(
      { verb: 'list', subject: `volumes with ${label}` },
      (abortSignal) =>
        this.client.api.listVolumes({ filters: JSON.stringify({ label: [label] }), abortSignal }),
    );
    // Moby tells none as null.
    return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: { ...Labels } }));
  }
}
