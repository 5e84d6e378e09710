import fc from 'fast-check';
import { furtherCore } from '../../test/support/docker-guard/core-requests';
import {
  component,
  judge,
  KEPT,
  LIMITS,
  PINNED,
  type Request,
  replacement,
} from '../../test/support/docker-guard/guard-world';
import { UNLISTED } from '../../test/support/docker-guard/hostile-corpus';
import type { JsonObject } from './strict-json';

const RUNS = 10_000;
const HOST_VALUES: Record<string, unknown[]> = {
  ...Object.fromEntries(
    Object.entries(UNLISTED).map(([key, value]) => [key, [value, null, false, 0, '', []]]),
  ),
  NetworkMode: [
    'none',
    'host',
    'bridge',
    'rdzen-tools',
    'rdzen-open',
    'shop_net',
    'further_net',
    'container:x',
    '',
    undefined,
  ],
  ReadonlyRootfs: [true, false, undefined],
  CapDrop: [['ALL'], ['all'], [], null, undefined],
  SecurityOpt: [
    ['no-new-privileges:true'],
    ['no-new-privileges:false'],
    ['seccomp=unconfined'],
    ['no-new-privileges:true', 'apparmor=unconfined'],
    undefined,
  ],
  IpcMode: ['private', 'host', 'container:x', 'shareable', ''],
  CgroupnsMode: ['private', 'host', ''],
  Memory: [2 ** 28, 0, -1, 2 ** 45, '1'],
  PidsLimit: [128, 0, -1, null],
  Mounts: [
    [],
    [{ Type: 'bind', Source: '/', Target: '/x' }],
    [{ Type: 'volume', Source: 'rdzen-state', Target: '/data' }],
    [{ Type: 'volume', Source: 'rdzen-bind', Target: '/data' }],
    [
      {
        Type: 'volume',
        Source: 'rdzen-state',
        Target: '/data',
        VolumeOptions: { DriverConfig: { Name: 'local', Options: { o: 'bind', device: '/' } } },
      },
    ],
    [{ type: 'bind', Source: '/', Target: '/x' }],
    [{ Type: 'npipe', Source: 'x', Target: '/x' }],
  ],
  Tmpfs: [{ '/tmp': 'size=1m,nosuid,nodev' }, { '/tmp': 'suid,dev' }, { '/proc': 'size=1m,nosuid,nodev' }],
  Runtime: ['runc', 'evil'],
  LogConfig: [
    { Type: 'json-file', Config: { 'max-size': '1m' } },
    { Type: 'gelf', Config: { 'gelf-address': 'udp://10.0.0.1:1' } },
  ],
  OomScoreAdj: [500, -1000],
  __proto__X: [{ Privileged: true }],
};
const CONFIG_VALUES: Record<string, unknown[]> = {
  Image: [PINNED, KEPT, 'alpine', 'evil.test/x:1', 'ollama/ollama:1', 'evil/shell:1'],
  User: ['10001:10001', 'root', '0', '0:0', '', undefined],
  Labels: [
    {},
    { 'rdzen.managed': 'false' },
    { 'com.docker.compose.project': 'shop' },
    { 'rdzen.replaces': 'f'.repeat(64) },
  ],
  Volumes: [{}, { '/x': {} }],
  Env: [['A=1'], ['B=2']],
  Hostname: ['component', 'core', 'core1', 'mongodb', 'rdzen', '', undefined],
  user: ['0:0'],
  hostconfig: [{ Privileged: true }],
  HostConfig2: [{ Privileged: true }],
  NetworkingConfig: [
    {},
    { EndpointsConfig: { shop_net: {} } },
    { EndpointsConfig: { bridge: { Aliases: ['mongodb'] } } },
  ],
};
const pick = (values: Record<string, unknown[]>, most: number): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .uniqueArray(fc.constantFrom(...Object.keys(values)), { maxLength: most })
    .chain((keys) =>
      fc
        .tuple(...keys.map((key) => fc.constantFrom(...(values[key] ?? []))))
        .map((found) => Object.fromEntries(keys.map((key, index) => [key, found[index]]))),
    );
