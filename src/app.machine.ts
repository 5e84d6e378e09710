import { cpus, freemem, hostname, networkInterfaces } from 'node:os';
import type { Settings } from './config/settings';
import type { EmbeddedPrograms } from './containers/embedded-programs';
import type { Machine } from './core-registry/core-launcher';
import type { EngineSource } from './failover/engine-provider.service';
import type { EngineProblem } from './core-registry/core-preparation';
import type { Clock } from './shared/clock';
import { freePort } from './shared/free-port';

export interface Survey {
  machine: Machine;
  /** What fetches the built-in engine, where something of it is missing. */
  engineSource?: EngineSource;
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
    cpus: cpus().length,
    freeMemoryBytes: freemem(),
    ownAddresses: [
      hostname(),
      ...Object.values(networkInterfaces()).flatMap((addresses = []) =>
        addresses.map(({ address }) => address),
      ),
    ],
    freePort,
  };
  return { machine };
}
