import Docker from 'dockerode';
import { rig, SOCKET as socket } from '../support/container-cores';

export const SOCKET = socket();
/** Its entrypoint is a shell. */
export const SHELL_IMAGE = rig('IMAGE_SHELL');
const RIG = { 'rdzen.rig': 'fakedocker' };

/** What a spec makes in the real engine, labelled, and removed again with all that came of it. */
export class RealDocker {
  readonly api = new Docker({ socketPath: SOCKET });
  private readonly made: string[] = [];

  async make(name: string, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    const container = await this.api.createContainer({
      name,
      Image: SHELL_IMAGE,
      ...options,
      Labels: { ...RIG, ...options.Labels },
    });
    this.made.push(container.id);
    return container;
  }

  /** @param label of networks and volumes that go as well */
  async clean(label?: string): Promise<void> {
    for (const id of this.made.splice(0))
      await this.api
        .getContainer(id)
        .remove({ force: true, v: true })
        .catch(() => undefined);
    if (label === undefined) return;
    const filters = JSON.stringify({ label: [label] });
    for (const { Id } of await this.api.listNetworks({ filters })) await this.api.getNetwork(Id).remove();
    const { Volumes } = await this.api.listVolumes({ filters });
    for (const { Name } of Volumes ?? []) await this.api.getVolume(Name).remove();
  }
}