const bodies = fc.record({
  host: pick(HOST_VALUES, 4),
  config: pick(CONFIG_VALUES, 2),
  kind: fc.constantFrom('component', 'replacement', 'core'),
});

/**
 * Could what goes to the engine give root, or reach others? Written from Docker's API alone: it knows nothing of the
 * policy, reads keys as the engine does (whatever their case), and judges what is sent, not what was asked.
 */
function dangers(sent: JsonObject, kind: string): string[] {
  const low = (value: unknown): Record<string, unknown> =>
    Object.fromEntries(Object.entries(value ?? {}).map(([key, one]) => [key.toLowerCase(), one as unknown]));
  const body = low(sent);
  const host = low(body.hostconfig);
  const found: string[] = [];
  const bad = (name: string, is: unknown): void => void (is && found.push(name));
  const some = (value: unknown): boolean =>
    value !== undefined &&
    value !== null &&
    value !== '' &&
    value !== false &&
    value !== 0 &&
    !(typeof value === 'object' && Object.keys(value).length === 0);
  for (const key of [
    'privileged',
    'capadd',
    'devices',
    'devicerequests',
    'devicecgrouprules',
    'pidmode',
    'utsmode',
    'usernsmode',
    'cgroupparent',
    'sysctls',
    'volumesfrom',
    'volumedriver',
    'links',
    'extrahosts',
    'publishallports',
    'groupadd',
    'oomkilldisable',
    'storageopt',
    'cgroup',
    'blkioweightdevice',
    'cpurealtimeruntime',
    'dns',
    'dnssearch',
  ])
    bad(key, some(host[key]));
  bad('ipc', !['', 'private', 'none', undefined, null].includes(host.ipcmode as string));
  bad('oom score', Number(host.oomscoreadj ?? 0) < 0);
  for (const mount of (host.mounts ?? []) as object[])
    bad(
      'mount',
      low(mount).type !== 'volume' ||
        low(mount).volumeoptions !== undefined ||
        low(mount).source === 'rdzen-bind',
    );
  bad('capabilities', !((host.capdrop ?? []) as string[]).includes('ALL'));
  bad(
    'security options',
    ((host.securityopt ?? []) as string[]).some((one) => /unconfined|false/.test(one)),
  );
  bad('runtime', ![undefined, '', null, 'runc', 'runsc'].includes(host.runtime as string));
  if (kind === 'replacement') {
    bad(
      'other binds',
      host.binds !== null &&
        (!Array.isArray(host.binds) || host.binds.some((one) => one !== 'models:/models')),
    );
    bad(
      'other network',
      host.networkmode !== 'shop_net' ||
        Object.keys(low(low(body.networkingconfig).endpointsconfig)).some((one) => one !== 'shop_net'),
    );
    bad('other host name', some(body.hostname) && body.hostname !== 'core1');
    bad('other image', !String(body.image).startsWith('ollama/ollama:'));
    bad(
      'unmasked',
      JSON.stringify(host.maskedpaths) !== '["/proc/kcore"]' ||
        JSON.stringify(host.readonlypaths) !== '["/proc/sys"]',
    );
    bad(
      'open port',
      JSON.stringify(host.portbindings ?? {}).includes('0.0.0.0') ||
        /"HostPort":"80"/.test(JSON.stringify(host.portbindings ?? {})),
    );
    return found;
  }
  const isCore = kind === 'core';
  bad('binds', some(host.binds));
  // The engine's own name service tells it to whoever is on the same network.
  bad('host name', ![undefined, '', 'component', isCore ? 'core' : ''].includes(body.hostname as string));
  bad(
    'ports',
    some(host.portbindings) &&
      (!isCore ||
        Object.values(host.portbindings as Record<string, { HostIp: string; HostPort: string }[]>).some(
          (all) => all.some(({ HostIp, HostPort }) => HostIp !== '127.0.0.1' || Number(HostPort) < 1_024),
        )),
  );
  bad('paths', host.maskedpaths !== undefined || host.readonlypaths !== undefined);
  bad('root', !/^[1-9]\d{3,}:/.test(String(body.user)));
  bad('writable root', host.readonlyrootfs !== true);
  bad(
    'no-new-privileges',
    !((host.securityopt ?? []) as string[]).some((one) => /^no-new-privileges(:true)?$/.test(one)),
  );
  bad(
    'network',
    !(isCore ? ['n-further'] : ['none', 'n-tool']).includes(host.networkmode as string) ||
      Object.entries(low(low(body.networkingconfig).endpointsconfig)).some(
        ([one, settings]) =>
          one !== (isCore ? 'n-further' : 'n-tool') || JSON.stringify(settings).includes('mongodb'),
      ),
  );
  bad(
    'memory',
    !(
      Number(host.memory) > 0 && Number(host.memory) <= (isCore ? LIMITS.coreMemoryBytes : LIMITS.memoryBytes)
    ),
  );
  bad('pids', !(Number(host.pidslimit) > 0));
  bad(
    'image',
    body.image !== PINNED &&
      body.image !== KEPT &&
      !(isCore && String(body.image).startsWith('registry.test:5000/ollama@sha256:')),
  );
  // Docker mounts one of its own where none of ours is.
  bad(
    'volume of the image',
    body.image === KEPT && !((host.mounts ?? []) as object[]).some((mount) => low(mount).target === '/data'),
  );
  bad('log driver', !['json-file', 'local', 'none'].includes(low(host.logconfig).type as string));
  bad(
    'labels',
    low(body.labels)['rdzen.managed'] !== 'true' ||
      low(body.labels)['com.docker.compose.project'] !== '' ||
      low(body.labels)['rdzen.replaces'] !== '',
  );
  return found;
}

