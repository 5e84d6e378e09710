import { lintManifest } from '../../../src/component-registry/manifest/lint-manifest';
import { blockOf } from '../../../src/component-registry/manifest/manifest';
import { publishComponent } from '../../support/components/component-image';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { testComponent } from '../../support/components/manifests';
import { docker, tryDocker } from '../support/docker-command';
import { CagedComponents } from './support/caged-components';

if (registryMissing !== undefined) process.stderr.write(`SKIPPED published components: ${registryMissing}\n`);

(registryMissing === undefined ? describe : describe.skip)('test components in a registry', () => {
  const caged = new CagedComponents();
  let registry: LocalRegistry;
  let images: Record<string, string>;
  const pulled: string[] = [];
  beforeAll(async () => {
    images = await caged.build(['good', 'undeclared-tool']);
    registry = await startLocalRegistry();
  }, 300_000);
  afterAll(async () => {
    await caged.removeAll();
    for (const reference of pulled) await tryDocker(['rmi', '--no-prune', reference]);
    await registry.stop();
  }, 60_000);

  it.each(['good', 'undeclared-tool'])(
    '%s is pulled and run by the digest of its manifest',
    async (behaviour) => {
      const { reference, digest, manifest } = await publishComponent(
        testComponent(behaviour),
        images[behaviour] ?? '',
        registry.host,
      );
      expect(lintManifest(JSON.stringify(manifest)).problems).toEqual([]);
      expect(blockOf(manifest).digest).toBe(digest);
      expect(await docker('image', 'ls', '--format', '{{.Repository}}')).not.toContain(
        `${registry.host}/tests/${behaviour}`,
      );
      await docker('pull', '--quiet', reference);
      pulled.push(reference);
      const { speech } = caged.start(behaviour, reference);
      await speech.connect(20_000);
      expect((await speech.listTools()).tools).toHaveLength(behaviour === 'good' ? 5 : 6);
    },
    120_000,
  );
});
