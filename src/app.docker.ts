import { createHmac } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { adoptedContainers } from './config/load-settings';
import type { Settings } from './config/settings';
import type { ComponentContainers } from './containers/component-containers';
import type { ComponentDoor } from './containers/component-door';
import type { ComponentNetworks } from './containers/component-networks';
import type { ContainerImages } from './containers/container-images';
import { DockerClient, dockerAddress } from './containers/docker/docker-client';
import { DockerComponentContainers } from './containers/docker/docker-component-containers';
import { DockerComponentDoor } from './containers/docker/docker-component-door';
import { DockerComponentNetworks } from './containers/docker/docker-component-networks';
import type { CoreContainers } from './containers/core-containers';
import { DockerContainerEngine } from './containers/docker/docker-container-engine';
import { DockerCoreContainers } from './containers/docker/docker-core-containers';
import { DockerImages } from './containers/docker/docker-images';
import { HelperContainers, type HelperSettings } from './containers/docker/helper-containers';
import type { Maker } from './containers/docker/labels';
import type { Clock } from './shared/clock';
import { freePort } from './shared/free-port';
import type { Random } from './shared/random';
import { SystemRandom } from './shared/system-random';

export interface SandboxPorts {
  components: ComponentContainers;
  images: ContainerImages;
  networks: ComponentNetworks;
  door: ComponentDoor;
}

/** What egress proxies and gates are made of. No component reaches an address of this machine, whatever it was approved for. */
export function helperSettings(settings: Settings): HelperSettings {
  const { RDZEN_HELPER_IMAGE: image, RDZEN_EGRESS_NETWORK: outer, RDZEN_EGRESS_PRIVATE: open } = settings;
  const closed = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  return { ...(image === undefined ? {} : { image }), outer, open, closed };
}

/** The engine as trials use it. Nothing is asked of it before somebody tries a component. */
export function sandboxPorts(
  host: string,
  maker: Maker,
  clock: Clock,
  settings: HelperSettings = { outer: 'bridge', open: [], closed: [] },
  random: Random = new SystemRandom(),
): SandboxPorts {
  const client = new DockerClient(dockerAddress(host), clock);
  const helpers = new HelperContainers(client, maker, clock, random, settings);
  return {
    networks: new DockerComponentNetworks(client, helpers),
    door: new DockerComponentDoor(helpers),
    components: new DockerComponentContainers(client, maker, clock),
    images: new DockerImages(client, clock),
  };
}

/** Of the secret, not of the folder's path: two installations in containers both have it at the same place. */
export function makerOf(secret: Buffer, random: Random): Maker {
  const owner = createHmac('sha256', secret).update('docker owner').digest('hex').slice(0, 16);
  return { owner, run: random.id() };
}

/** What looks after the containers of others, and makes those of further cores beside them. */
export interface LookedAfter {
  engine: DockerContainerEngine;
  cores: CoreContainers;
}

/** Undefined where there are no containers to look after. */
export async function openDocker(
  settings: Settings,
  maker: Maker,
  clock: Clock,
  random: Random,
): Promise<LookedAfter | undefined> {
  const adopted = adoptedContainers(settings);
  if (adopted.length === 0) return undefined;
  const client = new DockerClient(dockerAddress(settings.RDZEN_DOCKER_HOST), clock);
  const stateDir = join(settings.RDZEN_DATA, 'run', 'docker');
  const engine = new DockerContainerEngine({ client, maker, stateDir, clock, random });
  await engine.open();
  await engine.adopt(adopted);
  const { RDZEN_CORE_NETWORK: network } = settings;
  const placing = { freePort, ...(network === undefined ? {} : { network }) };
  return { engine, cores: new DockerCoreContainers(client, engine, placing) };
}
