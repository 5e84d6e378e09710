import Ajv2020 from 'ajv/dist/2020';
import { PUBLISHER, type ComponentBlock } from './manifest';
import { lintManifest } from './lint-manifest';
import { MANIFEST_SCHEMA } from './manifest-schema';

const BLOCK = {
  schema: '1',
  kind: 'mcp-tool',
  digest: `sha256:${'a'.repeat(64)}`,
  tools: [{ name: 'get_current_time', effect: 'read' }],
  intents: { en: ['tell the time', 'time in another city', 'convert time zones'] },
  examples: { en: ['What time is it in Tokyo?'] },
  trial: { calls: [{ tool: 'get_current_time', arguments: {}, expect: { match: 'contains', value: ':' } }] },
} satisfies ComponentBlock;

/** A manifest as a person writes it, with something changed in it. */
function written(block: object = {}, envelope: object = {}): string {
  const manifest = {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.github.yokingma/time-mcp',
    title: 'Time',
    description: 'Tells the time in any time zone.',
    version: '1.0.6',
    packages: [
      {
        registryType: 'oci',
        identifier: 'registry.example.org/time-mcp:1.0.6',
        transport: { type: 'stdio' },
        environmentVariables: [{ name: 'TZ', description: 'Time zone where none is given', default: 'UTC' }],
      },
    ],
    _meta: { [PUBLISHER]: { rdzen: { ...BLOCK, ...block } } },
    ...envelope,
  };
  return JSON.stringify(manifest, null, 2);
}

const pack = (more: object): object => ({
  packages: [
    {
      registryType: 'oci',
      identifier: 'registry.example.org/time-mcp:1.0.6',
      transport: { type: 'stdio' },
      ...more,
    },
  ],
});
const INTEGRITY = `sha512-${'A'.repeat(86)}==`;
const npm = (more: object = {}): object => ({
  packages: [
    {
      registryType: 'npm',
      identifier: '@scope/time-mcp',
      version: '1.0.6',
      transport: { type: 'stdio' },
      ...more,
    },
  ],
});
const problems = (text: string): string[] =>
  lintManifest(text).problems.map(
    ({ severity, path, wrong }) => `${severity} ${path.split('rdzen').at(-1)}: ${wrong}`,
  );

it('the schema of manifests is one of its dialect', () => {
  const ajv = new Ajv2020({ strict: false });
  expect(ajv.validateSchema(MANIFEST_SCHEMA)).toBe(true);
  expect(ajv.errors ?? []).toEqual([]);
});

