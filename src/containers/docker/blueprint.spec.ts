import type { ContainerInspectInfo } from 'dockerode';
import { blueprintOf, joined, missingAttachments, replacementOptions } from './blueprint';

const ID = '3f648c711177fb84a7240dbd91f3727ff616460756279cc29756df9a5149015d';

const inspected = (changes: {
  config?: object;
  host?: object;
  mounts?: object[];
  networks?: Record<string, object>;
}): ContainerInspectInfo =>
  ({
    Id: ID,
    Image: 'sha256:1',
    Config: { Hostname: ID.slice(0, 12), Image: 'shell:1', Labels: {}, ...changes.config },
    HostConfig: { Binds: null, ...changes.host },
    Mounts: changes.mounts ?? [],
    NetworkSettings: { Networks: changes.networks ?? { bridge: { Aliases: null } } },
  }) as unknown as ContainerInspectInfo;

describe(blueprintOf.name, () => {
  it('a host name after its id is left out, one that was chosen is kept', () => {
    expect(blueprintOf('one', inspected({})).options.Hostname).toBeUndefined();
    const chosen = inspected({ config: { Hostname: 'brain' } });
    expect(blueprintOf('one', chosen).options.Hostname).toBe('brain');
  });

  it('volumes without a name become binds, once each', () => {
    const found = inspected({
      host: {
        Binds: ['models:/models', '/srv:/srv:ro'],
        Mounts: [{ Type: 'volume', Source: 'c', Target: '/c' }],
      },
      mounts: [
        { Type: 'volume', Name: 'models', Destination: '/models' },
        { Type: 'bind', Source: '/srv', Destination: '/srv' },
        { Type: 'volume', Name: 'c', Destination: '/c' },
        { Type: 'volume', Name: 'e0d37165', Destination: '/nameless' },
      ],
    });
    expect(blueprintOf('one', found).options.HostConfig?.Binds).toEqual([
      'models:/models',
      '/srv:/srv:ro',
      'e0d37165:/nameless',
    ]);
  });

  it('a mount without a source keeps the volume that the engine named', () => {
    const found = inspected({
      host: {
        Mounts: [
          { Type: 'volume', Source: '', Target: '/c' },
          { Type: 'tmpfs', Target: '/t' },
        ],
      },
      mounts: [{ Type: 'volume', Name: 'e0d37165', Destination: '/c' }],
    });
    expect(blueprintOf('one', found).options.HostConfig?.Mounts).toEqual([
      { Type: 'volume', Source: 'e0d37165', Target: '/c' },
      { Type: 'tmpfs', Target: '/t' },
    ]);
  });

  it('of a network it keeps what was asked for, not what this life was given', () => {
    const networks = {
      net: {
        Aliases: ['brain', ID.slice(0, 12)],
        IPAMConfig: { IPv4Address: '10.0.0.9' },
        Links: null,
        DriverOpts: null,
        IPAddress: '10.0.0.9',
        EndpointID: 'e1',
        MacAddress: '02:42:ac:11:00:02',
      },
    };
    expect(blueprintOf('one', inspected({ networks })).attachments).toEqual([
      {
        network: 'net',
        settings: {
          Aliases: ['brain'],
          IPAMConfig: { IPv4Address: '10.0.0.9' },
          Links: null,
          DriverOpts: null,
        },
      },
    ]);
  });
});

describe(replacementOptions.name, () => {
  it('names the one it replaces, and takes its first network along', () => {
    const config = { Labels: { a: 'b', 'rdzen.replaces': 'older' } };
    const networks = { b: { Aliases: ['x'] }, a: { Aliases: ['y'] } };
    const options = replacementOptions(blueprintOf('one', inspected({ config, networks })), 'shell:2');
    expect(options).toMatchObject({
      name: 'one',
      Image: 'shell:2',
      Labels: { a: 'b', 'rdzen.replaces': ID },
      NetworkingConfig: { EndpointsConfig: { a: { Aliases: ['y'] } } },
    });
    expect(Object.keys(options.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['a']);
  });
});

describe(joined.name, () => {
  const now = blueprintOf('one', inspected({ networks: { a: { Aliases: ['new'] } } }));
  const before = blueprintOf(
    'one',
    inspected({ networks: { a: { Aliases: ['old'] }, b: { Aliases: ['b'] } } }),
  );

  it('remembers networks that were lost, and takes the newer word on those it has', () => {
    expect(joined(now, before).attachments).toEqual([
      expect.objectContaining({ network: 'a', settings: expect.objectContaining({ Aliases: ['new'] }) }),
      expect.objectContaining({ network: 'b', settings: expect.objectContaining({ Aliases: ['b'] }) }),
    ]);
    expect(joined(now, undefined)).toEqual(now);
  });

  it('what is lost is what the blueprint has and the container has not', () => {
    const found = inspected({ networks: { a: {} } });
    expect(missingAttachments(joined(now, before), found).map(({ network }) => network)).toEqual(['b']);
    expect(missingAttachments(now, found)).toEqual([]);
  });
});
