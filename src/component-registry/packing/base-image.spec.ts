import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pushSmall, smallImage } from '../../../test/contract/registry/small-image';
import { FakeRegistry } from '../../../test/support/fakes/fake-registry/fake-registry';
import { ARCHITECTURE, PackBench } from '../../../test/support/packing/pack-bench';
import { DOCKER_MANIFEST, OCI_INDEX } from '../../oci/media-types';
import { baseImage } from './base-image';
import { parsePackArguments } from './pack-arguments';
import { packComponent } from './pack-component';

describe(baseImage.name, () => {
  let bench: PackBench;
  beforeEach(async () => {
    bench = await PackBench.started();
  });
  afterEach(() => bench.stop());

  it.each([
    ['image', DOCKER_MANIFEST],
    ['index', OCI_INDEX],
  ])('takes an %s of a registry for the base, and its layers over without sending them', async (_, kind) => {
    const small = smallImage('base', DOCKER_MANIFEST);
    const own = { ...JSON.parse(small.config.bytes.toString()), architecture: ARCHITECTURE } as object;
    const place = { host: bench.registry.host, repository: 'base/node' };
    await pushSmall(bench.client.write, place, small);
    const config = Buffer.from(
      JSON.stringify({ ...own, config: { Env: ['A=1'], User: 'root', Volumes: { '/x': {} } } }),
    );
    const part = {
      mediaType: 'any',
      digest: bench.registry.putBlob('base/node', config),
      size: config.length,
    };
    const document = { ...(JSON.parse(small.manifest.bytes.toString()) as object), config: part };
    const digest = bench.registry.put('base/node', '24', document, DOCKER_MANIFEST);
    const entry = {
      mediaType: DOCKER_MANIFEST,
      digest,
      size: 1,
      platform: { os: 'linux', architecture: ARCHITECTURE },
    };
    const other = {
      ...entry,
      digest: `sha256:${'0'.repeat(64)}`,
      platform: { os: 'linux', architecture: 's390x' },
    };
    const index = { mediaType: OCI_INDEX, manifests: [other, entry] };
    if (kind === OCI_INDEX) bench.registry.put('base/node', '24', index, OCI_INDEX);
    bench.registry.calls.length = 0;
    const packed = await packComponent(
      parsePackArguments([
        'tool-server@1.2.3',
        '--base',
        `${bench.registry.host}/base/node:24`,
        '--to',
        `${bench.registry.host}/tool`,
      ]),
      bench.tools,
    );
    const { manifest, config: made } = bench.stored('tool', packed.digest);
    expect(manifest.layers[0]).toMatchObject({
      digest: small.layer.digest,
      mediaType: expect.stringContaining('oci.image.layer'),
    });
    expect(made.config).toMatchObject({
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'A=1', 'NODE_ENV=production'],
    });
    expect(made.config).not.toHaveProperty('Volumes');
    expect(made.config?.Labels).toMatchObject({ 'org.opencontainers.image.base.digest': digest });
    expect(bench.registry.calls.filter((call) => call.includes('mount='))).toHaveLength(1);
    expect(bench.registry.calls.filter((call) => call.startsWith('PUT /v2/tool/blobs'))).toHaveLength(2);
  });

  it('copies the layers of a base from another registry, and believes none of them', async () => {
    const elsewhere = await FakeRegistry.started();
    const small = smallImage('far');
    const place = { host: elsewhere.host, repository: 'node' };
    await pushSmall(bench.client.write, place, small, '1');
    const config = Buffer.from(small.config.bytes.toString().replace('amd64', ARCHITECTURE));
    const part = { mediaType: 'any', digest: elsewhere.putBlob('node', config), size: config.length };
    elsewhere.put(
      'node',
      '1',
      { ...JSON.parse(small.manifest.bytes.toString()), config: part } as object,
      small.manifest.mediaType,
    );
    const args = [
      'tool-server@1.2.3',
      '--base',
      `${elsewhere.host}/node:1`,
      '--to',
      `${bench.registry.host}/tool`,
    ];
    await packComponent(parsePackArguments(args), bench.tools);
    expect(bench.registry.repository('tool').blobs.get(small.layer.digest)).toEqual(small.layer.bytes);
    bench.registry.repositories.clear();
    elsewhere
      .repository('node')
      .blobs.set(small.layer.digest, Buffer.from(small.layer.bytes.map((byte) => byte ^ 1)));
    await expect(packComponent(parsePackArguments(args), bench.tools)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_DIFFERS',
    });
    expect(bench.registry.repository('tool').tags.size).toBe(0);
    await elsewhere.stop();
  });

  it.each<[string, () => string, string]>([
    ['no file', () => './none.tar', 'no such file'],
    ['no archive', () => write('a.tar', 'x'.repeat(1_024)), 'no tar archive'],
    ['one without Node', () => archived('empty', 'etc/passwd'), 'no Node in it'],
    ['a saved image', () => archived('saved', 'manifest.json'), 'docker export'],
  ])('refuses %s as a base', async (_, make, words) => {
    await expect(
      packComponent(parsePackArguments(['tool-server@1.2.3', '--base', make()]), bench.tools),
    ).rejects.toMatchObject({
      code: 'PACK_BASE_UNUSABLE',
      message: expect.stringContaining(words),
    });
  });
  const write = (name: string, content: string): string => {
    writeFileSync(join(bench.scratch, name), content);
    return join(bench.scratch, name);
  };
  const archived = (name: string, path: string): string => {
    mkdirSync(join(bench.scratch, name, path, '..'), { recursive: true });
    write(join(name, path), '{}');
    execFileSync('tar', ['-C', join(bench.scratch, name), '-czf', join(bench.scratch, `${name}.tgz`), '.']);
    return join(bench.scratch, `${name}.tgz`);
  };

  it('refuses a base for other machines', async () => {
    const small = smallImage('mainframe');
    const config = Buffer.from(small.config.bytes.toString().replace('amd64', 's390x'));
    const part = { mediaType: 'any', digest: bench.registry.putBlob('node', config), size: config.length };
    bench.registry.put(
      'node',
      '1',
      { ...JSON.parse(small.manifest.bytes.toString()), config: part } as object,
      small.manifest.mediaType,
    );
    bench.base = `${bench.registry.host}/node:1`;
    await expect(bench.pack()).rejects.toMatchObject({
      code: 'PACK_BASE_UNUSABLE',
      message: expect.stringContaining('s390x'),
    });
  });
});
