/** Name of an image as Docker reads it: `registry/repository:tag@digest`. */
export interface ImageReference {
  registry: string;
  /** With the registry. */
  repository: string;
  digest?: string;
}

const REFERENCE =
  /^((?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** @returns undefined where it is none, or an id */
export function parseImage(name: string): ImageReference | undefined {
  const [, long, , digest] = REFERENCE.exec(name) ?? [];
  if (long === undefined || name.includes('//') || name.length > 400) return undefined;
  const slash = long.indexOf('/');
  const first = long.slice(0, Math.max(0, slash));
  const isHost = /[.:]/.test(first) || first === 'localhost';
  const registry = isHost ? first : 'docker.io';
  const rest = isHost ? long.slice(slash + 1) : long;
  const repository = `${registry}/${registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest}`;
  return { registry, repository, ...(digest === undefined ? {} : { digest }) };
}

/** By digest, out of a registry that the operator named. */
export function isPinned(name: string, registries: readonly string[]): boolean {
  const parsed = parseImage(name);
  return parsed?.digest !== undefined && registries.includes(parsed.registry);
}
