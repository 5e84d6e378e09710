import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { adoptedContainers } from './config/load-settings';
import type { Settings } from './config/settings';
import type { ComponentContainers } from './containers/component-containers';
import type { ContainerImages } from './containers/container-images';
import { DockerClient, dockerAddress } from './containers/docker/docker-client';
import { DockerComponentContainers } from './containers/docker/docker-component-containers';
import { DockerContainerEngine } from './containers/docker/docker-container-engine';
import { DockerImages } from './containers/docker/docker-images';
import type { Maker } from './containers/docker/labels';
import type { Clock } from './shared/clock';
import type { Random } from './shared/random';

/** The engine as trials use it. Nothing is asked of it before somebody tries a component. */
export function sandboxPorts(
  host: string,
  maker: Maker,
  clock: Clock,
): { components: ComponentContainers; images: ContainerImages } {
  const client = new DockerClient(dockerAddress(host), clock);
  return {
    components: new DockerComponentContainers(client, maker, clock),
    images: new DockerImages(client, clock),
  };
}

/** Of the secret, not of the folder's path: two installations in containers both have it at the same place. */
export function makerOf(secret: Buffer, random: Random): Maker {
  const owner = createHmac('sha256', secret).update('docker owner').digest('hex').slice(0, 16);
  return { owner, run: random.id() };
}

/** The engine that has the containers we look after; undefined where there are none to look after. */
export async function openDocker(
  settings: Settings,
  maker: Maker,
  clock: Clock,
  random: Random,
): Promise<DockerContainerEngine | undefined> {
  const adopted = adoptedContainers(settings);
  if (adopted.length === 0) return undefined;
  const engine = new DockerContainerEngine({
    client: new DockerClient(dockerAddress(settings.RDZEN_DOCKER_HOST), clock),
    maker,
    stateDir: join(settings.RDZEN_DATA, 'run', 'docker'),
    clock,
    random,
  });
  await engine.open();
  await engine.adopt(adopted);
  return engine;
}
