import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerContainerEngine } from '../../../src/containers/docker/docker-container-engine';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { describeContainerEngine } from '../../contract/container-engine/engine-contract';
import { rig, SOCKET } from '../support/container-cores';

describeContainerEngine(DockerContainerEngine.name, async () => {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const stateDir = mkdtempSync(join(tmpdir(), 'rdzen-docker-engine-'));
  const engine = new DockerContainerEngine({
    client: new DockerClient(dockerAddress(`unix://${SOCKET()}`), clock),
    maker: { owner: `contract-${process.pid}`, run: random.id() },
    stateDir,
    clock,
    random,
  });
  await engine.open();
  return {
    engine,
    image: rig('IMAGE_BASE'),
    shell: ['/bin/sh'],
    close: async () => {
      await engine.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
});
