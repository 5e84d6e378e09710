import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answer, run, say, Unavailable } from './process.mjs';

export const RIG_LABEL = 'rdzen.rig=true';
const SHELL_WORDS =
  'sh cat ls cp mv rm ln mkdir chmod chown test [ true false sleep echo env id kill head tail dd od tr cut grep sed date wget nc yes stat touch sync find du ps wc'.split(
    ' ',
  );
/** Of the C library: what add-ons are linked to, and what looks names up. `ldd` of the program does not name them. */
const LOADED_LATER = [
  'librt.so.1',
  'libpthread.so.0',
  'libresolv.so.2',
  'libnss_dns.so.2',
  'libnss_files.so.2',
];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const USERS = 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n';
const GROUPS = 'root:x:0:\nnode:x:1000:\n';

/**
 * A Node with what it is linked to, a small shell, the users of the official Node image. No npm.
 *
 * @param program that Node; this machine's
 */
export async function nodeBase(env, program = process.execPath) {
  const busybox = await staticBusybox();
  const node = await realpath(program);
  const key = digest([await readFile(node), await readFile(busybox), SHELL_WORDS.join(), 'layout 2']);
  return imported(
    'rdzen-test/base',
    key,
    env,
    ['ENV PATH=/usr/local/bin:/bin', 'CMD ["node"]'],
    async (root) => {
      await place(node, root, '/usr/local/bin/node');
      await withLibraries(node, root);
      await place(busybox, root, '/bin/busybox');
      for (const word of SHELL_WORDS) await symlink('busybox', join(root, 'bin', word));
    },
  );
}

/** The rig's Ollama; its models are mounted or sent by whoever runs it. */
export async function ollamaImage(program, env) {
  const key = digest([await readFile(program), 'layout 2']);
  const changes = [
    'ENV OLLAMA_HOST=0.0.0.0:11434 HOME=/root PATH=/bin',
    'ENTRYPOINT ["/bin/ollama"]',
    'CMD ["serve"]',
    'EXPOSE 11434',
  ];
  return imported('rdzen-test/ollama', key, env, changes, async (root) => {
    await place(program, root, '/bin/ollama');
    await withLibraries(program, root);
  });
}

/** An image that differs from `parent` only in what its Dockerfile's `lines` say. */
export async function derived(name, parent, lines, env) {
  const tag = `${name}:${digest([parent, ...lines])}`;
  if (await present(tag, env)) return tag;
  say(`making ${tag}`);
  const text = [`FROM ${parent}`, `LABEL ${RIG_LABEL}`, ...lines, ''].join('\n');
  await run('docker', ['build', '--quiet', '--tag', tag, '-'], { env, input: text });
  return tag;
}

export const present = (tag, env) => answer('docker', ['image', 'inspect', '--format', 'x', tag], { env });

export const digest = (parts) =>
  parts
    .reduce((hash, part) => hash.update(part), createHash('sha256'))
    .digest('hex')
    .slice(0, 12);

async function imported(name, key, env, changes, fill) {
  const tag = `${name}:${key}`;
  if (await present(tag, env)) return tag;
  say(`making ${tag}`);
  const root = await mkdtemp(join(tmpdir(), 'rdzen-image-'));
  try {
    for (const folder of ['bin', 'etc/ssl/certs', 'root', 'home/node', 'proc', 'sys', 'dev', 'usr/local/bin'])
      await mkdir(join(root, folder), { recursive: true });
    await chmod(root, 0o755);
    await mkdir(join(root, 'tmp'));
    await chmod(join(root, 'tmp'), 0o1777);
    await writeFile(join(root, 'etc/passwd'), USERS);
    await writeFile(join(root, 'etc/group'), GROUPS);
    await copyFile(CERTIFICATES, join(root, CERTIFICATES)).catch(() => undefined);
    await fill(root);
    const tar = spawn('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-c', '.'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const flags = [...changes, `LABEL ${RIG_LABEL}`].flatMap((change) => ['--change', change]);
    await run('docker', ['import', ...flags, '-', tag], { env, input: tar.stdout });
    return tag;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function place(file, root, path) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await copyFile(file, join(root, path));
  await chmod(join(root, path), 0o755);
}

/** Everything `ldd` names, under the path by which the loader will look for it. */
async function withLibraries(program, root) {
  const listing = await run('ldd', [program]);
  const paths = [...listing.matchAll(/(?:=>\s*|^\s*)(\/\S+)\s+\(0x/gm)].map(([, path]) => path);
  const folder = dirname(paths.find((path) => path.includes('/libc.')) ?? '/lib/libc.');
  const companions = LOADED_LATER.map((name) => join(folder, name));
  for (const path of [...paths, ...companions.filter(existsSync)]) await place(path, root, path);
}

async function staticBusybox() {
  for (const path of ['/bin/busybox', '/usr/bin/busybox']) {
    const listing = await answer('ldd', [path]);
    if ((await readFile(path).catch(() => undefined)) && !listing?.includes('=>')) return path;
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await answer('apt-get', ['install', '-y', '--no-install-recommends', 'busybox-static']);
  if (isRoot && (await answer('/bin/busybox', ['true'])) !== undefined) return '/bin/busybox';
  throw new Unavailable('no static busybox for the test images: install the package busybox-static');
}
