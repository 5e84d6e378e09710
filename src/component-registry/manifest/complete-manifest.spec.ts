import { completed, type ImageBinding, isRunnable } from './complete-manifest';
import { lintManifest } from './lint-manifest';
import { blockOf, type Manifest, PUBLISHER } from './manifest';

const INTEGRITY = `sha512-${'A'.repeat(86)}==`;
const NPM: Manifest = {
  name: 'io.example/time',
  description: 'Tells the time.',
  version: '1.0.6',
  packages: [
    {
      registryType: 'npm',
      identifier: 'time-mcp',
      version: '1.0.6',
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'positional', value: '/tmp' }],
    },
  ],
  _meta: {
    [PUBLISHER]: {
      rdzen: {
        schema: '1',
        kind: 'mcp-tool',
        tools: [{ name: 'now', effect: 'read' }],
        provenance: { integrity: INTEGRITY, repository: 'https://example.org/time' },
      },
    },
  },
};
const BINDING: ImageBinding = {
  component: 'io.example/time',
  version: '1.0.6',
  repository: '127.0.0.1:5001/rdzen/time',
  digest: `sha256:${'c'.repeat(64)}`,
  integrity: INTEGRITY,
  packedAt: '2026-01-01T00:00:00.000Z',
  packedBy: 'cli',
};

describe(completed.name, () => {
  it('makes a manifest of an image that passes the same checks', () => {
    const whole = completed(NPM, BINDING);
    expect(whole?.packages).toEqual([
      {
        registryType: 'oci',
        identifier: '127.0.0.1:5001/rdzen/time:1.0.6',
        transport: { type: 'stdio' },
        packageArguments: [{ type: 'positional', value: '/tmp' }],
      },
    ]);
    expect(whole && blockOf(whole)).toMatchObject({
      digest: BINDING.digest,
      provenance: {
        integrity: INTEGRITY,
        package: 'npm:time-mcp@1.0.6',
        repository: 'https://example.org/time',
      },
    });
    const { problems } = lintManifest(JSON.stringify(whole));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(isRunnable(NPM)).toBe(false);
  });

  it('leaves a manifest of an image as it is, whatever a binding says', () => {
    const whole = completed(NPM, BINDING)!;
    expect(completed(whole)).toBe(whole);
    expect(completed(whole, { ...BINDING, digest: `sha256:${'d'.repeat(64)}` })).toBe(whole);
  });

  it.each<[string, Partial<ImageBinding> | undefined]>([
    ['no binding', undefined],
    ['one of another component', { component: 'io.example/other' }],
    ['one of another version', { version: '1.0.7' }],
    ['one of other bytes', { integrity: `sha512-${'B'.repeat(86)}==` }],
  ])('gives nothing that could be run for %s', (_, change) => {
    expect(completed(NPM, change && { ...BINDING, ...change })).toBeUndefined();
  });
});
