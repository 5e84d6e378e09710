/**
 * Makes what the Docker tests need, with no image pulled: an engine that runs, and images out of this machine's own
 * programs. Idempotent; the first run takes some seconds, later ones under one.
 *
 *   node test/rigs/docker.mjs
 *
 * Progress goes to stderr. The last line on stdout is `{"socket", "shell", "node"}`: the engine's socket, an image whose
 * entrypoint is a shell, and one with this Node, its libraries and a shell, which also serves as BASE of our Dockerfile.
 * Exit code 3: cannot be had on this machine; stderr names what is missing.
 *
 * Where no engine answers, root and `dockerd` are there, one is started, and goes on: the machine is one for tests.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const EXIT_UNAVAILABLE = 3;
const SOCKET = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
const UP_WITHIN_MS = 30_000;
const LABEL = 'rdzen.rig=true';
/** What busybox is called by in the images. */
const APPLETS = [
  'sh',
  'sleep',
  'echo',
  'cat',
  'ls',
  'wget',
  'nc',
  'head',
  'dd',
  'kill',
  'id',
  'mkdir',
  'chmod',
  'chown',
  'cp',
  'mv',
  'rm',
  'ln',
  'test',
  'env',
  'true',
  'false',
  'find',
  'grep',
  'tr',
  'od',
];

class Unavailable extends Error {}

const say = (text) => process.stderr.write(`rig: ${text}\n`);
const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .map((folder) => join(folder, name))
    .find(existsSync);

function docker(...args) {
  return spawnSync('docker', ['--host', `unix://${SOCKET}`, ...args], { encoding: 'utf8' });
}

const answers = () => docker('version', '--format', '{{.Server.Version}}').status === 0;

async function ensureEngine() {
  if (!onPath('docker'))
    throw new Unavailable(
      'the program docker: install Docker, of Debian: apt-get install docker.io iptables',
    );
  if (answers()) return;
  if (process.getuid?.() !== 0 || !onPath('dockerd') || !onPath('iptables'))
    throw new Unavailable(
      `a Docker engine at ${SOCKET}: start it; as root, with docker.io and iptables of Debian installed, it is started here`,
    );
  const log = join(tmpdir(), 'rdzen-rig-dockerd.log');
  say(`starting dockerd (${log})`);
  const output = openSync(log, 'a');
  spawn(onPath('dockerd'), ['--host', `unix://${SOCKET}`], {
    detached: true,
    stdio: ['ignore', output, output],
  }).unref();
  for (let waited = 0; !answers(); waited += 250) {
    if (waited > UP_WITHIN_MS) {
      const last = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' | ');
      throw new Unavailable(`a Docker engine: dockerd does not come up: ${last}`);
    }
    await sleep(250);
  }
}

/** A static busybox, for shells in images. */
function busybox() {
  const found = onPath('busybox');
  // Of a static program the loader finds nothing.
  if (found && libraries(found).length === 0) return found;
  throw new Unavailable('a static busybox: of Debian, apt-get install busybox-static');
}

/** Shared libraries of a program, as the loader finds them. */
function libraries(program) {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:=>\s*)?(\/\S+)\s+\(0x/g)].map(([, path]) => path);
}

function shellTree(root) {
  for (const folder of ['bin', 'etc', 'usr/local/bin', 'tmp', 'root', 'proc', 'sys', 'dev', 'app', 'run'])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(busybox(), join(root, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/app:/bin/sh\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
}

function nodeTree(root) {
  shellTree(root);
  const node = process.execPath;
  cpSync(node, join(root, 'usr/local/bin/node'), { dereference: true });
  for (const library of libraries(node)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    cpSync(library, join(root, library), { dereference: true });
  }
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(certificates)) {
    mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
    cpSync(certificates, join(root, certificates), { dereference: true });
  }
}

/** The image of that name, made where there is none that was made of the same. */
function image(name, madeOf, changes, fill) {
  const reference = `rdzen-test/${name}:${createHash('sha256')
    .update(JSON.stringify([madeOf, changes]))
    .digest('hex')
    .slice(0, 12)}`;
  if (docker('image', 'inspect', reference).status === 0) return reference;
  say(`making the image ${reference}`);
  const root = mkdtempSync(join(tmpdir(), 'rdzen-rig-image-'));
  try {
    fill(root);
    const options = ['LABEL ' + LABEL, ...changes].map((change) => `--change '${change}'`).join(' ');
    execFileSync(
      'sh',
      [
        '-c',
        `tar -C ${root} --owner=0 --group=0 -c . | docker --host unix://${SOCKET} import ${options} - ${reference}`,
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return reference;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

try {
  await ensureEngine();
  const tools = [busybox(), APPLETS];
  const shell = image('shell', tools, ['ENTRYPOINT ["/bin/sh"]'], shellTree);
  const node = image(
    'node',
    [...tools, process.version, process.arch],
    ['ENV PATH=/usr/local/bin:/bin', 'WORKDIR /app', 'CMD ["node"]'],
    nodeTree,
  );
  process.stdout.write(`${JSON.stringify({ socket: SOCKET, shell, node })}\n`);
} catch (error) {
  say(error instanceof Unavailable ? `missing: ${error.message}` : String(error?.stack ?? error));
  process.exitCode = error instanceof Unavailable ? EXIT_UNAVAILABLE : 1;
}
