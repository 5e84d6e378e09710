import { coreContainerOf, coreService } from './core-container';
import { coreRules } from './core-rules';
import { type ComponentBlock, type ComponentPackage, type Manifest, PUBLISHER } from './manifest';

const BLOCK: ComponentBlock = {
  ...{ schema: '1', kind: 'core', digest: `sha256:${'a'.repeat(64)}` },
  resources: { memoryMiB: 4096, cpus: 4, pids: 512 },
  permissions: { filesystem: { state: { path: '/data', maxMiB: 8192 } } },
};

function manifest(block: Partial<ComponentBlock> = {}, given: Partial<ComponentPackage> = {}): Manifest {
  return {
    ...{ name: 'io.example/third', description: 'A core', version: '1.0.0' },
    packages: [
      {
        ...{ registryType: 'oci', identifier: 'registry.example/ollama:1', transport: { type: 'stdio' } },
        ...given,
      } as ComponentPackage,
    ] as Manifest['packages'],
    _meta: { [PUBLISHER]: { rdzen: { ...BLOCK, ...block } } },
  };
}

const found = (...given: Parameters<typeof manifest>): string[] => {
  const whole = manifest(...given);
  return coreRules(whole._meta[PUBLISHER].rdzen, whole).map(({ path, wrong }) => `${path}: ${wrong}`);
};

describe('the manifest of a core', () => {
  it('needs what a model takes, and a folder for it', () => {
    expect(found()).toEqual([]);
    expect(found({ resources: { cpus: 1 }, permissions: {} })).toEqual([
      '@/resources: memoryMiB, pids are missing: what is usual for a tool is too little for a model',
      '@/permissions: a core has no folder for its models',
    ]);
    expect(found({ kind: 'service', resources: {}, permissions: {} })).toEqual([]);
  });

  it.each([
    [{}, { transport: { type: 'streamable-http' as const, url: 'http://x' } }, /nobody speaks MCP/],
    [
      { permissions: { ...BLOCK.permissions, network: { egress: ['a.example:443'] } } },
      {},
      /reaches nothing/,
    ],
    [{ health: { type: 'tcp' as const, port: 1 } }, {}, /watched as every core/],
    [
      { trial: { calls: [{ tool: 'a', arguments: {}, expect: { match: 'isError' as const } }] } },
      {},
      /no tools to call/,
    ],
    [{ data: { backup: 'cold' as const } }, {}, /nothing of a core is kept/],
    [{}, { environmentVariables: [{ name: 'TOKEN', isSecret: true }] }, /no secrets/],
  ])('may not have %j %j', (block, given, wrong) => {
    expect(found(block, given)).toEqual([expect.stringMatching(wrong)]);
  });

  it('says what it is run with: its own variables go before the usual ones', () => {
    const given = {
      environmentVariables: [{ name: 'OLLAMA_KEEP_ALIVE', default: '1h' }, { name: 'UNSET' }],
      packageArguments: [
        { type: 'positional' as const, value: 'serve' },
        { type: 'named' as const, name: '-v' },
      ],
    };
    expect(coreContainerOf(manifest({}, given))).toEqual({
      ...{ memoryMiB: 4096, cpus: 4, pids: 512, modelPath: '/data', args: ['serve', '-v'] },
      env: {
        HOME: '/data',
        OLLAMA_HOST: '0.0.0.0:11434',
        OLLAMA_MODELS: '/data/models',
        OLLAMA_KEEP_ALIVE: '1h',
        OLLAMA_NOPRUNE: '1',
      },
    });
    const { rdzen } = coreService(manifest(), 2)._meta[PUBLISHER];
    expect(rdzen).toMatchObject({
      health: { type: 'http', port: 11434, path: '/api/version' },
      resources: { cpus: 2, memoryMiB: 4096 },
    });
  });
});
