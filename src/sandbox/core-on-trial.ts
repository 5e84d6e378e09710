import { coreContainerOf, CORE_PORT } from '../component-registry/manifest/core-container';
import { DEFAULT_RESOURCES, PUBLISHER } from '../component-registry/manifest/manifest';
import { OllamaError } from '../ollama/ollama-error';
import { RdzenError } from '../shared/rdzen-error';
import { ComponentDidNotStart } from '../tools/component-runtime';
import { LogTail } from '../tools/services/log-tail';
import type { TriedCore } from './tried-core';
import type { TriedCores } from './tried-cores';
import type { TrialScene } from './trial-scene';

const ASK_EVERY_MS = 250;
const LIFETIME_SLACK_MS = 60_000;
/** Asks the docker-guard for the ceilings of a core. */
const ON_TRIAL = { 'rdzen.core': 'trial' };

/**
 * Makes it, and waits until it answers as an Ollama does. What it leaves is removed with the scene.
 *
 * @throws ComponentDidNotStart
 * @throws RdzenError HELPER_IMAGE_MISSING, HELPER_FAILED, TOO_MANY_COMPONENTS, ENGINE_*, IMAGE_MISSING
 */
export async function startCore(scene: TrialScene, cores: TriedCores, leftMs: number): Promise<TriedCore> {
  const { subject, runtime, clock, signal, block } = scene;
  const { networks, door } = runtime;
  if (!networks || !door || !(await runtime.hasNetworks()))
    throw new RdzenError(
      'HELPER_IMAGE_MISSING',
      `${subject.manifest.name} is a core and is reached over a network. Networks of components stand behind containers of ours, and the engine has no image to make those of. Set RDZEN_HELPER_IMAGE to an image of Rdzen that is there; node scripts/docker-image.mjs makes one.`,
    );
  const began = clock.monotonic();
  const { startTimeoutS } = { ...DEFAULT_RESOURCES, ...block.resources };
  const labels = { 'rdzen.trial': subject.trialId };
  const lifetimeMs = leftMs + LIFETIME_SLACK_MS;
  await scene.listen();
  const network = await networks.open({ word: 'trial', labels, lifetimeMs });
  scene.whenOver(() => network.close());
  const { env } = coreContainerOf(subject.manifest);
  const state = { volume: `rdzen-trial-${subject.trialId.toLowerCase()}-state`, fleeting: true };
  const made = await runtime.make(
    fitted(scene),
    subject.image,
    { word: 'trial', labels: { ...labels, ...ON_TRIAL }, lifetimeMs },
    { state, env, network: { id: network.id } },
  );
  scene.whenOver(() => made.remove());
  const log = new LogTail();
  log.follow(await made.container.start());
  scene.says(() => log.text);
  const way = await door.open(made.container, CORE_PORT, lifetimeMs);
  scene.whenOver(() => way.close());
  const url = `http://${way.host}:${way.port}`;
  const until = began + startTimeoutS * 1_000;
  for (;;) {
    const version = await answered(() => cores.version(url, signal));
    const startedInMs = clock.monotonic() - began;
    if (version !== undefined) return { container: made.container, url, version, startedInMs };
    const now = await made.container.inspect();
    if (!now?.running)
      throw new ComponentDidNotStart(
        `it exited with code ${now?.exitCode ?? 'unknown'} before it had answered`,
        'exited',
        log.text,
        now?.exitCode,
        now?.oomKilled,
      );
    if (clock.monotonic() > until)
      throw new ComponentDidNotStart(
        `it did not answer /api/version on port ${CORE_PORT} within ${startTimeoutS} s`,
        'silent',
        log.text,
      );
    await clock.sleep(ASK_EVERY_MS, signal);
  }
}

/** What it said; undefined where that is no answer of an Ollama. */
export async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OllamaError && error.kind !== 'aborted') return undefined;
    throw error;
  }
}

/** Docker refuses a share of more processors than its machine has. */
function fitted({ subject, engine }: TrialScene): TrialScene['subject']['manifest'] {
  const { manifest } = subject;
  const { rdzen } = manifest._meta[PUBLISHER];
  const { cpus } = coreContainerOf(manifest);
  const resources = { ...rdzen.resources, cpus: Math.min(cpus, engine.processors ?? cpus) };
  return { ...manifest, _meta: { [PUBLISHER]: { rdzen: { ...rdzen, resources } } } };
}
