import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../../shared/clock';
import {
  Brain,
  type BrainInput,
  type BrainModel,
  type Completion,
  type CompletionOptions,
  type Embedded,
  type RunnerOptions,
  type Turn,
} from './brain';
import { CoreFailure } from './core-failure';
import { importEngine as importInstalled, type ImportEngine, type Token } from './engine-module';
import { EngineRuntime } from './engine-runtime';
import { LoadedModel } from './loaded-model';
import { describeModel } from './model-description';
import { ModelFile } from './model-file';

/** How often it looks whether engine and model have come, or have been exchanged. */
const LOOK_MS = 250;
/** A start waits no longer than that to know its model, however slow the disk is. */
const FIRST_LOOK_MS = 3_000;
/** Summed in well under a second. */
const QUICKLY_SUMMED_BYTES = 256 * 1024 * 1024;

const ANOTHER_OWN = 'Name another GGUF file with RDZEN_MODEL_FILE, or leave it unset.';
const ANOTHER_FETCHED = 'Delete it so that it is fetched again, or choose another model.';

export interface EngineBrainOptions {
  /** Holds `package.json` once the engine is installed in it. */
  engineDir: string;
  modelFile: string;
  /** As clients say it. */
  model: string;
  /** SHA-256 in hex; without it the file's companion says it, or it is not checked. */
  modelSha256?: string;
  /** The file is a person's own, which nothing fetches again. */
  ownModel?: boolean;
  /** Never more than these compute: all cores of a machine together must not exceed its CPUs. */
  threads: number;
  importEngine?: ImportEngine;
}

/** Thinks with llama.cpp within this process. It may be started before engine and model are there. */
export class EngineBrain extends Brain {
  readonly kind = 'engine';
  override readonly keepsFormat = true;
  private readonly runtime: EngineRuntime;
  private readonly file: ModelFile;
  private described?: { key: string; model: BrainModel };
  private loaded?: LoadedModel;
  private lastRead?: { input: BrainInput; tokens: Token[] };
  private timer?: Timer;
  private disposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly options: EngineBrainOptions,
  ) {
    super();
    const { engineDir, modelFile, modelSha256, ownModel, threads, importEngine = importInstalled } = options;
    this.runtime = new EngineRuntime(engineDir, threads, importEngine);
    this.file = new ModelFile(modelFile, modelSha256, ownModel);
  }

  get model(): BrainModel | undefined {
    return this.described?.model;
  }

  /** Knows engine and model, where they are there; does not wait for a large file without a known sum. */
  async firstLook(): Promise<void> {
    const looked = this.look();
    const quick = (await this.file.hasKnownSum()) || (await this.file.sizeBytes()) <= QUICKLY_SUMMED_BYTES;
    if (!quick) return;
    const enough = new AbortController();
    const late = this.clock.sleep(FIRST_LOOK_MS, enough.signal).catch(() => undefined);
    await Promise.race([looked, late]);
    enough.abort();
  }

  /** Looks for engine and model, now and from now on. */
  async watch(): Promise<void> {
    await this.look();
    if (!this.disposed) this.timer = this.clock.after(LOOK_MS, () => void this.watch());
  }

  async load(options: RunnerOptions): Promise<void> {
    await this.look();
    const [module, engine] = [await this.runtime.module(), await this.runtime.engine()];
    await this.file.verify();
    const { threads: most } = this.options;
    this.loaded = await this.runtime.reasonOf(
      async () =>
        LoadedModel.load(module, engine, {
          path: this.file.path,
          sizeBytes: await this.file.sizeBytes(),
          contextSize: options.num_ctx,
          batchSize: options.num_batch,
          threads: Math.max(1, Math.min(options.num_thread || most, most)),
        }),
      (reason) =>
        new CoreFailure(
          500,
          `the model file ${this.file.path} cannot be loaded: ${reason}. It is damaged, or too new or too large for ` +
            `the built-in engine on this machine. ${this.options.ownModel ? ANOTHER_OWN : ANOTHER_FETCHED}`,
        ),
    );
  }

  async unload(): Promise<void> {
    const { loaded } = this;
    this.loaded = undefined;
    this.lastRead = undefined;
    await loaded?.dispose();
  }

  async tokenize(text: string): Promise<number[]> {
    return this.inMemory().tokenize(text);
  }

  async read(input: BrainInput, options: CompletionOptions): Promise<number[]> {
    if (this.lastRead?.input === input) return this.lastRead.tokens;
    const tokens = this.inMemory().read(input, options);
    this.lastRead = { input, tokens };
    return tokens;
  }

  render(turns: Turn[]): string {
    return this.inMemory().template.text(turns);
  }

  async *complete(input: BrainInput, options: CompletionOptions, signal: AbortSignal): Completion {
    const prompt = await this.read(input, options);
    return yield* this.inMemory().complete(prompt, options, signal);
  }

  override embed(texts: string[], truncate: boolean, signal: AbortSignal): Promise<Embedded> {
    return this.inMemory().embed(texts, truncate, signal);
  }

  override async dispose(): Promise<void> {
    this.disposed = true;
    this.timer?.cancel();
    await this.unload();
    await this.runtime.dispose();
  }

  private inMemory(): LoadedModel {
    if (!this.loaded) throw new Error('the model is not loaded');
    return this.loaded;
  }

  /** Learns what is there now. A model that is in memory stays usable whatever becomes of its file. */
  private async look(): Promise<void> {
    const [key, installed] = await Promise.all([
      this.file.key(),
      stat(join(this.options.engineDir, 'package.json')).then(
        () => true,
        () => false,
      ),
    ]);
    if (key === undefined || !installed) {
      if (!this.loaded) this.described = undefined;
      return;
    }
    if (this.described?.key === key) return;
    const module = await this.runtime.module().catch(() => undefined);
    const model = await describeModel(this.options.model, this.file, module).catch(() => undefined);
    if (model) this.described = { key, model };
  }
}
