import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxPorts } from '../../../src/app.docker';
import type { RunnableManifest } from '../../../src/component-registry/manifest/complete-manifest';
import { type Manifest, PUBLISHER } from '../../../src/component-registry/manifest/manifest';
import { Settings } from '../../../src/config/settings';
import { HttpOllamaApi } from '../../../src/ollama/http-ollama-api';
import type { ToolQuestion } from '../../../src/ollama/tool-question';
import { SandboxModel } from '../../../src/sandbox/sandbox-model';
import { runTrial } from '../../../src/sandbox/trial';
import { TrialScene } from '../../../src/sandbox/trial-scene';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { publishComponent } from '../../support/components/component-image';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import type { TestComponent } from '../../support/components/manifests';
import { type GuardRig, missing, startGuardRig } from '../guard/support/guard-rig';
import { dockerRig } from '../support/docker-rig';

const absent = missing ?? registryMissing;
const suite = absent === undefined ? describe : describe.skip;
if (absent !== undefined) process.stderr.write(`SKIPPED trial of a real Ollama: ${absent}\n`);

const NAME = 'io.github.rdzen-tests/ollama-core';
const COMPONENT = {
  ...{ behaviour: 'ollama-core', label: NAME },
  manifest: (digest: string, identifier: string): Manifest => ({
    ...{ name: NAME, description: 'A real Ollama', version: '1.0.0' },
    packages: [{ registryType: 'oci', identifier, transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'core', digest },
          resources: { memoryMiB: 1024, cpus: 64, pids: 256, startTimeoutS: 60 },
          permissions: { filesystem: { state: { path: '/data', maxMiB: 512 } } },
        },
      },
    },
  }),
} as TestComponent;

/** Through the docker-guard, whose ceiling for other components is half of what this one wants. */
suite('a real Ollama, tried as a core', () => {
  let registry: LocalRegistry;
  let guard: GuardRig;
  beforeAll(async () => {
    registry = await startLocalRegistry();
    guard = await startGuardRig({
      RDZEN_GUARD_REGISTRIES: registry.host,
      RDZEN_GUARD_HELPER_IMAGE: dockerRig().images.rdzen,
    });
  }, 60_000);
  afterAll(async () => {
    await guard?.close();
    await registry?.stop();
  }, 60_000);

  it('starts in the cage, is brought the model of production, and generates', async () => {
    const rig = dockerRig();
    const published = await publishComponent(COMPONENT, ollamaImage(rig.images.ollama), registry.host);
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const run = random.id(8).toLowerCase();
    const ports = sandboxPorts(`unix://${guard.socket}`, { owner: `tried-${run}`, run }, clock, {
      ...{ image: rig.images.rdzen, outer: 'bridge', open: [], closed: [] },
    });
    await ports.images.pull(published.reference, { withinMs: 60_000 });
    const settings = Object.assign(new Settings(), {
      RDZEN_MODEL: rig.model,
      OLLAMA_MODELS: rig.modelsDir,
    });
    const ollama = new HttpOllamaApi(clock);
    const scene = new TrialScene(
      {
        ...{ trialId: random.id(6), manifest: published.manifest as RunnableManifest },
        ...{ image: published.reference, source: 'tests', signed: true },
      },
      await ports.components.engine(),
      ports.components,
      new ComponentRuntime(ports.components, clock, random, ports.networks, ports.door),
      clock,
      AbortSignal.timeout(100_000),
      100_000,
      { model: new SandboxModel(settings, ollama, {} as ToolQuestion) },
    );
    const report = await runTrial(scene, new Date());
    expect(guard.refused).toEqual([]);
    expect(report.problem).toBeUndefined();
    expect(report.checks.map(({ id, status, detail }) => `${id} ${status} ${detail}`)).toEqual([
      expect.stringMatching(/^admission passed/),
      expect.stringMatching(/^image passed/),
      expect.stringMatching(/^start passed version \d+\.\d+/),
      expect.stringMatching(/^protocol passed .*no model of its own/),
      expect.stringMatching(/^generation passed .*which was brought to it, generated \d+ tokens/),
      expect.stringMatching(/^resources passed/),
      expect.stringMatching(/^egress passed/),
      expect.stringMatching(/^stop passed/),
    ]);
    expect(report.verdict).toBe('pass');
    expect(await ports.components.count(`rdzen.owner=tried-${run}`)).toBe(0);
    await guard.direct.getImage(published.reference).remove({ force: true });
  }, 150_000);
});

/** The rig's Ollama, with the folder and the label that a component has. It has no shell, so the folder is copied. */
function ollamaImage(base: string): string {
  const tag = 'rdzen-test/ollama-core:1';
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-ollama-core-'));
  mkdirSync(join(folder, 'data'));
  const lines = [
    `FROM ${base}`,
    `LABEL io.modelcontextprotocol.server.name=${NAME} rdzen.rig=true`,
    'COPY --chown=10001:10001 data /data',
    'USER 10001:10001',
  ];
  writeFileSync(join(folder, 'Dockerfile'), lines.join('\n'));
  execFileSync('docker', ['build', '--tag', tag, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  rmSync(folder, { recursive: true, force: true });
  return tag;
}
