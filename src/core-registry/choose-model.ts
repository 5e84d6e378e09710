import type { InstalledModel } from '../ollama/ollama-api';

/** Model families that turn text into vectors and cannot chat. */
const EMBEDDING_FAMILIES = /bert|embed/i;

/** Memory a loaded model takes beyond its weights: context, buffers, the server itself. */
const OVERHEAD_BYTES = 400e6;

export interface ModelChoice {
  name: string;
  /** There is memory for a copy in every core. */
  warmEverywhere: boolean;
  sizeBytes: number;
}

/**
 * The smallest chat model that is installed; undefined where there is none.
 *
 * @param freeBytes memory that is free now
 * @param copies cores on this machine
 */
export function chooseModel(
  installed: readonly InstalledModel[],
  freeBytes: number,
  copies: number,
): ModelChoice | undefined {
  const chat = installed
    .filter(({ name, family }) => !EMBEDDING_FAMILIES.test(family) && !EMBEDDING_FAMILIES.test(name))
    .sort((a, b) => a.sizeBytes - b.sizeBytes || a.name.localeCompare(b.name));
  const smallest = chat[0];
  return (
    smallest && {
      name: smallest.name,
      sizeBytes: smallest.sizeBytes,
      warmEverywhere: fits(smallest.sizeBytes, freeBytes, copies),
    }
  );
}

export function fits(sizeBytes: number, freeBytes: number, copies: number): boolean {
  return (sizeBytes * 1.2 + OVERHEAD_BYTES) * copies <= freeBytes;
}
