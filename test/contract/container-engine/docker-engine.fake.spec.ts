import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerContainerEngine } from '../../../src/containers/docker/docker-container-engine';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { FakeDocker } from '../../support/fakes/fake-docker/fake-docker';
import { describeContainerEngine } from './engine-contract';

describeContainerEngine(`${DockerContainerEngine.name} over ${FakeDocker.name}`, async () => {
  const docker = await FakeDocker.started();
  const clock = new SystemClock();
  const random = new SystemRandom();
  const stateDir = mkdtempSync(join(tmpdir(), 'rdzen-docker-engine-'));
  const engine = new DockerContainerEngine({
    client: new DockerClient({ socketPath: docker.socketPath }, clock),
    maker: { owner: 'contract', run: random.id() },
    stateDir,
    clock,
    random,
  });
  await engine.open();
  return {
    engine,
    image: 'shell:1',
    close: async () => {
      await engine.close();
      await docker.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
});
