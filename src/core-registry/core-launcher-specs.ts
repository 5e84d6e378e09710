import type { EnginePlan } from '../built-in-engine/preparing';
import type { Settings } from '../config/settings';
import type { ContainerSpec } from '../containers/container-engine';
import type { CoreDefinition } from './core.types';

/** Where the built-in engine and its model lie, or will lie once they are fetched. */
export type BuiltIn = Omit<EnginePlan, 'remarks'>;

/** A real Ollama on a port of its own. */
export function ollamaSpec(core: CoreDefinition, { OLLAMA_MODELS }: Settings): ContainerSpec {
  // The person's own model folder is shared by all cores: none of them may tidy it up.
  const env = {
    ...(OLLAMA_MODELS ? { OLLAMA_MODELS } : {}),
    OLLAMA_HOST: new URL(core.url).host,
    OLLAMA_NOPRUNE: '1',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_NUM_PARALLEL: String(core.slots),
  };
  return { ...common(core), image: 'ollama', env };
}

/** @param threads the most it may compute with, so that all cores together leave no processor fought over */
export function engineSpec(core: CoreDefinition, builtIn: BuiltIn, threads: number): ContainerSpec {
  const { engineDir, modelFile, modelName, sha256, ownModel } = builtIn;
  const env = {
    ...address(core),
    CORE_BRAIN: 'engine',
    CORE_MODEL: modelName,
    CORE_ENGINE_DIR: engineDir,
    CORE_MODEL_FILE: modelFile,
    CORE_THREADS: String(threads),
    ...(sha256 ? { CORE_MODEL_SHA256: sha256 } : {}),
    ...(ownModel ? { CORE_MODEL_OWN: '1' } : {}),
  };
  return { ...common(core), image: 'core', env };
}

/** A stand-in under the name of `model`. */
export function scriptedSpec(core: CoreDefinition, model: string): ContainerSpec {
  return {
    ...common(core),
    image: 'core',
    env: { ...address(core), CORE_BRAIN: 'scripted', CORE_MODEL: model },
  };
}

function common(core: CoreDefinition): Pick<ContainerSpec, 'name' | 'restart' | 'labels'> {
  return {
    name: nameOf(core),
    restart: 'always',
    labels: { 'rdzen.role': 'core', 'rdzen.core': String(core.id) },
  };
}

function address(core: CoreDefinition): Record<string, string> {
  return { PORT: new URL(core.url).port, HOST: '127.0.0.1', CORE_NAME: nameOf(core) };
}

function nameOf({ container, id }: CoreDefinition): string {
  return container ?? `core${id}`;
}
