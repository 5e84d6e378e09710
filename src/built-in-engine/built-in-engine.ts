import { join, resolve } from 'node:path';
import type { Clock } from '../shared/clock';
import { npmEnvironment } from './child-environment';
import { EngineFolder } from './engine-folder';
import { EngineInstaller } from './engine-installer';
import { buildFor, thisMachine, type Machine } from './engine-platform';
import { proveEngine } from './engine-proof';
import { ModelCache, type ModelRecord } from './model-cache';
import { parseModelName, type HubModel, type PinnedModel } from './model-name';
import { ModelSource } from './model-source';
import { findNpm } from './npm-program';
import { readOwnModel } from './own-model-file';
import type { EnginePlan, Report } from './preparing';
import { ProgressBoard, type ProgressSlot } from './progress-board';
import { WheelModel } from './wheel-model';

const LOCKS = join(__dirname, 'locks');
const IDLE_MS = 15_000;

export interface BuiltInEngineOptions {
  dataDir: string;
  /** RDZEN_MODEL */
  model?: string;
  /** RDZEN_MODEL_FILE */
  modelFile?: string;
  /** Proxies, HF_ENDPOINT, HF_TOKEN and what npm and pip need are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** What the machine is taken for; default: what it is. */
  machine?: Partial<Machine>;
  /** The Node whose npm is used and under which the engine is tried; default: the running one. */
  nodeProgram?: string;
  /** A transfer that gives nothing for that long is broken; default 15 s. */
  idleMs?: number;
  /** Pause before the first repeat of a broken transfer, doubled each time; default 1 s. */
  firstPauseMs?: number;
}

/** Installs the built-in engine and fetches its model on demand, into the data folder. */
export class BuiltInEngine {
  private readonly machine: Machine;
  private readonly cache: ModelCache;
  /** Absolute: npm, Python and the cores run in folders of their own. */
  private readonly dataDir: string;
  private folder?: EngineFolder;

  constructor(private readonly options: BuiltInEngineOptions) {
    this.machine = { ...thisMachine(), ...options.machine };
    this.dataDir = resolve(options.dataDir);
    this.cache = new ModelCache(join(this.dataDir, 'models'));
  }

  /**
   * What is here already. A model in the cache is summed whole, and set aside where it is damaged; for large ones
   * `report` says how far that is.
   * @throws EngineUnavailable where it can never work here
   */
  async plan(report: Report = () => undefined, signal?: AbortSignal): Promise<EnginePlan> {
    const folder = this.engineFolder();
    const prove = (engineDir: string): Promise<void> => {
      slot.show(() => ({ step: 'checking', detail: 'trying the built-in engine on this machine' }));
      return this.prove(engineDir, signal);
    };
    const board = new ProgressBoard(this.options.clock, report);
    const slot = board.slot();
    board.start();
    try {
      const { remarks, ...model } = await this.planModel(slot, signal);
      const { ready, remark } = await folder.check(prove, signal);
      return {
        engineDir: folder.ready,
        engineReady: ready,
        ...model,
        remarks: remark === undefined ? remarks : [...remarks, remark],
      };
    } finally {
      board.stop();
    }
  }

  /**
   * Installs and fetches what is missing, both at once, and reports at least every second.
   * @throws EngineUnavailable; the signal's reason as soon as it aborts, with a half-fetched model left to go on with
   */
  async provide(report: Report, signal: AbortSignal): Promise<EnginePlan> {
    const before = await this.plan(report, signal);
    const board = new ProgressBoard(this.options.clock, report);
    const other = new AbortController();
    const both = AbortSignal.any([signal, other.signal]);
    const [engineSlot, modelSlot] = [board.slot(), board.slot()];
    board.start();
    const tasks: Promise<string[]>[] = [];
    if (!before.engineReady)
      tasks.push(
        this.installer()
          .install(engineSlot, both)
          .then(() => []),
      );
    if (!before.modelReady) tasks.push(this.fetchModel(modelSlot, both));
    try {
      const remarks = await Promise.all(tasks);
      const after = await this.plan(report, signal);
      return { ...after, remarks: [...before.remarks, ...remarks.flat()] };
    } catch (error) {
      other.abort(error);
      await Promise.allSettled(tasks);
      throw error;
    } finally {
      board.stop();
    }
  }

  private async planModel(
    slot: ProgressSlot,
    signal: AbortSignal | undefined,
  ): Promise<Omit<EnginePlan, 'engineDir' | 'engineReady'>> {
    const { modelFile, model: name } = this.options;
    let read = 0;
    const onBytes = (soFar: number): void => void (read = soFar);
    const summing = { onBytes, ...(signal && { signal }) };
    slot.show(() => ({ step: 'checking', detail: 'checking the model file', receivedBytes: read }));
    if (modelFile) {
      const memory = this.cache.pathOf('own-model.json');
      const own = await readOwnModel(modelFile, memory, summing);
      const { file, sha256, sizeBytes } = own;
      const modelName = name || own.name;
      return { modelFile: file, modelName, sha256, sizeBytes, ownModel: true, modelReady: true, remarks: [] };
    }
    const model = parseModelName(name);
    const file = this.cache.pathOf(model.fileName);
    const { record, remark } = await this.cache.check(file, pin(model), summing);
    const sha256 = pin(model)?.sha256 ?? record?.sha256;
    return {
      modelFile: file,
      modelName: name || model.name,
      ...(sha256 !== undefined && { sha256 }),
      ...(record && { sizeBytes: sizeOf(record) }),
      ownModel: false,
      modelReady: record !== undefined,
      remarks: remark === undefined ? [] : [remark],
    };
  }

  private async fetchModel(slot: ProgressSlot, signal: AbortSignal): Promise<string[]> {
    const { environment, clock, idleMs = IDLE_MS, firstPauseMs } = this.options;
    const { cache, machine } = this;
    const wheel = new WheelModel({ cache, environment, platform: machine.platform, clock });
    const pause = firstPauseMs !== undefined && { firstPauseMs };
    const source = new ModelSource({ cache, wheel, environment, clock, idleMs, ...pause });
    return source.provide(parseModelName(this.options.model), slot, signal);
  }

  private engineFolder(): EngineFolder {
    return (this.folder ??= new EngineFolder(join(this.dataDir, 'engine'), buildFor(this.machine)));
  }

  private prove(engineDir: string, signal = new AbortController().signal): Promise<void> {
    const { environment, clock, nodeProgram = process.execPath } = this.options;
    return proveEngine(engineDir, nodeProgram, { env: npmEnvironment(environment), clock, signal });
  }

  private installer(): EngineInstaller {
    const { environment, clock, nodeProgram = process.execPath } = this.options;
    const npm = findNpm({ nodeProgram, environment, platform: this.machine.platform });
    return new EngineInstaller({
      folder: this.engineFolder(),
      locks: join(LOCKS, buildFor(this.machine)),
      ...(npm && { npm }),
      nodeProgram,
      environment,
      clock,
    });
  }
}

function pin(model: PinnedModel | HubModel): PinnedModel | undefined {
  return model.kind === 'pinned' ? model : undefined;
}

function sizeOf({ sizeBytes, parts }: ModelRecord): number {
  return parts?.reduce((sum, part) => sum + part.sizeBytes, 0) ?? sizeBytes;
}
