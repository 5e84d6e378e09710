import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../shared/clock';
import { npmEnvironment } from './child-environment';
import { asFolderProblem, bytesBelow, ensureFolder, ensureNotFull, ensureRoom, syncFolderOf } from './disk';
import { EngineFolder } from './engine-folder';
import { OTHER_ENGINES } from './engine-platform';
import { sweepLeftovers } from './leftovers';
import { proveEngine } from './engine-proof';
import { ENGINE_VERSION } from './engine-release';
import { EngineUnavailable } from './engine-unavailable';
import { NETWORK_REMEDY } from './network-failure';
import { npmFailure } from './npm-failure';
import type { Program } from './npm-program';
import type { ProgressSlot } from './progress-board';
import { ProgramStalled, runProgram, type ProgramEnd } from './program-run';

const INSTALLED_BYTES = 100e6;
/** Of the packages that are fetched; the lock also names those that are left out. */
const PACKAGES = 117;
const QUIET_MS = 45_000;
const FETCHED = /^npm http (?:fetch|cache) .*\.tgz/;
/** Flags beat whatever the person's own .npmrc says about what and how to install; where from stays theirs. */
const INSTALL = [
  'ci',
  '--omit=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--no-engine-strict',
  '--no-workspaces',
  '--no-global',
  '--no-dry-run',
  '--package-lock',
  '--install-strategy=hoisted',
  '--prefer-offline',
  '--no-progress',
  '--no-color',
  '--loglevel=http',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=2000',
  '--fetch-timeout=60000',
];

export interface EngineInstallerOptions {
  folder: EngineFolder;
  /** Folder of package.json and package-lock.json. */
  locks: string;
  npm?: Program;
  nodeProgram: string;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  quietMs?: number;
}

/** Installs the engine beside its place, proves that it loads, and moves it in as a whole. */
export class EngineInstaller {
  private fetched = 0;

  constructor(private readonly options: EngineInstallerOptions) {}

  /** @throws EngineUnavailable; the signal's reason once it aborts */
  async install(slot: ProgressSlot, signal: AbortSignal): Promise<void> {
    const { folder, clock } = this.options;
    const part = folder.newPart();
    try {
      await ensureFolder(folder.root);
      await sweepLeftovers(folder.root);
      await ensureRoom(folder.root, INSTALLED_BYTES, 'the built-in engine');
      await this.fill(part, slot, signal);
      slot.show(() => ({ step: 'checking', detail: 'trying the built-in engine on this machine' }));
      const env = npmEnvironment(this.options.environment);
      await proveEngine(part, this.options.nodeProgram, { env, clock, signal });
      await folder.publish(part);
      await syncFolderOf(folder.ready);
    } catch (error) {
      throw signal.aborted ? error : (asFolderProblem(error, folder.root) ?? error);
    } finally {
      slot.clear();
      await folder.drop(part);
    }
  }

  private async fill(part: string, slot: ProgressSlot, signal: AbortSignal): Promise<void> {
    await mkdir(part, { recursive: true });
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(join(this.options.locks, name), join(part, name));
    slot.show(() => ({
      step: 'engine',
      detail: `installing the built-in engine (${Math.min(this.fetched, PACKAGES)} of ${PACKAGES} packages fetched)`,
    }));
    const first = await this.run(part, [], signal);
    const end =
      first.code !== 0 && mayNotWriteItsCache(first.output, part)
        ? await this.run(part, [`--cache=${join(part, '.npm-cache')}`], signal)
        : first;
    await ensureNotFull(this.options.folder.root);
    if (end.code !== 0) throw unavailable(npmFailure(end.output, end.code, this.proxied));
    await rm(join(part, '.npm-cache'), { recursive: true, force: true });
    // A third of the whole, needed only for building from source.
    await rm(join(part, 'node_modules', 'node-llama-cpp', 'llama', 'gitRelease.bundle'), { force: true });
  }

  private get proxied(): boolean {
    return Object.keys(this.options.environment).some((name) => /^https?_proxy$/i.test(name));
  }

  private async run(part: string, more: readonly string[], signal: AbortSignal): Promise<ProgramEnd> {
    const { npm, environment, clock, quietMs = QUIET_MS } = this.options;
    if (!npm)
      throw new EngineUnavailable(
        'The built-in engine cannot be installed: npm was found neither beside Node nor on the PATH',
        `Install npm (it comes with Node). ${OTHER_ENGINES}`,
      );
    this.fetched = 0;
    try {
      return await runProgram({
        command: npm.command,
        args: [...npm.args, ...INSTALL, ...more],
        cwd: part,
        env: npmEnvironment(environment),
        clock,
        signal,
        quietMs,
        moved: () => bytesBelow(part),
        onLine: (line) => {
          if (FETCHED.test(line)) this.fetched++;
        },
      });
    } catch (error) {
      if (error instanceof ProgramStalled)
        throw unavailable({
          reason: `nothing came from the npm registry for ${error.seconds} s`,
          remedy: NETWORK_REMEDY,
        });
      const { code } = error as NodeJS.ErrnoException;
      if (!signal.aborted && code)
        throw unavailable({
          reason: `npm cannot be started (${code})`,
          remedy: 'Reinstall Node with npm',
        });
      throw error;
    }
  }
}

function unavailable({ reason, remedy }: { reason: string; remedy: string }): EngineUnavailable {
  return new EngineUnavailable(
    `The built-in engine (node-llama-cpp ${ENGINE_VERSION}) could not be installed: ${reason}`,
    remedy,
  );
}

/** A home folder that is read-only or full need not stop us: the data folder takes the cache instead. */
function mayNotWriteItsCache(output: string, part: string): boolean {
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1] ?? '';
  const path = /^npm (?:error|ERR!) path (.+)$/m.exec(output)?.[1] ?? '';
  return /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT)$/.test(code) && !path.startsWith(part);
}