describe('bodies of POST /containers/create', () => {
  it(`${RUNS} of them: what goes on to the engine is never dangerous, and what is harmless goes on`, async () => {
    const counts = { permitted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(bodies, async ({ host, config, kind }) => {
        const { Labels, ...rest } = config as { Labels?: object };
        const request: Request =
          kind === 'replacement'
            ? replacement(
                { ...rest, ...(Labels && !('rdzen.replaces' in Labels) ? {} : Labels ? { Labels } : {}) },
                host,
              )
            : kind === 'core'
              ? furtherCore(Labels ? { ...config, Labels: { 'rdzen.core': '11', ...Labels } } : config, host)
              : component(config, host);
        const permit = await judge(request).catch(() => undefined);
        counts[permit ? 'permitted' : 'refused']++;
        expect(permit ? dangers(permit.body ?? {}, kind) : []).toEqual([]);
        if (Object.keys(host).length + Object.keys(config).length === 0) expect(permit).toBeDefined();
      }),
      { numRuns: RUNS, seed: 20_261_127 },
    );
    // A generator that only makes nonsense would prove nothing.
    expect(counts.permitted).toBeGreaterThan(RUNS / 20);
    expect(counts.refused).toBeGreaterThan(RUNS / 4);
  }, 60_000);

  it('the oracle itself sees every key of the hostile list', () => {
    const { body } = component();
    const harmless = ['MaskedPaths', 'ReadonlyPaths', 'Isolation'];
    const plain = dangers(body as JsonObject, 'component').length;
    for (const [key, value] of Object.entries(UNLISTED)) {
      if (harmless.includes(key)) continue;
      const { body: worse } = component({}, { [key]: value });
      expect([key, dangers(worse as JsonObject, 'component').length > plain]).toEqual([key, true]);
    }
  });
});
