import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { adoptedContainers } from './config/load-settings';
import type { Settings } from './config/settings';
import { DockerClient, dockerAddress } from './containers/docker/docker-client';
import { DockerContainerEngine } from './containers/docker/docker-container-engine';
import type { Clock } from './shared/clock';
import type { Random } from './shared/random';

/** The engine that has the containers we look after; undefined where there are none to look after. */
export async function openDocker(
  settings: Settings,
  secret: Buffer,
  clock: Clock,
  random: Random,
): Promise<DockerContainerEngine | undefined> {
  const adopted = adoptedContainers(settings);
  if (adopted.length === 0) return undefined;
  const engine = new DockerContainerEngine({
    client: new DockerClient(dockerAddress(settings.RDZEN_DOCKER_HOST), clock),
    // Of the secret, not of the folder's path: two installations in containers both have it at the same place.
    maker: {
      owner: createHmac('sha256', secret).update('docker owner').digest('hex').slice(0, 16),
      run: random.id(),
    },
    stateDir: join(settings.RDZEN_DATA, 'run', 'docker'),
    clock,
    random,
  });
  await engine.open();
  await engine.adopt(adopted);
  return engine;
}
