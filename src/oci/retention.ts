/** That a component was installed at this image. */
export interface ImageLock {
  component: string;
  /** With the registry. */
  repository: string;
  /** Of the manifest or index that was locked. */
  digest: string;
  /** Of the manifests an index leads to. */
  parts?: readonly string[];
  /** Grows with every lock of the component. */
  order: number;
}

export interface StoredManifest {
  repository: string;
  digest: string;
}

export const KEPT_LOCKS = 2;

/**
 * Which manifests may be deleted: those that a lock once named and none of the last two locks of any component needs,
 * since going back means to run what they name. Two locks on one image count once. What no lock ever named is somebody
 * else's, and is left. A manifest is deleted with all its tags, so what counts is the digest, never a tag.
 *
 * @param stored what the registry has; nothing else is ever named
 */
export function deletableManifests(
  locks: readonly ImageLock[],
  stored: readonly StoredManifest[],
  keep = KEPT_LOCKS,
): StoredManifest[] {
  const kept = new Set<string>();
  const named = new Set<string>();
  const images = new Map<string, Set<string>>();
  for (const lock of [...locks].sort((a, b) => b.order - a.order)) {
    const keys = [lock.digest, ...(lock.parts ?? [])].map((digest) => keyOf({ ...lock, digest }));
    const last = images.get(lock.component) ?? new Set();
    images.set(lock.component, last.size < keep ? last.add(keyOf(lock)) : last);
    for (const key of keys) (last.has(keyOf(lock)) ? kept : named).add(key);
  }
  return stored.filter((each) => named.has(keyOf(each)) && !kept.has(keyOf(each)));
}

function keyOf({ repository, digest }: StoredManifest): string {
  return `${repository}@${digest}`;
}
