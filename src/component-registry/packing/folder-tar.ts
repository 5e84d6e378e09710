import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RdzenError } from '../../shared/rdzen-error';
import { TAR_END, tarHeader, tarPadding } from '../../shared/tar-writer';

export interface FolderTar {
  /** Below which the folder's files stand in the archive: `app`. */
  at: string;
  /** Relative paths that stay out, with what is below them. */
  without?: (path: string) => boolean;
  /** Bytes of all files together. */
  most: number;
  /** A folder beside `at`, empty and somebody's own: `data`. */
  empty?: { path: string; owner: number };
}

/**
 * A folder as an archive that depends on its names, contents, links and executable bits alone: sorted, owned by root, of one
 * time, readable by everybody.
 *
 * @throws RdzenError PACK_TOO_LARGE
 */
export async function* tarOfFolder(
  folder: string,
  { at, without, most, empty }: FolderTar,
): AsyncGenerator<Buffer> {
  let left = most;
  yield tarHeader({ path: at, type: 'directory', mode: 0o755, size: 0 });
  yield* below('');
  if (empty) yield* emptyFolder(empty.path, empty.owner);
  yield TAR_END;

  async function* below(inside: string): AsyncGenerator<Buffer> {
    const names = (await readdir(join(folder, inside))).sort(byBytes);
    for (const name of names) {
      const path = inside === '' ? name : `${inside}/${name}`;
      if (without?.(path)) continue;
      const real = join(folder, path);
      const stats = await lstat(real);
      const entry = { path: `${at}/${path}`, mode: 0o755, size: 0 };
      if (stats.isSymbolicLink()) {
        const target = (await readlink(real)).replaceAll('\\', '/');
        yield tarHeader({ ...entry, type: 'symlink', mode: 0o777, target });
      } else if (stats.isDirectory()) {
        yield tarHeader({ ...entry, type: 'directory' });
        yield* below(path);
      } else if (stats.isFile()) {
        left -= stats.size;
        if (left < 0) throw tooLarge(folder, most);
        yield tarHeader({
          ...entry,
          type: 'file',
          mode: stats.mode & 0o100 ? 0o755 : 0o644,
          size: stats.size,
        });
        yield* content(real, stats.size);
        yield tarPadding(stats.size);
      }
    }
  }
}

/** With the folders above it, which are root's. */
function* emptyFolder(path: string, owner: number): Generator<Buffer> {
  const names = path.split('/');
  for (let depth = 1; depth <= names.length; depth++)
    yield tarHeader({
      path: names.slice(0, depth).join('/'),
      ...{ type: 'directory' as const, mode: 0o755, size: 0 },
      owner: depth === names.length ? owner : 0,
    });
}

/** Exactly as many bytes as its header says, or the whole archive would be another. */
async function* content(path: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== size) throw new Error(`${path} changed while it was packed`);
}

function tooLarge(folder: string, most: number): RdzenError {
  return new RdzenError(
    'PACK_TOO_LARGE',
    `The files of ${folder} are more than ${most / 2 ** 20} MiB together, which is more than a component may bring along. Choose a smaller package.`,
  );
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
