import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import { inspected } from '../../support/fakes/fake-docker/container-report';
import type { FakeContainer } from '../../support/fakes/fake-docker/fake-container';
import { eventually } from '../../faults/process-engine/support/processes';
import { VirtualClock } from '../../support/virtual-clock';
import { DockerBench, passUntil } from './docker-bench';
import { SCRIPTS } from './engine-contract';

interface Inspected {
  HostConfig: Record<string, unknown> & { Binds: string[] };
  Config: Record<string, unknown> & { Labels: Record<string, string> };
  Mounts: { Name?: string; Source: string; Destination: string }[];
  NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> };
}

/** All that a compose file with a graphics card and limits sets. */
const FULL: ContainerCreateOptions = {
  Env: ['OLLAMA_KEEP_ALIVE=-1', 'OLLAMA_HOST=0.0.0.0'],
  Labels: {
    'com.docker.compose.project': 'rdzen',
    'com.docker.compose.service': 'core1',
    'com.docker.compose.config-hash': 'f2c0',
  },
  User: '1000:1000',
  WorkingDir: '/work',
  ExposedPorts: { '11434/tcp': {} },
  Volumes: { '/nameless': {} },
  Healthcheck: { Test: ['CMD', 'true'], Interval: 1e10 },
  StopSignal: 'SIGTERM',
  HostConfig: {
    Binds: ['models:/models:rw', '/srv/shared:/shared:ro'],
    Mounts: [
      { Type: 'volume', Source: 'cache', Target: '/cache' },
      { Type: 'volume', Source: '', Target: '/scratch' },
    ],
    DeviceRequests: [{ Driver: 'nvidia', Count: -1, DeviceIDs: [], Capabilities: [['gpu']], Options: {} }],
    PortBindings: { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: '11434' }] },
    RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    Memory: 8 << 27,
    NanoCpus: 2_000_000_000,
    PidsLimit: 512,
    ShmSize: 1 << 26,
    Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 4096 }],
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    NetworkMode: 'front',
  },
};

