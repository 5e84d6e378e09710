import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, run, say, Unavailable } from './process.mjs';

const UP_WITHIN_MS = 60_000;
const PACKAGES = ['docker.io', 'iptables', 'busybox-static', 'docker-registry'];
/** What specs and images need besides an engine, where Debian has it. */
const TOOLS = ['/bin/busybox', '/usr/bin/docker-registry'];

/**
 * An engine that answers: the person's own (DOCKER_HOST, else the usual socket), or, for root on a Debian, one of ours
 * with a data folder of its own.
 *
 * @returns {Promise<{host?: string, started?: {pid: number, folder: string}}>} host: DOCKER_HOST, where it is set;
 *   started: what `stopEngine` takes back.
 */
export async function provideEngine() {
  if (process.getuid?.() === 0 && !TOOLS.every(existsSync) && (await answer('apt-get', ['--version'])))
    await install();
  if (await reachable()) return { ...(process.env.DOCKER_HOST && { host: process.env.DOCKER_HOST }) };
  if (process.env.DOCKER_HOST)
    throw new Unavailable(`no Docker engine answers at DOCKER_HOST (${process.env.DOCKER_HOST}); start it`);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot)
    throw new Unavailable(
      'no Docker engine answers, or this user may not use its socket: start Docker and join its group, or set DOCKER_HOST',
    );
  if (!(await answer('dockerd', ['--version']))) await install();
  return startEngine();
}

const reachable = (host) =>
  answer('docker', ['version', '--format', '{{.Server.Version}}'], {
    env: host ? { ...process.env, DOCKER_HOST: host } : process.env,
    timeoutMs: 10_000,
  });

async function install() {
  if (!(await answer('apt-get', ['--version'])))
    throw new Unavailable('there is no Docker engine and no apt-get: install Docker');
  say(`installing ${PACKAGES.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { env });
  } catch (error) {
    throw new Unavailable(`${PACKAGES.join(', ')} could not be installed: ${error.message}`);
  }
}

async function startEngine() {
  const folder = await mkdtemp(join(tmpdir(), 'rdzen-dockerd-'));
  // At the usual place, where nothing answered: docker-compose.yml mounts the socket from there.
  const host = 'unix:///var/run/docker.sock';
  const log = await open(join(folder, 'dockerd.log'), 'w');
  say('starting a Docker engine of its own');
  const child = spawn(
    'dockerd',
    [
      ['--host', host],
      ['--data-root', join(folder, 'data')],
      ['--exec-root', join(folder, 'run')],
      ['--pidfile', join(folder, 'docker.pid')],
    ].flat(),
    { detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  child.unref();
  child.once('error', () => undefined);
  await log.close();
  const started = { pid: child.pid, folder };
  for (const end = Date.now() + UP_WITHIN_MS; Date.now() < end && child.exitCode === null;) {
    if (await reachable(host)) return { started };
    await new Promise((done) => setTimeout(done, 300));
  }
  const words = (await readFile(join(folder, 'dockerd.log'), 'utf8'))
    .trim()
    .split('\n')
    .slice(-3)
    .join(' | ');
  await stopEngine(started);
  throw new Unavailable(`dockerd does not come up on this machine: ${words}`);
}

/** Only ever the one that `provideEngine` started. */
export async function stopEngine({ pid, folder }) {
  const lives = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  if (lives()) process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 100 && lives(); tries++) await new Promise((done) => setTimeout(done, 200));
  if (lives()) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true }).catch((error) =>
    say(`${folder} could not be removed: ${error.message}`),
  );
}
