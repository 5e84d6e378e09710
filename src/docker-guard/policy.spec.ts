import { coreOnTrial, furtherCore } from '../../test/support/docker-guard/core-requests';
import {
  component,
  COMPONENT_ID,
  CORE,
  FILES,
  egressHelper,
  helper,
  HAD,
  IN_ITS_PLACE,
  isPermitted,
  judge,
  KEPT,
  LIMITS,
  replacement,
  type Request,
  SCRATCH,
  STANDING,
} from '../../test/support/docker-guard/guard-world';
import { HOSTILE, UNLISTED } from '../../test/support/docker-guard/hostile-corpus';
import { type Check, CHECKS } from './checks';
import { readGuardSettings } from './guard-settings';
import { Policy } from './policy';

const TABLES = {
  component: 'component',
  'component.HostConfig': 'componentHost',
  helper: 'helper',
  'helper.HostConfig': 'helperHost',
  core: 'core',
  'core.HostConfig': 'coreHost',
  network: 'network',
  volume: 'volume',
  update: 'update',
  connect: 'connect',
  disconnect: 'disconnect',
  endpoint: 'endpoint',
} as const;
/** Rows whose work a check does as well: they give the better message. */
const BACKED: Readonly<Record<string, Check | 'lookup' | 'HostConfig'>> = {
  'component.HostConfig': 'HostConfig',
  'component.HostConfig.NetworkMode': 'component.network',
  'helper.HostConfig': 'HostConfig',
  'helper.HostConfig.NetworkMode': 'helper.network',
  // By the id alone it is the right one, and no program runs but the one its label names.
  'helper.Image': 'helper.image',
  'helper.Entrypoint': 'helper.program',
  'core.HostConfig': 'HostConfig',
  'core.HostConfig.NetworkMode': 'core.network',
  'connect.Container': 'lookup',
  'disconnect.Container': 'lookup',
};
const rows = Object.entries(TABLES).flatMap(([rule, table]) =>
  Object.keys(new Policy(LIMITS)[table]).map((key) => ({ rule: `${rule}.${key}`, table, key })),
);