describe('a Docker container made anew', () => {
  let bench: DockerBench;
  beforeEach(async () => (bench = await DockerBench.open()));
  afterEach(() => bench.close());

  const holder = (name = 'one'): FakeContainer => bench.docker.engine.container(name);
  const seen = (container: FakeContainer): Inspected => inspected(container) as Inspected;

  /** On two networks, with an alias on each. */
  const full = async (): Promise<FakeContainer> => {
    const { networks } = bench.docker.engine;
    networks.create('front', false, {});
    networks.create('inner', true, {});
    const container = await bench.foreign('one', {
      ...FULL,
      NetworkingConfig: { EndpointsConfig: { front: { Aliases: ['core1'] } } },
    });
    networks.connect(container, 'inner', {
      Aliases: ['brain'],
      IPAMConfig: { IPv4Address: '172.21.0.9' },
    });
    await bench.engine.adopt(['one']);
    return container;
  };

  it('keeps every option', async () => {
    const old = await full();
    const before = seen(old);
    await bench.engine.recreate('one');
    const after = seen(holder());
    expect(holder().id).not.toBe(old.id);
    const { Binds: oldBinds, Mounts: oldMounts, ...oldHost } = before.HostConfig;
    const { Binds, Mounts, ...host } = after.HostConfig;
    expect(host).toEqual(oldHost);
    expect(Binds).toEqual(expect.arrayContaining(oldBinds));
    expect(oldMounts).toHaveLength(2);
    expect(Mounts).toHaveLength(2);
    const { Labels: oldLabels, Hostname: _oldHostname, ...oldConfig } = before.Config;
    const { Labels, Hostname, ...config } = after.Config;
    expect(config).toEqual(oldConfig);
    expect(Labels).toEqual({ ...oldLabels, 'rdzen.replaces': old.id });
    expect(Hostname).toBe(holder().id.slice(0, 12));
  });

  it('keeps the volumes that have no name, and those the engine named', async () => {
    const before = seen(await full());
    await bench.engine.recreate('one');
    const sources = ({ Mounts }: Inspected): string[] =>
      Mounts.map(({ Source, Destination }) => `${Destination} = ${Source}`).sort();
    expect(sources(seen(holder()))).toEqual(sources(before));
    expect(sources(before)).toHaveLength(5);
  });

  it('keeps its networks with their names there, but not the name after its own id', async () => {
    const old = await full();
    await bench.engine.recreate('one');
    const { Networks } = seen(holder()).NetworkSettings;
    expect(Object.keys(Networks).sort()).toEqual(['front', 'inner']);
    expect(Networks.front?.Aliases).toEqual(['core1', holder().id.slice(0, 12)]);
    expect(Networks.inner?.Aliases).toEqual(['brain', holder().id.slice(0, 12)]);
    expect(Networks.inner).toMatchObject({ IPAMConfig: { IPv4Address: '172.21.0.9' } });
    expect(JSON.stringify(Networks)).not.toContain(old.id.slice(0, 12));
  });

  it('stays on its image when the name of that means another by now', async () => {
    const old = await bench.adopted('one');
    bench.docker.engine.image('shell:1')!.references = [];
    bench.docker.engine.addImage('shell:1');
    await bench.engine.recreate('one');
    expect(holder().image).toBe(old.image);
    await bench.engine.recreate('one', 'shell:1');
    expect(holder().image).not.toBe(old.image);
  });

  it('carries the label of the last remake only', async () => {
    await bench.adopted('one');
    await bench.engine.recreate('one');
    const second = holder().id;
    await bench.engine.recreate('one');
    expect(holder().labels['rdzen.replaces']).toBe(second);
    expect(bench.docker.engine.containers.size).toBe(1);
  });

  // Docker 20.10, of a container that dies again and again.
  it('one that the engine cannot rename between two lives is stopped, and then steps aside', async () => {
    const old = await full();
    bench.docker.faults.answer(/^POST .*\/rename$/, 500, 'sandbox 5f2a41c09e not found', 1);
    await bench.engine.recreate('one');
    expect(holder()).not.toBe(old);
    expect(holder()?.status).toBe('running');
    expect(bench.docker.engine.containers.size).toBe(1);
  });

  describe.each([
    ['rename', /^POST .*\/rename$/],
    ['stop', /^POST .*\/stop$/],
    ['create', /^POST \/containers\/create$/],
    ['connect', /^POST .*\/connect$/],
    ['start', /^POST .*\/start$/],
    ['the look at its image', /^GET \/images/],
  ])('where %s fails', (_, which) => {
    it('the old one has its name and runs', async () => {
      const old = await full();
      bench.docker.faults.answer(which, 500, 'it broke here', 1);
      await expect(bench.engine.recreate('one')).rejects.toThrow('it broke here');
      expect(holder()).toBe(old);
      expect(old.status).toBe('running');
      expect([...old.endpoints.keys()].sort()).toEqual(['front', 'inner']);
      expect(bench.docker.engine.containers.size).toBe(1);
    });

    it('one that did not run does not run afterwards', async () => {
      const old = await full();
      await bench.engine.stop('one', 0);
      bench.docker.faults.answer(which, 500, 'it broke here', 1);
      await expect(bench.engine.recreate('one')).rejects.toThrow('it broke here');
      expect(holder()).toBe(old);
      expect(old.status).toBe('exited');
    });
  });

  it('where the old one cannot be removed, the new one runs; the next remake removes it', async () => {
    const old = await bench.adopted('one');
    bench.docker.faults.answer(/^DELETE/, 500, 'device or resource busy', 1);
    await bench.engine.recreate('one');
    expect(holder()).not.toBe(old);
    expect(holder().status).toBe('running');
    expect(old.name).toMatch(/^one\.old-/);
    expect(old.status).toBe('exited');
    await bench.engine.recreate('one');
    expect([...bench.docker.engine.containers.values()]).toEqual([holder()]);
  });

  it('one that was removed is made from its blueprint', async () => {
    const old = await full();
    const before = seen(old);
    await bench.docker.engine.remove(old.id, true, false);
    await bench.told('died');
    const info = await bench.engine.restart('one');
    expect(info).toMatchObject({ name: 'one', state: 'running' });
    expect(seen(holder()).HostConfig).toMatchObject({
      ...before.HostConfig,
      Binds: expect.any(Array),
      Mounts: expect.any(Array),
    });
    expect([...holder().endpoints.keys()].sort()).toEqual(['front', 'inner']);
  });

  it('a later process makes it from the blueprint on disk, which nobody else may read', async () => {
    const old = await full();
    await eventually('it is written', () => readdirSync(bench.stateDir).includes('one.json'));
    expect(statSync(join(bench.stateDir, 'one.json')).mode & 0o777).toBe(0o600);
    await bench.engine.close();
    await bench.docker.engine.remove(old.id, true, false);
    const next = bench.another('run-2');
    await next.open();
    await next.adopt(['one']);
    expect(await next.inspect('one')).toMatchObject({ state: 'exited', image: 'shell:1' });
    expect((await next.recreate('one')).state).toBe('running');
    expect(holder().labels).toMatchObject({ 'com.docker.compose.service': 'core1' });
  });

  it('a blueprint that was cut off is as none', async () => {
    const old = await full();
    await eventually('it is written', () => readdirSync(bench.stateDir).includes('one.json'));
    await bench.engine.close();
    const file = join(bench.stateDir, 'one.json');
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await bench.docker.engine.remove(old.id, true, false);
    const next = bench.another('run-2');
    await next.open();
    await next.adopt(['one']);
    expect(await next.inspect('one')).toBeUndefined();
    await expect(next.recreate('one')).rejects.toThrow('docker compose up -d');
  });

  it('a lost network is connected again by a restart, with its names', async () => {
    const old = await full();
    bench.docker.engine.networks.disconnect(old, 'inner');
    await bench.told('disconnected');
    await bench.engine.restart('one');
    expect(holder()).toBe(old);
    expect(seen(old).NetworkSettings.Networks.inner?.Aliases).toEqual(['brain', old.id.slice(0, 12)]);
    await bench.engine.recreate('one');
    expect([...holder().endpoints.keys()].sort()).toEqual(['front', 'inner']);
  });

  it('runs the script it ran before', async () => {
    await bench.adopted('one', { Cmd: ['-c', SCRIPTS.steady] });
    await bench.engine.recreate('one');
    await eventually('it says hello', async () => (await bench.engine.logs('one')).includes('hello'));
  });
});

describe('a remake whose calls are carried out and never answered', () => {
  it.each([
    ['rename', /^POST .*\/rename$/],
    ['stop', /^POST .*\/stop$/],
    ['create', /^POST \/containers\/create$/],
    ['start', /^POST .*\/start$/],
  ])('%s: the old one has its name and runs', async (_, which) => {
    const clock = new VirtualClock();
    const bench = await DockerBench.open(clock);
    let over = false;
    try {
      const old = await bench.adopted('one');
      bench.docker.faults.mute(which, 1);
      const outcome = bench.engine.recreate('one').then(
        () => undefined,
        (error: unknown) => error,
      );
      void outcome.finally(() => (over = true));
      await passUntil(clock, 'the remake is over', () => over);
      expect(await outcome).toMatchObject({ code: 'ENGINE_TIMEOUT' });
      expect(bench.docker.engine.container('one')).toBe(old);
      expect(old.status).toBe('running');
      expect(bench.docker.engine.containers.size).toBe(1);
    } finally {
      over = false;
      const closed = bench.close().finally(() => (over = true));
      await passUntil(clock, 'it is closed', () => over);
      await closed;
    }
  });
});
