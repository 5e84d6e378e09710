import { DockerAttachments } from '../../../src/containers/docker/docker-attachments';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { DockerNetworks } from '../../../src/containers/docker/docker-networks';
import { DockerVolumes } from '../../../src/containers/docker/docker-volumes';
import { SystemClock } from '../../../src/shared/system-clock';
import { describeDockerPorts } from '../../contract/container-engine/docker-ports-contract';
import { RealDocker, SHELL_IMAGE, SOCKET } from './real-docker';

const MAKER = { owner: 'ports', run: 'run-1' };

describeDockerPorts('Docker', async () => {
  const real = new RealDocker();
  const clock = new SystemClock();
  const client = new DockerClient({ socketPath: SOCKET }, clock);
  return {
    attachments: new DockerAttachments(client),
    images: new DockerImages(client, clock),
    networks: new DockerNetworks(client, MAKER),
    volumes: new DockerVolumes(client, MAKER),
    shells: {
      make: async (name, script, Binds = []) => {
        const { id } = await real.make(name, {
          Cmd: ['-c', script],
          OpenStdin: true,
          StdinOnce: true,
          HostConfig: { Binds, Init: true },
        });
        return id;
      },
      start: async (name) => void (await real.api.getContainer(name).start()),
      networks: async (name) =>
        Object.keys((await real.api.getContainer(name).inspect()).NetworkSettings.Networks),
    },
    image: SHELL_IMAGE,
    close: () => real.clean('rdzen.owner=ports'),
  };
});