describe(lintManifest.name, () => {
  it('finds nothing in a good one, and gives it out', () => {
    const { manifest, problems: found } = lintManifest(written());
    expect(found).toEqual([]);
    expect(manifest?.name).toBe('io.github.yokingma/time-mcp');
  });

  it('finds nothing in one whose image is yet to be packed', () => {
    const arguments_ = [
      { type: 'positional', value: '/tmp' },
      { type: 'named', name: '--quiet' },
    ];
    const { manifest, problems: found } = lintManifest(
      written(
        { digest: undefined, provenance: { integrity: INTEGRITY } },
        npm({ packageArguments: arguments_ }),
      ),
    );
    expect(found).toEqual([]);
    expect(manifest?.packages[0].packageArguments).toEqual(arguments_);
  });

  it('names the line, the field, what is wrong and what to write', () => {
    const text = written({}, { version: '^1.0' });
    const line = text.split('\n').findIndex((each) => each.includes('"version"')) + 1;
    expect(lintManifest(text).problems).toEqual([
      {
        severity: 'error',
        path: '/version',
        line,
        wrong: 'version is "^1.0"',
        write: 'One exact version: "1.4.2". Ranges such as "^1.4" or "latest" are refused.',
      },
    ]);
  });

  it('points at what holds a field that is missing', () => {
    const [found] = lintManifest(written({ digest: undefined })).problems;
    expect(found).toMatchObject({ wrong: 'digest is missing', write: 'Add "digest".' });
    expect(written({ digest: undefined }).split('\n')[(found?.line ?? 0) - 1]).toContain('"rdzen": {');
  });

  it('does not take a misspelt right for one that was not asked for', () => {
    expect(problems(written({ permission: { network: 'none' } }))).toEqual([
      'error /permission: permission is no field of rdzen',
    ]);
    expect(problems(written({ permissions: { network: { egres: ['a:1'] } } })).join()).toContain(
      'egres is no field',
    );
  });

  it('gives no right that is absent', () => {
    const { manifest } = lintManifest(written());
    expect(manifest?._meta[PUBLISHER].rdzen.permissions).toBeUndefined();
  });

  it.each<[string, string, object, object?]>([
    [
      'capabilities',
      'error /permissions/capabilities: capabilities is ["NET_ADMIN"]',
      { permissions: { capabilities: ['NET_ADMIN'] } },
    ],
    ['a second package', 'error /packages: packages has too many entries', {}, { packages: [{}, {}] }],
    [
      'another kind of package',
      'error /packages/0/registryType: registryType is "pypi"',
      {},
      pack({ registryType: 'pypi' }),
    ],
    ['an image without a digest', 'error : digest is missing', { digest: undefined }],
    [
      'a range where npm needs a version',
      'error /packages/0/version: version is "latest"',
      { digest: undefined },
      npm({ version: 'latest' }),
    ],
    [
      'a digest of what is not packed yet',
      'error /digest: a package of npm has no digest',
      { provenance: { integrity: INTEGRITY } },
      npm(),
    ],
    [
      'a package of npm that could be any bytes',
      'error /provenance: it does not say which bytes of npm are meant',
      { digest: undefined, provenance: {} },
      npm(),
    ],
    [
      'an integrity that is none',
      'error /provenance/integrity: integrity is "sha1-abc"',
      { digest: undefined, provenance: { integrity: 'sha1-abc' } },
      npm(),
    ],
    [
      'a named argument without a name',
      'error /packages/0/packageArguments/0: name is missing',
      {},
      pack({ packageArguments: [{ type: 'named', value: '1' }] }),
    ],
    [
      'signs nobody sees in another language',
      'error /descriptions/pl: the description holds signs that nobody sees',
      { descriptions: { pl: 'Godzina\u202e.' } },
    ],
    [
      'a tag that is missing',
      'error /packages/0/identifier: identifier is "registry.example.org/time"',
      {},
      pack({ identifier: 'registry.example.org/time' }),
    ],
    ['no tools', 'error /tools: it names no tool', { tools: [], trial: {} }],
    [
      'a tool named twice',
      'error /tools/1: the tool a is named twice',
      {
        tools: [
          { name: 'a', effect: 'read' },
          { name: 'a', effect: 'write' },
        ],
        trial: {},
      },
    ],
    [
      'network for a tool without the right',
      'error /tools/0/egress: the tool get_current_time wants to reach the network, and the component may not',
      { tools: [{ ...BLOCK.tools[0], egress: true }] },
    ],
    [
      'a trial call of no tool',
      'error /trial/calls/0/tool: there is no tool nothing',
      { trial: { calls: [{ tool: 'nothing', arguments: {}, expect: { match: 'isError' } }] } },
    ],
    [
      'an expectation of nothing',
      'error /trial/calls/0/expect: equals has nothing to compare with',
      { trial: { calls: [{ tool: 'get_current_time', arguments: {}, expect: { match: 'equals' } }] } },
    ],
    [
      'HTTP without an address',
      'error /packages/0/transport: there is no address',
      {},
      pack({ transport: { type: 'streamable-http' } }),
    ],
    [
      'a secret with a default',
      'error /packages/0/environmentVariables/0/default: the secret KEY has a default, which everybody can read',
      {},
      pack({ environmentVariables: [{ name: 'KEY', isSecret: true, default: 'x' }] }),
    ],
    [
      'data kept where no volume may be mounted',
      'error /permissions/filesystem/state/path: data is not kept at /var/lib/x',
      { permissions: { filesystem: { state: { path: '/var/lib/x', maxMiB: 5 } } } },
    ],
    [
      'data that is changed for good, without a copy',
      'warning /data: it changes its data for good, and nothing is kept of what was: nobody can go back from it',
      { data: { backup: 'none', migratesForwardOnly: true } },
    ],
    [
      'no range of versions',
      'error /requires/platform: "newest" is no range of versions',
      { requires: { platform: 'newest' } },
    ],
    [
      'signs nobody sees',
      'error /description: description holds signs that nobody sees',
      {},
      { description: 'Tells the\u202e time.' },
    ],
    [
      'a service that MCP would watch',
      'error /health: a service is not watched by MCP',
      { kind: 'service', tools: [], trial: {}, health: { type: 'mcp-ping' } },
    ],
    [
      'a service whose health has no port',
      'error /health: health of the type http has no port',
      { kind: 'service', tools: [], trial: {}, health: { type: 'http' } },
    ],
    [
      'a service on a port of root',
      'error /health/port: a service has no right to listen on port 80',
      { kind: 'service', tools: [], trial: {}, health: { type: 'tcp', port: 80 } },
    ],
    [
      'a path for tcp',
      'error /health/path: tcp has no path',
      { kind: 'service', tools: [], trial: {}, health: { type: 'tcp', port: 8080, path: '/' } },
    ],
    [
      'a path that is none',
      'error /health/path: "health" is no path',
      { kind: 'service', tools: [], trial: {}, health: { type: 'http', port: 8080, path: 'health' } },
    ],
    [
      'a service that asks for a network',
      'error /permissions/network: a service reaches nothing by itself',
      {
        kind: 'service',
        tools: [],
        trial: {},
        health: { type: 'tcp', port: 8080 },
        permissions: { network: { egress: ['a.example:443'] } },
      },
    ],
    [
      'a service over MCP',
      'error /packages/0/transport: nobody speaks MCP with a service',
      { kind: 'service', tools: [], trial: {}, health: { type: 'tcp', port: 8080 } },
      pack({ transport: { type: 'streamable-http', url: 'http://localhost:8080/mcp' } }),
    ],
    [
      'one that uses itself',
      'error /permissions/network/internal/0: it names itself',
      { permissions: { network: { internal: [written({}).match(/"name": *"([^"]+)"/)?.[1] ?? ''] } } },
    ],
    [
      'two services with one host name',
      'error /permissions/network/internal/1: a.example/store is reached as store already',
      { permissions: { network: { internal: ['a.example/store', 'b.example/Store'] } } },
    ],
    [
      'a tool that no trial call shows',
      'warning /trial: no trial call shows a tool with the effect write',
      { tools: [...BLOCK.tools, { name: 'set', effect: 'write' }] },
    ],
    ['too few phrases', 'warning /intents/en: fewer than three phrases', { intents: { en: ['time'] } }],
  ])('finds %s', (_, problem, block, envelope = {}) => {
    expect(problems(written(block, envelope))).toContain(problem);
  });

  it('gives out no manifest with an error, and one with a warning', () => {
    expect(lintManifest(written({ tools: [] })).manifest).toBeUndefined();
    expect(lintManifest(written({ intents: {} })).manifest).toBeDefined();
  });

  it.each([
    ['no JSON', '{ "name": }', 1, /no JSON/],
    ['comments', '{\n // hm\n}', 2, /no JSON/],
    ['nothing', '', 1, /no JSON|empty/],
    ['a name twice', '{\n"name": "a",\n"name": "b"\n}', 2, /stands there twice/],
    ['too much', JSON.stringify({ name: 'x'.repeat(300_000) }), 1, /more than 256 KiB/],
    ['too deep', `${'['.repeat(40)}${']'.repeat(40)}`, 1, /nested more than/],
    ['something else', '42', 1, /manifest is 42/],
  ])('refuses %s', (_, text, line, wrong) => {
    const [first] = lintManifest(text).problems;
    expect(first?.wrong).toMatch(wrong);
    expect(first?.line).toBe(line);
  });
});
