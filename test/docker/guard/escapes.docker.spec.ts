import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerContainerEngine } from '../../../src/containers/docker/docker-container-engine';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { type GuardRig, IMAGE, missing, startGuardRig } from './support/guard-rig';
import { rawBytes, rawCall } from './support/raw-call';

const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED docker-guard escapes: ${missing}\n`);

suite('docker-guard: a hostile client, judged by the state of the engine', () => {
  let rig: GuardRig;
  let core: string;
  let foreign: string;
  let watched: string;
  beforeAll(async () => {
    rig = await startGuardRig();
    core = (
      await rig.container('core', { Env: ['A=1'], HostConfig: { Memory: 64 * 2 ** 20, CapDrop: ['ALL'] } })
    ).id;
    foreign = (await rig.container('foreign', { Labels: { 'rdzen.managed': 'no' } })).id;
    watched = (
      await rig.container('watched', {
        Env: ['PASSWORD=hunter2'],
        Labels: { 'rdzen.managed': 'no', 'rdzen.watched': 'true' },
      })
    ).id;
    for (const id of [core, foreign, watched]) await rig.direct.getContainer(id).start();
  }, 60_000);
  afterAll(() => rig.close(), 60_000);

  const call = (method: string, path: string, body?: unknown): ReturnType<typeof rawCall> =>
    rawCall(rig.socket, method, path, body);
  const ids = async (): Promise<string[]> =>
    (await rig.direct.listContainers({ all: true })).map(({ Id }) => Id).sort();
  const mine = async (): Promise<string[]> => {
    const all = await rig.direct.listContainers({
      all: true,
      filters: JSON.stringify({ name: [rig.name('')] }),
    });
    return all.map(({ Id }) => Id).sort();
  };

  /** Steps the core aside, as the adapter does, and back. */
  async function aside(
    work: (body: (more: object, host: object) => object, name: string) => Promise<void>,
  ): Promise<void> {
    const found = await rig.direct.getContainer(core).inspect();
    const name = rig.name('core');
    expect((await call('POST', `/containers/${core}/rename?name=${name}.old-ab12`)).status).toBe(204);
    try {
      await work(
        (more, host) => ({
          ...found.Config,
          Hostname: undefined,
          Labels: { ...found.Config.Labels, 'rdzen.replaces': core },
          ...more,
          HostConfig: { ...found.HostConfig, ...host },
        }),
        name,
      );
    } finally {
      expect((await call('POST', `/containers/${core}/rename?name=${name}`)).status).toBe(204);
    }
  }

  it.each(
    Object.entries({
      Privileged: true,
      privileged: true,
      Binds: ['/:/host'],
      Mounts: [{ Type: 'bind', Source: '/', Target: '/host' }],
      Devices: [{ PathOnHost: '/dev/kmsg', PathInContainer: '/dev/kmsg', CgroupPermissions: 'rwm' }],
      DeviceCgroupRules: ['a *:* rwm'],
      PidMode: 'host',
      NetworkMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      UsernsMode: 'host',
      CgroupnsMode: 'host-please',
      CgroupParent: '/docker/x',
      Sysctls: { 'net.ipv4.ip_forward': '1' },
      CapAdd: ['SYS_ADMIN'],
      CapDrop: [],
      SecurityOpt: ['seccomp=unconfined'],
      VolumesFrom: ['foreign'],
      VolumeDriver: 'evil',
      Runtime: 'other',
      MaskedPaths: [],
      ReadonlyPaths: [],
      Memory: 0,
      PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '39111' }] },
      LogConfig: { Type: 'syslog', Config: { 'syslog-address': 'tcp://10.0.0.1:514' } },
      GroupAdd: ['0'],
      ExtraHosts: ['mongodb:10.0.0.1'],
      OomScoreAdj: -1000,
    }),
  )('a replacement with %s is not made', async (key, value) => {
    await aside(async (body, name) => {
      const before = await mine();
      const { status, text } = await call(
        'POST',
        `/v1.41/containers/create?name=${name}`,
        body({}, { [key]: value }),
      );
      expect([status, JSON.parse(text)]).toEqual([403, { message: expect.stringContaining('docker-guard') }]);
      expect(await mine()).toEqual(before);
    });
  });

  it('nor one of a foreign or watched container, or of one that is gone, or under another name', async () => {
    const before = await mine();
    await aside(async (body, name) => {
      for (const id of [foreign, watched, 'f'.repeat(64), core.slice(0, 12)])
        expect(
          (
            await call(
              'POST',
              `/containers/create?name=${name}`,
              body({ Labels: { 'rdzen.managed': 'true', 'rdzen.replaces': id } }, {}),
            )
          ).status,
        ).toBe(403);
      expect((await call('POST', `/containers/create?name=${name}2`, body({}, {}))).status).toBe(403);
    });
    expect(await mine()).toEqual(before);
  });

  it('of two names that race for the place of the core at most one is made', async () => {
    await aside(async (body, name) => {
      const answers = await Promise.all(
        [1, 2, 3].map(() => call('POST', `/containers/create?name=${name}`, body({}, {}))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const made = answers.find(({ status }) => status === 201)?.text ?? '';
      await rig.direct.getContainer((JSON.parse(made) as { Id: string }).Id).remove({ force: true });
    });
  });

  it('foreign containers do not exist, whatever is asked of them', async () => {
    const before = await ids();
    const started = (await rig.direct.getContainer(foreign).inspect()).State.StartedAt;
    for (const [method, action] of [
      ['GET', '/json'],
      ['GET', '/logs?stdout=1'],
      ['GET', '/stats?stream=0'],
      ['GET', '/top'],
      ['GET', '/changes'],
      ['POST', '/start'],
      ['POST', '/stop'],
      ['POST', '/restart'],
      ['POST', '/kill'],
      ['POST', '/pause'],
      ['POST', '/wait'],
      ['POST', '/attach?stdout=1'],
      ['POST', '/rename?name=rdzen-x'],
      ['DELETE', '?force=1'],
    ] as const)
      for (const reference of [foreign, foreign.slice(0, 12), rig.name('foreign')])
        expect([action, (await call(method, `/containers/${reference}${action}`)).status]).toEqual([
          action,
          404,
        ]);
    expect(
      (await call('POST', `/containers/${foreign}/update`, { RestartPolicy: { Name: 'no' } })).status,
    ).toBe(404);
    expect(await ids()).toEqual(before);
    const now = (await rig.direct.getContainer(foreign).inspect()).State;
    expect([now.Running, now.Paused, now.StartedAt]).toEqual([true, false, started]);
    const listed = (await rig.guarded.listContainers({ all: true })).map(({ Id }) => Id);
    expect(listed).toEqual(expect.arrayContaining([core, watched]));
    expect(listed).not.toContain(foreign);
  });

  it('a watched container is seen without its secrets, restarted, and nothing else', async () => {
    const seen = await call('GET', `/containers/${watched}/json`);
    expect(seen.status).toBe(200);
    expect(seen.text).not.toContain('hunter2');
    expect((await call('POST', `/containers/${watched}/restart?t=0`)).status).toBe(204);
    for (const action of ['stop', 'kill', 'start', 'attach', 'pause', 'rename?name=rdzen-y'])
      expect([action, (await call('POST', `/containers/${watched}/${action}`)).status]).toEqual([
        action,
        403,
      ]);
    expect((await call('DELETE', `/containers/${watched}?force=1`)).status).toBe(403);
    expect((await rig.direct.getContainer(watched).inspect()).State.Running).toBe(true);
  });

  it('nothing beside the table: exec, build, archive, commit, plugins, swarm, prune, old versions', async () => {
    for (const [method, path] of [
      ['POST', `/containers/${core}/exec`],
      ['POST', '/build?remote=http://x'],
      ['PUT', `/containers/${core}/archive?path=/`],
      ['GET', `/containers/${core}/archive?path=/etc`],
      ['GET', `/containers/${foreign}/export`],
      ['POST', '/commit'],
      ['POST', '/plugins/pull?remote=x'],
      ['POST', '/swarm/init'],
      ['POST', '/containers/prune'],
      ['POST', '/volumes/prune'],
      ['POST', '/session'],
      ['POST', '/grpc'],
      ['POST', '/images/load'],
      ['POST', `/images/${IMAGE}/tag?repo=x`],
      ['POST', `/images/${IMAGE}/push`],
      ['GET', '/secrets'],
      ['GET', `/containers/${core}/attach/ws`],
    ] as const)
      expect([path, (await call(method, path, method === 'GET' ? undefined : {})).status]).toEqual([
        path,
        403,
      ]);
    for (const method of ['GET', 'PUT'])
      expect((await call(method, `/containers/${foreign}/archive?path=/etc`)).status).toBe(404);
    expect((await call('POST', `/v1.20/containers/${core}/start`, { Privileged: true })).status).toBe(400);
    for (const image of [
      'fromImage=alpine&tag=latest',
      'fromSrc=http://10.0.0.1/x.tar',
      `fromImage=evil/x&tag=sha256:${'0'.repeat(64)}`,
    ])
      expect((await call('POST', `/images/create?${image}`)).status).toBe(403);
    for (const body of [
      { Name: rig.name('v'), DriverOpts: { type: 'none', o: 'bind', device: '/' } },
      { Name: rig.name('v'), Driver: 'evil' },
      { Name: 'other' },
    ])
      expect((await call('POST', '/volumes/create', body)).status).toBe(403);
    for (const body of [
      { Name: rig.name('n') },
      { Name: rig.name('n'), Internal: true, Driver: 'macvlan' },
      { Name: rig.name('n'), Internal: true, Options: { 'com.docker.network.bridge.name': 'docker0' } },
    ])
      expect((await call('POST', '/networks/create', body)).status).toBe(403);
    expect((await call('POST', '/networks/bridge/connect', { Container: core })).status).toBe(404);
    expect(
      (
        await call('POST', `/containers/${core}/update`, {
          RestartPolicy: { Name: 'no' },
          Devices: [{ PathOnHost: '/dev/sda' }],
        })
      ).status,
    ).toBe(403);
  });

  it('a foreign name is not taken by renaming', async () => {
    expect((await call('POST', `/containers/${core}/rename?name=innocent`)).status).toBe(403);
    // Within our names the engine itself refuses what is taken.
    expect((await call('POST', `/containers/${core}/rename?name=${rig.name('foreign')}`)).status).toBe(409);
    expect((await rig.direct.getContainer(foreign).inspect()).Name).toBe(`/${rig.name('foreign')}`);
  });

  it('no second request hides in the first', async () => {
    const hidden = `POST /containers/${core}/kill HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
    const create = `POST /containers/${core}/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${hidden.length}\r\n`;
    await rawBytes(rig.socket, `${create}\r\n${hidden}`);
    const both = await rawBytes(rig.socket, `${create}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`);
    expect(both).not.toContain('204');
    expect((await rig.direct.getContainer(core).inspect()).State.Running).toBe(true);
    for (const target of [
      `http://x/containers/${foreign}/json`,
      `//containers/${foreign}/json`,
      `/containers/../containers/${foreign}/json`,
      `/%63ontainers/${foreign}/json`,
      `/v1.41/v1.41/containers/${foreign}/json`,
    ])
      expect(
        await rawBytes(rig.socket, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      ).toMatch(/^HTTP\/1\.1 40[034]/);
    expect(
      await rawBytes(
        rig.socket,
        `POST /exec/x/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 403/);
  });

  it('the engine adapter makes a core anew through it, with all its rights and no more', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'rdzen-guard-state-'));
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const engine = new DockerContainerEngine({
      client: new DockerClient({ socketPath: rig.socket }, clock),
      maker: { owner: 'guard-test', run: random.id() },
      stateDir,
      clock,
      random,
    });
    const name = rig.name('second');
    const network = await rig.direct.createNetwork({
      Name: rig.name('net'),
      Labels: { 'rdzen.managed': 'true', 'com.docker.compose.project': 'p' },
    });
    const made = await rig.container('second', {
      Env: ['MODEL=x'],
      Volumes: { '/data': {} },
      Labels: { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'second' },
      HostConfig: {
        NetworkMode: network.id,
        Memory: 64 * 2 ** 20,
        Binds: [`${rig.name('volume')}:/models:ro`],
        RestartPolicy: { Name: 'unless-stopped' },
      },
      NetworkingConfig: { EndpointsConfig: { [network.id]: { Aliases: ['second'] } } },
    });
    await made.start();
    const before = await made.inspect();
    try {
      await engine.open();
      await engine.adopt([name]);
      await engine.recreate(name);
      const after = await rig.direct.getContainer(name).inspect();
      expect(after.Id).not.toBe(before.Id);
      expect(after.State.Running).toBe(true);
      expect({ ...after.HostConfig, Binds: [] }).toEqual({ ...before.HostConfig, Binds: [] });
      expect(after.Mounts.map(({ Name }) => Name).sort()).toEqual(
        before.Mounts.map(({ Name }) => Name).sort(),
      );
      await rig.direct.getNetwork(network.id).disconnect({ Container: after.Id, Force: true });
      await engine.restart(name);
      expect(Object.keys((await rig.direct.getContainer(name).inspect()).NetworkSettings.Networks)).toEqual([
        rig.name('net'),
      ]);
    } finally {
      await engine.close();
      rmSync(stateDir, { recursive: true, force: true });
      await rig.direct.getContainer(name).remove({ force: true });
      // Made for /data without a name, and taken over by name: it goes with no container any more.
      for (const { Name } of before.Mounts) if (Name) await rig.direct.getVolume(Name).remove();
    }
  }, 40_000);
});
