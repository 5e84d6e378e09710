import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { EngineSocket } from '../../../../src/docker-guard/engine-socket';
import { GuardServer, type Refused } from '../../../../src/docker-guard/guard-server';
import { readGuardSettings } from '../../../../src/docker-guard/guard-settings';
import { listenOn } from '../../../../src/docker-guard/listen';
import { Policy } from '../../../../src/docker-guard/policy';

export const DOCKER_SOCKET = '/var/run/docker.sock';
export const IMAGE = 'rdzen-guard-test/shell:1';
export const TEST_LABEL = 'rdzen.guard-test';
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);

/** Why these tests cannot run here; undefined: they can. */
export const missing = !existsSync(DOCKER_SOCKET)
  ? `no Docker engine at ${DOCKER_SOCKET}`
  : BUSYBOX === undefined
    ? 'no static busybox: install the package busybox-static'
    : undefined;

/** The guard in this process, with the real engine behind it. */
export interface GuardRig {
  socket: string;
  /** Through the guard, as Rdzen speaks to it. */
  guarded: Docker;
  /** The engine itself, which tells what has really happened. */
  direct: Docker;
  refused: Refused[];
  /** A name of this run. */
  name(word: string): string;
  /** Made by the engine itself, as compose would. */
  container(word: string, options?: Docker.ContainerCreateOptions): Promise<Docker.Container>;
  close(): Promise<void>;
}

export async function startGuardRig(env: Record<string, string> = {}): Promise<GuardRig> {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-guard-'));
  const socket = join(folder, 'docker.sock');
  const settings = readGuardSettings({ ...env, RDZEN_GUARD_LISTEN: socket });
  const refused: Refused[] = [];
  const guard = new GuardServer(new EngineSocket(DOCKER_SOCKET), new Policy(settings.limits), (one) =>
    refused.push(one),
  );
  await listenOn(guard.server, socket, undefined);
  makeImage(folder);
  const direct = new Docker({ socketPath: DOCKER_SOCKET });
  const run = `${process.pid}-${Date.now().toString(36)}`;
  const name = (word: string): string => `rdzen-guardtest-${run}-${word}`;
  return {
    socket,
    guarded: new Docker({ socketPath: socket }),
    direct,
    refused,
    name,
    container: (word, options = {}) =>
      direct.createContainer({
        name: name(word),
        Image: IMAGE,
        Cmd: ['/bin/busybox', 'sleep', '600'],
        StopTimeout: 1,
        ...options,
        Labels: { [TEST_LABEL]: run, 'rdzen.managed': 'true', ...options.Labels },
      }),
    close: async () => {
      const all = await direct.listContainers({ all: true });
      for (const { Id, Names } of all)
        if (Names.some((one) => one.includes(`rdzen-guardtest-${run}-`)))
          await direct.getContainer(Id).remove({ force: true, v: true });
      for (const { Id, Name } of await direct.listNetworks())
        if (Name.includes(`rdzen-guardtest-${run}-`)) await direct.getNetwork(Id).remove();
      for (const { Name } of (await direct.listVolumes()).Volumes ?? [])
        if (Name.includes(`rdzen-guardtest-${run}-`)) await direct.getVolume(Name).remove();
      guard.server.closeAllConnections();
      await new Promise((resolve) => guard.server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A file system with busybox alone. */
export function shellTar(folder: string): Buffer {
  const root = join(folder, 'root');
  for (const made of ['bin', 'tmp', 'data', 'proc', 'dev', 'sys'])
    mkdirSync(join(root, made), { recursive: true });
  copyFileSync(BUSYBOX ?? '', join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  return execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 64 * 2 ** 20 });
}

/** Once for a machine: every import would leave the one before without a name. */
function makeImage(folder: string): void {
  const found = execFileSync('docker', ['images', '-q', IMAGE], { encoding: 'utf8' });
  if (found.trim() !== '') return;
  const tar = shellTar(folder);
  execFileSync('docker', ['import', '--change', `LABEL ${TEST_LABEL}=image`, '-', IMAGE], {
    input: tar,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}
