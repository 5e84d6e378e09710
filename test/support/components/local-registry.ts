import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../src/shared/free-port';

/** Debian's package docker-registry: CNCF Distribution 2.8. */
const PROGRAM = '/usr/bin/docker-registry';

/** Why there can be none here; undefined: there can. */
export const registryMissing = existsSync(PROGRAM)
  ? undefined
  : `${PROGRAM} is missing: install the package docker-registry`;

export interface LocalRegistry {
  /** `127.0.0.1:PORT` */
  host: string;
  /** Ends it and throws away what it holds. */
  stop(): Promise<void>;
}

/** A real registry as a process on loopback, from which an engine takes images over plain HTTP. */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = [
    'version: 0.1',
    'log: { level: error }',
    `storage: { filesystem: { rootdirectory: ${folder}/data }, delete: { enabled: true } }`,
    `http: { addr: "${host}" }`,
  ];
  writeFileSync(join(folder, 'config.yml'), config.join('\n'));
  const child = spawn(PROGRAM, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const over = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await over;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 100; tries++) {
    const { ok } = await fetch(`http://${host}/v2/`).catch(() => ({ ok: false }));
    if (ok) return { host, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${PROGRAM} does not answer on ${host} within 10 s`);
}
