import type { RunnableManifest } from '../../../src/component-registry/manifest/complete-manifest';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { runTrial } from '../../../src/sandbox/trial';
import { TrialScene } from '../../../src/sandbox/trial-scene';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { componentImages, publishComponent } from '../../support/components/component-image';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { testComponent } from '../../support/components/manifests';
import { type GuardRig, missing, startGuardRig } from '../guard/support/guard-rig';

const absent = missing ?? registryMissing;
const suite = absent === undefined ? describe : describe.skip;
if (absent !== undefined) process.stderr.write(`SKIPPED trial through the guard: ${absent}\n`);

/** As in the composition: the engine is reached through the docker-guard, and through nothing else. */
suite('a trial through the docker-guard', () => {
  let registry: LocalRegistry;
  let guard: GuardRig;
  beforeAll(async () => {
    registry = await startLocalRegistry();
    guard = await startGuardRig({ RDZEN_GUARD_REGISTRIES: registry.host });
  }, 60_000);
  afterAll(async () => {
    await guard?.close();
    await registry?.stop();
  }, 60_000);

  it.each([
    ['good', 'pass'],
    ['memory-bomb-child', 'fail'],
  ])(
    '%s: %s',
    async (behaviour, verdict) => {
      const component = testComponent(behaviour);
      const local = await componentImages([component]);
      const published = await publishComponent(component, local[behaviour] ?? '', registry.host);
      const clock = new SystemClock();
      const random = new SystemRandom();
      const client = new DockerClient(dockerAddress(`unix://${guard.socket}`), clock);
      const run = random.id(8).toLowerCase();
      const containers = new DockerComponentContainers(client, { owner: `guarded-${run}`, run }, clock);
      const images = new DockerImages(client, clock);
      await images.pull(published.reference, { withinMs: 60_000 });
      const subject = {
        trialId: random.id(6),
        manifest: published.manifest as RunnableManifest,
        image: published.reference,
        source: 'tests',
        signed: true,
      };
      const scene = new TrialScene(
        subject,
        await containers.engine(),
        containers,
        new ComponentRuntime(containers, clock, random),
        clock,
        AbortSignal.timeout(100_000),
        100_000,
      );
      const report = await runTrial(scene, new Date());
      expect(guard.refused).toEqual([]);
      expect([report.verdict, report.problem]).toEqual([verdict, undefined]);
      expect(await containers.count(`rdzen.trial=${subject.trialId}`)).toBe(0);
      await guard.direct.getImage(published.reference).remove({ force: true });
    },
    150_000,
  );
});