describe(Policy.name, () => {
  it.each(Object.keys(HOSTILE))('refuses all that is hostile to %s', async (rule) => {
    for (const request of HOSTILE[rule] ?? [])
      expect([request, await isPermitted(request)]).toEqual([request, false]);
  });

  it('lets through what Rdzen needs', async () => {
    for (const request of [
      component(),
      component({}, { NetworkMode: 'rdzen-tools' }),
      component(
        { NetworkingConfig: { EndpointsConfig: { 'rdzen-tools': { Aliases: ['probe'] } } } },
        { NetworkMode: 'rdzen-tools', Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] },
      ),
      helper(),
      egressHelper(),
      furtherCore(),
      furtherCore({ NetworkingConfig: {} }, { PortBindings: {}, NetworkMode: 'n-further' }),
      coreOnTrial(),
      ...[
        { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
        {
          'com.docker.network.bridge.gateway_mode_ipv4': 'isolated',
          'com.docker.network.bridge.gateway_mode_ipv6': 'isolated',
        },
      ].map((Options) => ({
        call: 'POST /networks/create',
        body: { Name: 'rdzen-net-1', Driver: 'bridge', Internal: true, EnableIPv6: false, Options },
      })),
      replacement(),
      replacement({ Image: 'ollama/ollama:2' }),
      replacement({ Image: HAD }),
      replacement({}, { Binds: ['models:/models', 'nameless:/cache'] }),
    ])
      await expect(judge(request)).resolves.toMatchObject({ method: 'POST' });
    const { path } = await judge({ call: 'POST /v1.41/containers/core2/restart?t=3&junk=1' });
    expect(path).toBe(`/v1.41/containers/${'9'.repeat(64)}/restart?t=3`);
  });

  // An egress proxy or a component to a network of components, a core that lost the one of compose, and what took a place.
  it.each([
    ['rdzen-tools', 'n-tool', COMPONENT_ID, 'egress'],
    ['n-tool', 'n-tool', FILES, undefined],
    ['cores_net', 'n-cores', STANDING, 'core2'],
    ['n-open', 'n-open', IN_ITS_PLACE, 'brain'],
  ])('lets join %s what Rdzen connects to it', async (network, id, Container, alias) => {
    const EndpointConfig = alias === undefined ? {} : { Aliases: [alias] };
    await expect(
      judge({ call: `POST /v1.41/networks/${network}/connect`, body: { Container, EndpointConfig } }),
    ).resolves.toMatchObject({
      path: `/v1.41/networks/${id}/connect`,
      body: { Container, EndpointConfig },
    });
  });

  it.each(rows.filter(({ rule }) => !(rule in BACKED)))(
    'without the row $rule something hostile passes',
    async ({ rule, table, key }) => {
      const policy = new Policy(LIMITS);
      policy[table] = { ...policy[table], [key]: { allowed: 'anything', accepts: () => true } };
      await expectAnyPermitted(rule, policy);
    },
  );

  it.each(Object.keys(new Policy(LIMITS).weaker).filter((key) => key !== 'Image'))(
    'without the row replacement.%s something hostile passes',
    async (key) => {
      const policy = new Policy(LIMITS);
      policy.weaker = { ...policy.weaker, [key]: { allowed: 'anything', accepts: () => true } };
      await expectAnyPermitted(`replacement.${key}`, policy);
    },
  );

  it.each(
    (Object.keys(CHECKS) as Check[]).filter(
      (check) => !['component.labels', 'archive.content'].includes(check),
    ),
  )('without the check %s something hostile passes', async (check) => {
    const policy = new Policy(LIMITS);
    policy.checks.delete(check);
    await expectAnyPermitted(check, policy);
  });

  it.each(Object.keys(UNLISTED))('a row more, %s, would let something hostile through', async (key) => {
    const request = component({}, { [key]: UNLISTED[key] });
    expect(await isPermitted(request)).toBe(false);
    const policy = new Policy(LIMITS);
    policy.componentHost = { ...policy.componentHost, [key]: { allowed: 'anything', accepts: () => true } };
    expect(await isPermitted(request, policy)).toBe(true);
  });

  it('an image cannot bring labels that decide anything', async () => {
    const { body } = await judge(component());
    expect(body?.Labels).toMatchObject({
      'rdzen.managed': 'true',
      'rdzen.replaces': '',
      'rdzen.watched': '',
      'com.docker.compose.project': '',
    });
    const policy = new Policy(LIMITS);
    policy.checks.delete('component.labels');
    expect((await judge(component(), policy)).body?.Labels).not.toHaveProperty(['rdzen.replaces']);
  });

  it.each(Object.keys(BACKED))('the row %s has a second line behind it', async (rule) => {
    const request = {
      'component.HostConfig': component(),
      'component.HostConfig.NetworkMode': component({}, { NetworkMode: 'a b' }),
      'helper.HostConfig': { ...helper(), body: { ...(helper().body as object), HostConfig: [] } },
      'helper.HostConfig.NetworkMode': helper({}, { NetworkMode: 'a b' }),
      'helper.Image': helper({ Image: 'rdzen:1' }),
      'helper.Entrypoint': helper({ Entrypoint: ['sh'] }),
      'core.HostConfig': { ...furtherCore(), body: { ...(furtherCore().body as object), HostConfig: [] } },
      'core.HostConfig.NetworkMode': furtherCore({}, { NetworkMode: 'a b' }),
      'connect.Container': { call: 'POST /networks/n-tool/connect', body: { Container: '../x' } },
      'disconnect.Container': { call: 'POST /networks/n-tool/disconnect', body: { Container: '../x' } },
    }[rule];
    const hostile =
      rule === 'component.HostConfig'
        ? { ...component(), body: { ...(component().body as object), HostConfig: [] } }
        : request;
    expect(hostile && (await isPermitted(hostile))).toBe(false);
  });

  it('makes a core only where the operator named a network, on that one by its id, with no label of its image', async () => {
    const { body } = await judge(furtherCore());
    expect(body).toMatchObject({
      HostConfig: { NetworkMode: 'n-further' },
      NetworkingConfig: { EndpointsConfig: { 'n-further': { Aliases: ['rdzen-core11'] } } },
      Labels: { 'rdzen.managed': 'true', 'rdzen.replaces': '', 'com.docker.compose.project': '' },
    });
    const { coreNetwork: _, ...limits } = LIMITS;
    await expect(judge(furtherCore(), new Policy(limits))).rejects.toMatchObject({
      rule: 'core.network',
      message: expect.stringContaining('RDZEN_GUARD_CORE_NETWORK'),
    });
    expect(await isPermitted(component({}, { Memory: 4096 * 2 ** 20 }))).toBe(false);
  });

  it('an egress proxy opens what the operator named, and nothing where that is nothing', async () => {
    const opening = (networks: string): Request =>
      egressHelper({ Env: ['RDZEN_EGRESS_ALLOW=db.test:5432', `RDZEN_EGRESS_OPEN=${networks}`] });
    for (const networks of ['', ' , ', '10.1.0.0/16', 'fd12::/16,10.1.0.0/16'])
      expect([networks, await isPermitted(opening(networks))]).toEqual([networks, true]);
    await expect(judge(opening('172.16.0.0/12'))).rejects.toMatchObject({
      rule: 'helper.open',
      message: expect.stringContaining('RDZEN_GUARD_EGRESS_PRIVATE'),
    });
    const named = readGuardSettings({ RDZEN_GUARD_EGRESS_PRIVATE: '172.16.0.0/12' }).limits.egressPrivate;
    const docker = new Policy({ ...LIMITS, egressPrivate: named });
    expect(await isPermitted(opening('172.16.0.0/12'), docker)).toBe(true);
    const { egressPrivate } = readGuardSettings({ RDZEN_GUARD_EGRESS_PRIVATE: '' }).limits;
    expect(await isPermitted(opening('10.1.0.0/16'), new Policy({ ...LIMITS, egressPrivate }))).toBe(false);
    expect(await isPermitted(opening(''), new Policy({ ...LIMITS, egressPrivate }))).toBe(true);
    for (const wrong of ['10.1.2.3', 'db.test', '10.1.0.0/16;x'])
      expect(() => readGuardSettings({ RDZEN_GUARD_EGRESS_PRIVATE: wrong })).toThrow(
        `RDZEN_GUARD_EGRESS_PRIVATE holds "${wrong}"`,
      );
  });

  it('lets an image declare a volume where one of ours or a tmpfs is mounted, or what is replaced had one', async () => {
    const Mounts = [{ Type: 'volume', Source: 'rdzen-state', Target: '/data' }];
    for (const request of [
      component({ Image: KEPT }, { Mounts }),
      component({ Image: SCRATCH }),
      furtherCore({ Image: KEPT }),
      coreOnTrial({ Image: KEPT }, { Mounts }),
      replacement({ Image: 'ollama/ollama:3' }, { Binds: ['models:/models', 'nameless:/cache'] }),
    ])
      expect([request, await isPermitted(request)]).toEqual([request, true]);
    await expect(judge(component({ Image: KEPT }))).rejects.toMatchObject({
      ...{ status: 403, rule: 'image.volume' },
      message: expect.stringMatching(/at \/data.*without VOLUME/),
    });
    const built = new Policy({ ...LIMITS, helperImage: 'rdzen:2' });
    const image = { Image: `sha256:${'a'.repeat(64)}` };
    await expect(judge(helper(image), built)).rejects.toMatchObject({ rule: 'image.volume' });
  });

  it('of an image that is not here it says what the engine says', async () => {
    const absent = `registry.test:5000/absent@sha256:${'0'.repeat(64)}`;
    for (const request of [component({ Image: absent }), furtherCore({ Image: absent })])
      await expect(judge(request)).rejects.toMatchObject({
        ...{ status: 404, message: `No such image: ${absent}` },
      });
  });

  it('lets files go to and from a volume of ours', async () => {
    const path = `/containers/${FILES}/archive?path=%2Fdata`;
    expect(await judge({ call: `PUT /v1.41/containers/rdzen-memory/archive?path=/data` })).toMatchObject({
      ...{ path: `/v1.41${path}`, archive: true },
    });
    expect((await judge({ call: `GET /containers/${FILES}/archive?path=/data/.` })).path).toBe(`${path}%2F.`);
  });

  it('lets a volume of ours be mounted where the files of a trial stand, and not beside', async () => {
    const at = (Target: string): Request =>
      component({}, { Mounts: [{ Type: 'volume', Source: 'rdzen-state', Target, ReadOnly: false }] });
    for (const target of ['/tmp/fixtures', '/data', '/mnt/files'])
      expect(await isPermitted(at(target))).toBe(true);
    for (const target of ['/tmp', '/tmp/fixtures/x', '/tmp/fixtures2', '/etc', '/tmp/../etc'])
      expect(await isPermitted(at(target))).toBe(false);
  });

  it('names rule and remedy', async () => {
    await expect(judge(component({}, { Memory: 0 }))).rejects.toMatchObject({
      status: 403,
      rule: 'component.HostConfig.Memory',
      message: expect.stringContaining('RDZEN_GUARD_MEMORY_MB'),
    });
    await expect(judge({ call: `GET /containers/${'7'.repeat(64)}/json` })).rejects.toMatchObject({
      status: 404,
      message: `No such container: ${'7'.repeat(64)}`,
    });
    await expect(judge({ call: `POST /containers/${CORE}/exec` })).rejects.toMatchObject({
      status: 403,
      rule: 'route.unlisted',
    });
  });
});

async function expectAnyPermitted(rule: string, policy: Policy): Promise<void> {
  const corpus = HOSTILE[rule] ?? [];
  const passed = await Promise.all(corpus.map((request) => isPermitted(request, policy)));
  expect([rule, passed.some(Boolean)]).toEqual([rule, true]);
}
