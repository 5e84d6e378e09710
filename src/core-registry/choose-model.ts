import type { InstalledModel } from '../ollama/ollama-api';

/** Model families that turn text into vectors and cannot chat. */
const EMBEDDING_FAMILIES = /bert|embed/i;
/** Names of models that are computed elsewhere; they take only some hundred bytes here. */
const CLOUD_NAMES = /[:-]cloud$/i;

/** Memory a loaded model takes beyond its weights: context, buffers, the server itself. */
const OVERHEAD_BYTES = 400e6;

/**
 * Name of the smallest model that can chat and is installed on every core; undefined where there is none.
 *
 * @param installed what each core has; at least one core
 */
export function chooseModel(installed: readonly (readonly InstalledModel[])[]): string | undefined {
  const [first = [], ...others] = installed.map(chatModels);
  return first
    .filter(({ name }) => others.every((models) => models.some((model) => model.name === name)))
    .sort((a, b) => a.sizeBytes - b.sizeBytes || a.name.localeCompare(b.name))[0]?.name;
}

/** Those that can chat and run where they are installed. */
export function chatModels(installed: readonly InstalledModel[]): InstalledModel[] {
  return installed.filter(
    ({ name, family, remote, capabilities }) =>
      !remote &&
      !CLOUD_NAMES.test(name) &&
      !EMBEDDING_FAMILIES.test(family) &&
      !EMBEDDING_FAMILIES.test(name) &&
      (capabilities?.includes('completion') ?? true),
  );
}

export function fits(sizeBytes: number, freeBytes: number, copies: number): boolean {
  return (sizeBytes * 1.2 + OVERHEAD_BYTES) * copies <= freeBytes;
}
