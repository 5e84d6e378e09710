import { copyFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { npmEnvironment } from '../../built-in-engine/child-environment';
import { CERTIFICATE_REMEDY, NETWORK_REMEDY, networkFailure } from '../../built-in-engine/network-failure';
import { harmless } from '../../built-in-engine/npm-failure';
import type { Program } from '../../built-in-engine/npm-program';
import { type ProgramEnd, ProgramStalled, runProgram } from '../../built-in-engine/program-run';
import type { Clock } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';

export interface NpmTree {
  name: string;
  version: string;
  /** Empty; package.json, package-lock.json and node_modules are put there. */
  folder: string;
  /** Lock file: used where it is there, else written. */
  lock?: string;
  /** npm's word for the processor: `x64`, `arm64`. */
  cpu: string;
  /** Undefined where there is none. */
  npm: Program | undefined;
  clock: Clock;
  signal: AbortSignal;
  environment: Readonly<Record<string, string | undefined>>;
}

const QUIET_MS = 120_000;
/** No script of any package is run, and no address of a registry is written down. */
const FLAGS = [
  '--ignore-scripts',
  '--omit=dev',
  '--omit-lockfile-registry-resolved=true',
  '--install-strategy=hoisted',
  '--package-lock=true',
  '--os=linux',
  '--libc=glibc',
  '--engine-strict=false',
  '--audit=false',
  '--fund=false',
  '--update-notifier=false',
  '--progress=false',
];

/**
 * Has npm put a package with all it depends on into a folder, from the registry that the user's own npm is set up for.
 *
 * @throws RdzenError PACK_NPM_MISSING, PACK_NPM_FAILED, PACK_PACKAGE_NOT_FOUND; the signal's reason
 */
export async function installTree(tree: NpmTree): Promise<void> {
  const { folder, lock, environment, clock, signal, npm } = tree;
  if (!npm)
    throw new RdzenError(
      'PACK_NPM_MISSING',
      'There is no npm beside this Node and on the PATH. Install npm.',
    );
  const locked = lock !== undefined && existsSync(lock);
  const own = {
    name: 'component',
    version: '0.0.0',
    private: true,
    dependencies: { [tree.name]: tree.version },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  const written = join(folder, 'package-lock.json');
  if (locked) await copyFile(lock, written);
  const args = [...npm.args, locked ? 'ci' : 'install', ...FLAGS, `--cpu=${tree.cpu}`];
  let end: ProgramEnd;
  try {
    const env = npmEnvironment(environment);
    end = await runProgram({
      command: npm.command,
      args,
      cwd: folder,
      env,
      clock,
      signal,
      quietMs: QUIET_MS,
    });
  } catch (error) {
    if (!(error instanceof ProgramStalled)) throw error;
    throw new RdzenError(
      'PACK_NPM_FAILED',
      `npm did nothing for ${error.seconds} s and was ended. ${NETWORK_REMEDY}.`,
    );
  }
  if (end.code !== 0) throw npmFailed(`${tree.name}@${tree.version}`, end, lock);
  if (lock !== undefined && !locked) await copyFile(written, lock);
}

/** Addresses never appear: a registry's may hold a user name and a password. */
export function npmFailed(what: string, { output, code: exit }: ProgramEnd, lock?: string): RdzenError {
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1] ?? '';
  const fail = (why: string, remedy: string): RdzenError =>
    new RdzenError('PACK_NPM_FAILED', `npm could not install ${what}: ${why}. ${remedy}.`);
  if (code === 'E404' || code === 'ETARGET')
    return new RdzenError(
      'PACK_PACKAGE_NOT_FOUND',
      `npm does not find ${what}, or something it depends on (${code}). Check name and version, and the registry your npm is set up for.`,
    );
  const network = networkFailure(code, { host: "npm's registry" });
  if (network) return fail(network.text, network.certificate ? CERTIFICATE_REMEDY : NETWORK_REMEDY);
  if (code === 'EINTEGRITY')
    return fail(
      'a package is not the one that was locked (EINTEGRITY)',
      'Clear the cache ("npm cache clean --force") and try again',
    );
  if (code === 'ENOSPC')
    return new RdzenError(
      'PACK_DISK_FULL',
      `There is no space left for ${what} in the folder of temporary files. Make room there, or set TMPDIR to a folder on another disk.`,
    );
  if (code === 'EUSAGE' && lock !== undefined)
    return fail(
      `${lock} is the lock of something else`,
      'Give the one that was written for this version, or delete it',
    );
  const said = output.split('\n').map((line) => /^npm (?:error|ERR!) (?!code )(.+)/.exec(line)?.[1]);
  const first = said.find((line) => line !== undefined && !/complete log/.test(line));
  return fail(
    first ? `it says: ${harmless(first)}` : `it ended with code ${exit ?? 'none'}`,
    'Try "npm install" of it by hand',
  );
}
