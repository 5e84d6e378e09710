import { DockerAttachments } from '../../../src/containers/docker/docker-attachments';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { DockerNetworks } from '../../../src/containers/docker/docker-networks';
import { DockerVolumes } from '../../../src/containers/docker/docker-volumes';
import { SystemClock } from '../../../src/shared/system-clock';
import { eventually } from '../../faults/process-engine/support/processes';
import { FakeDocker } from '../../support/fakes/fake-docker/fake-docker';
import { VirtualClock } from '../../support/virtual-clock';
import { describeDockerPorts } from './docker-ports-contract';

const MAKER = { owner: 'ports', run: 'run-1' };

describeDockerPorts(FakeDocker.name, async () => {
  const docker = await FakeDocker.started();
  const clock = new SystemClock();
  const client = new DockerClient({ socketPath: docker.socketPath }, clock);
  return {
    attachments: new DockerAttachments(client),
    images: new DockerImages(client, clock),
    networks: new DockerNetworks(client, MAKER),
    volumes: new DockerVolumes(client, MAKER),
    shells: {
      make: async (name, script, Binds = []) =>
        docker.engine.create(name, {
          Image: 'shell:1',
          Cmd: ['-c', script],
          OpenStdin: true,
          StdinOnce: true,
          HostConfig: { Binds },
        }).id,
      start: async (name) => void docker.engine.container(name).start(),
      networks: async (name) => [...docker.engine.container(name).endpoints.keys()],
    },
    image: 'shell:1',
    close: () => docker.stop(),
  };
});

describe('pulls', () => {
  let docker: FakeDocker;
  const made = (clock = new SystemClock()): DockerImages =>
    new DockerImages(new DockerClient({ socketPath: docker.socketPath }, clock), clock);
  beforeEach(async () => (docker = await FakeDocker.started()));
  afterEach(() => docker.stop());

  it('an image comes with its progress, and is there', async () => {
    docker.registry.set('ollama/ollama:1', { bytes: 4_000, image: { labels: { kind: 'core' } } });
    const progress: object[] = [];
    const image = await made().pull('ollama/ollama:1', {
      withinMs: 5_000,
      onProgress: (told) => progress.push(told),
    });
    expect(image).toMatchObject({ references: ['ollama/ollama:1'], labels: { kind: 'core' } });
    expect(progress).toContainEqual({ status: 'Downloading', doneBytes: 2_000, totalBytes: 4_000 });
    expect(progress.at(-1)).toMatchObject({ doneBytes: 4_000, totalBytes: 4_000 });
    expect((await made().list('kind=core')).map(({ id }) => id)).toEqual([image.id]);
    await made().remove('ollama/ollama:1');
    expect(await made().inspect('ollama/ollama:1')).toBeUndefined();
  });

  it('one that the registry does not have is missing', async () => {
    const failure = made().pull('ollama/ollama:none', { withinMs: 5_000 });
    await expect(failure).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
    await expect(failure).rejects.toThrow('manifest unknown');
  });

  it('an error half-way has its code, though the reply had begun', async () => {
    docker.registry.set('big:1', {
      bytes: 100,
      error: 'write /var/lib/docker/tmp/x: no space left on device',
    });
    await expect(made().pull('big:1', { withinMs: 5_000 })).rejects.toMatchObject({
      code: 'ENGINE_DISK_FULL',
    });
  });

  it('an engine that dies half-way fails it', async () => {
    docker.registry.set('slow:1', { bytes: 100, stepMs: 5_000 });
    const begun: string[] = [];
    const failure = made().pull('slow:1', {
      withinMs: 60_000,
      onProgress: ({ status }) => begun.push(status),
    });
    failure.catch(() => undefined);
    await eventually('it has begun', () => begun.length > 0);
    await docker.refuse();
    await expect(failure).rejects.toMatchObject({ code: expect.stringMatching(/^ENGINE_/) });
  });

  it.each([
    ['before the first line', /^POST \/images/],
    ['among its lines', undefined],
  ])('ends at its deadline %s', async (_, hung) => {
    const clock = new VirtualClock();
    docker.registry.set('slow:1', { bytes: 100, stepMs: 5_000 });
    if (hung) docker.faults.hang(hung);
    const begun: string[] = [];
    const failure = made(clock).pull('slow:1', {
      withinMs: 60_000,
      onProgress: ({ status }) => begun.push(status),
    });
    failure.catch(() => undefined);
    await eventually('it has begun', () => (hung ? docker.calls.length > 0 : begun.length > 0));
    await clock.advance(60_000);
    await expect(failure).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
  });

  it('ends when it is called off, with the reason', async () => {
    docker.registry.set('slow:1', { bytes: 100, stepMs: 5_000 });
    const calledOff = new AbortController();
    const failure = made().pull('slow:1', {
      withinMs: 60_000,
      signal: calledOff.signal,
      onProgress: () => calledOff.abort(new Error('nobody wants it any more')),
    });
    await expect(failure).rejects.toThrow('nobody wants it any more');
  });
});

describe('attachments to a Docker that hangs', () => {
  it('are refused at their deadline', async () => {
    const docker = await FakeDocker.started();
    const clock = new VirtualClock();
    const sut = new DockerAttachments(new DockerClient({ socketPath: docker.socketPath }, clock));
    docker.faults.hang();
    const failure = sut.attach('one');
    failure.catch(() => undefined);
    await eventually('it is asked', () => docker.calls.length > 0);
    await clock.advance(10_000);
    await expect(failure).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    await docker.stop();
  });
});
