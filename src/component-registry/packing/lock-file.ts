import { RdzenError } from '../../shared/rdzen-error';

/** One package as npm locked it. Source: npm, "package-lock.json", `lockfileVersion` 3. */
export interface LockedPackage {
  /** Below the folder: `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  /** `sha512-...`; absent only in what came inside another package. */
  integrity?: string;
  license?: string;
  dependencies: readonly string[];
  optional: boolean;
  /** It wanted to run something when it is installed, which was not done. */
  hasScript: boolean;
}

type Entry = Partial<Record<string, unknown>>;

/**
 * Reads a lock and demands that everything in it is tied to its content.
 *
 * @throws RdzenError PACK_NOT_LOCKED
 */
export function readLock(text: string, what: string): LockedPackage[] {
  const { lockfileVersion, packages = {} } = JSON.parse(text) as {
    lockfileVersion?: number;
    packages?: Record<string, Entry>;
  };
  if (lockfileVersion !== 3)
    throw notLocked(what, `npm wrote a lock of version ${lockfileVersion}`, 'Use npm 7 or later');
  const found = Object.entries(packages).filter(([path]) => path !== '');
  const loose = found.filter(
    ([, { integrity, inBundle, link }]) => link === true || (!integrity && inBundle !== true),
  );
  if (loose.length > 0)
    throw notLocked(
      what,
      `${loose.map(([path]) => nameOf(path)).join(', ')} come from where nothing ties them to their content (git, a folder)`,
      'Such a package cannot be packed; ask its author for a release on npm',
    );
  return found.map(([path, entry]) => locked(path, entry)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function locked(path: string, entry: Entry): LockedPackage {
  const { integrity, license, dependencies, optionalDependencies, peerDependencies } = entry;
  const names = [dependencies, optionalDependencies, peerDependencies].flatMap((each) =>
    Object.keys(each ?? {}),
  );
  return {
    path,
    name: typeof entry['name'] === 'string' ? entry['name'] : nameOf(path),
    version: String(entry['version']),
    ...(typeof integrity === 'string' && { integrity }),
    ...(typeof license === 'string' && { license }),
    dependencies: [...new Set(names)].sort(),
    optional: entry['optional'] === true,
    hasScript: entry['hasInstallScript'] === true,
  };
}

/** The package that `name` means to one at `path`, as Node looks for it: in its own folder, then further up. */
export function lookUp(
  packages: ReadonlyMap<string, LockedPackage>,
  path: string,
  name: string,
): LockedPackage | undefined {
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
    const found = packages.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    if (found) return found;
  }
  return undefined;
}

function parentOf(path: string): string | undefined {
  if (path === '') return undefined;
  return path.slice(0, Math.max(0, path.lastIndexOf('node_modules/') - 1));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function notLocked(what: string, why: string, remedy: string): RdzenError {
  return new RdzenError('PACK_NOT_LOCKED', `${what} cannot be pinned: ${why}. ${remedy}.`);
}
