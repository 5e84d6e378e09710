import { freemem, homedir, hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { BuiltInEngine } from './built-in-engine/built-in-engine';
import { EngineUnavailable } from './built-in-engine/engine-unavailable';
import { configuredCoreIds, externalCoreUrl } from './config/load-settings';
import type { Settings } from './config/settings';
import type { EmbeddedPrograms } from './containers/embedded-programs';
import type { Machine } from './core-registry/core-launcher';
import type { EngineProblem } from './core-registry/core-preparation';
import { describePreparing } from './failover/describe-preparing';
import type { Clock } from './shared/clock';
import { freePort } from './shared/free-port';
import { usableProcessors } from './shared/usable-processors';

const TELL_EVERY_MS = 1_500;

export interface Survey {
  machine: Machine;
  /** What fetches the built-in engine, where something of it is missing. */
  engineSource?: BuiltInEngine;
  /** Why there will be no built-in engine, where it was wanted. */
  engineProblem?: EngineProblem;
}

/** Looks at what this machine offers for the cores. */
export async function surveyMachine(
  settings: Settings,
  programs: EmbeddedPrograms,
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<Survey> {
  const ollama = settings.RDZEN_CORE === 'scripted' ? undefined : await programs.findOllama();
  const machine: Machine = {
    ollama,
    cpus: usableProcessors(),
    freeMemoryBytes: freemem(),
    modelFolder: settings.OLLAMA_MODELS ?? join(homedir(), '.ollama', 'models'),
    ownAddresses: [
      hostname(),
      ...Object.values(networkInterfaces()).flatMap((addresses = []) =>
        addresses.map(({ address }) => address),
      ),
    ],
    freePort,
  };
  if (!wantsBuiltIn(settings, ollama)) return { machine };
  const engineSource = new BuiltInEngine({
    dataDir: settings.RDZEN_DATA,
    model: settings.RDZEN_MODEL,
    modelFile: settings.RDZEN_MODEL_FILE,
    environment,
    clock,
  });
  try {
    const logger = new Logger('Rdzen');
    let toldAt = clock.monotonic();
    // Summing a large model file takes seconds.
    const { remarks, ...builtIn } = await engineSource.plan((preparing) => {
      if (clock.monotonic() - toldAt < TELL_EVERY_MS) return;
      toldAt = clock.monotonic();
      logger.log(describePreparing(preparing));
    });
    for (const remark of remarks) logger.warn(remark);
    const complete = builtIn.engineReady && builtIn.modelReady;
    return { machine: { ...machine, builtIn }, ...(complete ? {} : { engineSource }) };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { machine, engineProblem: { reason: error.reason, remedy: error.remedy } };
  }
}

/** Beside external cores only where the model was named: the engine has none of those that happen to be there. */
function wantsBuiltIn(settings: Settings, ollama: string | undefined): boolean {
  const { RDZEN_CORE: wanted, RDZEN_MODEL, RDZEN_MODEL_FILE } = settings;
  if (wanted !== 'engine' && !(wanted === 'auto' && ollama === undefined)) return false;
  const external = configuredCoreIds(settings).map((id) => externalCoreUrl(settings, id));
  if (external.every((url) => url !== undefined)) return false;
  return (
    external.every((url) => url === undefined) || RDZEN_MODEL !== undefined || RDZEN_MODEL_FILE !== undefined
  );
}
