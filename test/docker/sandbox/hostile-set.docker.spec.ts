import type { RunnableManifest } from '../../../src/component-registry/manifest/complete-manifest';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { runTrial } from '../../../src/sandbox/trial';
import type { TrialReport } from '../../../src/sandbox/trial-report';
import { TrialScene } from '../../../src/sandbox/trial-scene';
import { componentImages, publishComponent } from '../../support/components/component-image';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { TEST_COMPONENTS, type TestComponent } from '../../support/components/manifests';

const suite = registryMissing === undefined ? describe : describe.skip;
if (registryMissing !== undefined) process.stderr.write(`SKIPPED hostile set: ${registryMissing}\n`);

const AT_ONCE = 2;
/** What else runs on this machine is in it; a bomb that blocked would hold it up for many seconds. */
const MOST_LAG_MS = 3_000;
const clock = new SystemClock();
const random = new SystemRandom();
const client = new DockerClient(dockerAddress('unix:///var/run/docker.sock'), clock);
const run = random.id(8).toLowerCase();
const containers = new DockerComponentContainers(client, { owner: `trialtest-${run}`, run }, clock);
const runtime = new ComponentRuntime(containers, clock, random);
const images = new DockerImages(client, clock);

/** Every component that misbehaves, tried against a real engine. */
suite('trials of the hostile set', () => {
  let registry: LocalRegistry;
  let local: Record<string, string>;
  const pulled: string[] = [];
  const lag = lagWatch();
  const reports = new Map<string, Promise<TrialReport>>();
  const told: string[] = [];
  beforeAll(async () => {
    local = await componentImages();
    registry = await startLocalRegistry();
    // Some at once, as the product does.
    const waiting = [...TEST_COMPONENTS];
    const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(undefined));
    waiting.forEach((component, index) => {
      const lane = index % AT_ONCE;
      const report = (lanes[lane] ?? Promise.resolve()).then(() => tried(component));
      report.catch(() => undefined);
      lanes[lane] = report.catch(() => undefined);
      reports.set(component.behaviour, report);
    });
  }, 300_000);
  afterAll(async () => {
    process.stdout.write(`\n${told.join('\n')}\n`);
    for (const reference of pulled) await images.remove(reference);
    await registry?.stop();
  }, 120_000);

  async function tried(component: TestComponent): Promise<TrialReport> {
    const { reference, manifest } = await publishComponent(
      component,
      local[component.behaviour] ?? '',
      registry.host,
    );
    await images.pull(reference, { withinMs: 60_000 });
    pulled.push(reference);
    const subject = {
      trialId: random.id(8),
      manifest: manifest as RunnableManifest,
      image: reference,
      source: 'tests',
      signed: true,
    };
    const scene = new TrialScene(
      subject,
      await containers.engine(),
      containers,
      runtime,
      clock,
      AbortSignal.timeout(120_000),
      120_000,
    );
    return runTrial(scene, new Date());
  }

  it.each(TEST_COMPONENTS.map((component) => [component.behaviour, component] as const))(
    '%s',
    async (behaviour, component) => {
      const report = await reports.get(behaviour);
      if (!report) throw new Error('it was not tried');
      const { verdict, check, says } = component.expected;
      const speaking = report.checks.filter(
        ({ status }) => !['passed', 'skipped', 'not-measured'].includes(status),
      );
      told.push(
        `${behaviour.padEnd(22)} ${report.verdict.padEnd(18)} ${(report.durationMs / 1000).toFixed(1).padStart(5)} s  ${speaking.map(({ number, status, detail }) => `${number} ${status}: ${detail}`).join(' | ')}${report.problem ? ` PROBLEM ${report.problem.code} ${report.problem.message}` : ''}`,
      );
      expect([behaviour, report.verdict]).toEqual([behaviour, verdict]);
      if (check !== undefined) {
        const found = report.checks.find(({ number }) => number === check);
        expect(found?.status).toMatch(/failed|warned|review/);
        if (says) expect(found?.detail).toMatch(says);
      }
      expect(await containers.count(`rdzen.trial=${report.trialId}`)).toBe(0);
    },
    300_000,
  );

  it('held up this process for no longer than a moment', () => {
    expect(lag()).toBeLessThan(MOST_LAG_MS);
  });
});

/** How late a timer of 20 ms was at worst. */
function lagWatch(): () => number {
  let last = performance.now();
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 20);
    last = now;
  }, 20);
  return () => {
    clearInterval(timer);
    return worst;
  };
}
