import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { RdzenError } from '../../shared/rdzen-error';
import { TAR_END, tarHeader, tarPadding } from '../../shared/tar-writer';

const LDD_MS = 10_000;
/** Of the C library: what looks names up, and what add-ons are linked to. `ldd` does not name them. */
const LOADED_LATER = [
  'librt.so.1',
  'libpthread.so.0',
  'libresolv.so.2',
  'libnss_dns.so.2',
  'libnss_files.so.2',
];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const USERS = 'root:x:0:0:root:/root:/sbin/nologin\ncomponent:x:10001:10001:component:/tmp:/sbin/nologin\n';
const GROUPS = 'root:x:0:\ncomponent:x:10001:\n';

/**
 * The smallest root file system that runs Node, as an archive: this machine's Node with the libraries it is linked to, the
 * certificates it trusts, and two users. No shell, no package manager.
 *
 * @throws RdzenError PACK_BASE_UNUSABLE where this is no Linux
 */
export async function* tarOfMachine(): AsyncGenerator<Buffer> {
  const files = await machineFiles();
  const folders = new Set(['tmp', 'proc', 'sys', 'dev']);
  for (const path of files.keys())
    for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.add(at);
  for (const path of [...folders].sort())
    yield tarHeader({ path, type: 'directory', mode: path === 'tmp' ? 0o1777 : 0o755, size: 0 });
  for (const [path, source] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    const mode = typeof source === 'string' && source !== CERTIFICATES ? 0o755 : 0o644;
    yield tarHeader({ path, type: 'file', mode, size: bytes.length });
    yield bytes;
    yield tarPadding(bytes.length);
  }
  yield TAR_END;
}

/** Path in the image, and the file or the content for it. */
async function machineFiles(): Promise<Map<string, string | Buffer>> {
  const node = await realpath(process.execPath);
  const files = new Map<string, string | Buffer>([
    ['usr/local/bin/node', node],
    ['etc/passwd', Buffer.from(USERS)],
    ['etc/group', Buffer.from(GROUPS)],
  ]);
  if (existsSync(CERTIFICATES)) files.set(CERTIFICATES.slice(1), CERTIFICATES);
  for (const library of await libraries(node)) files.set(library.slice(1), library);
  return files;
}

/** Everything `ldd` names, by the path under which the loader will look for it. */
async function libraries(program: string): Promise<string[]> {
  if (process.platform !== 'linux')
    throw unusable(`this is ${process.platform}, and a component runs on Linux`);
  let listing: string;
  try {
    ({ stdout: listing } = await promisify(execFile)('ldd', [program], { timeout: LDD_MS }));
  } catch {
    // A Node without any library of the system.
    return [];
  }
  const named = [...listing.matchAll(/(?:=>\s*|^\s*)(\/\S+)\s+\(0x/gm)].map(([, path = '']) => path);
  const c = named.find((path) => /\/libc\.|\/ld-musl/.test(path));
  const later = c === undefined ? [] : LOADED_LATER.map((name) => join(dirname(c), name)).filter(existsSync);
  return [...new Set([...named, ...later])];
}

function unusable(why: string): RdzenError {
  return new RdzenError(
    'PACK_BASE_UNUSABLE',
    `No base image can be made of this machine: ${why}. Name one that has Node in it: --base registry.example.org/node:24-slim`,
  );
}
