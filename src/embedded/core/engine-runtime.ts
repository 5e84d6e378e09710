import { setTimeout } from 'node:timers/promises';
import { CoreFailure } from './core-failure';
import type { Engine, EngineModule, ImportEngine } from './engine-module';

/** The reason of a failure reaches the log a moment after the failure itself. */
const REASON_DELAY_MS = 50;
const LINES_KEPT = 8;
const LEVELS_KEPT = ['error', 'fatal', 'warn'];

/** The engine as it is installed in one folder: imported and started when it is first needed, and then kept. */
export class EngineRuntime {
  private importing?: Promise<EngineModule>;
  private starting?: Promise<Engine>;
  private readonly log: string[] = [];

  constructor(
    readonly folder: string,
    private readonly threads: number,
    private readonly importEngine: ImportEngine,
  ) {}

  /** Throws 500 with the cause; the next call tries again. */
  async module(): Promise<EngineModule> {
    this.importing ??= this.importEngine(this.folder);
    try {
      return await this.importing;
    } catch (error) {
      this.importing = undefined;
      throw this.unusable(error);
    }
  }

  /** Throws 500 with the cause; the next call tries again. */
  async engine(): Promise<Engine> {
    const module = await this.module();
    this.starting ??= module.getLlama({
      gpu: false,
      // Otherwise a missing program part starts a download and a compiler.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: this.threads,
      logLevel: 'warn',
      logger: (level, message) => this.note(level, message),
    });
    try {
      return await this.starting;
    } catch (error) {
      this.starting = undefined;
      throw this.unusable(error);
    }
  }

  /** What the engine logged while `task` failed, or else the error's own text. */
  async reasonOf<T>(task: () => Promise<T>, fail: (reason: string) => Error): Promise<T> {
    this.log.length = 0;
    try {
      return await task();
    } catch (error) {
      await setTimeout(REASON_DELAY_MS);
      throw fail([messageOf(error), ...this.log].join('; '));
    }
  }

  async dispose(): Promise<void> {
    const engine = await this.starting?.catch(() => undefined);
    this.starting = undefined;
    await engine?.dispose();
  }

  private note(level: string, message: string): void {
    const line = message.trim();
    if (!LEVELS_KEPT.includes(level) || line === '' || this.log.includes(line)) return;
    this.log.push(line);
    if (this.log.length > LINES_KEPT) this.log.shift();
  }

  private unusable(error: unknown): CoreFailure {
    return new CoreFailure(
      500,
      `the built-in engine in ${this.folder} does not work on this machine: ${messageOf(error)}. ` +
        'Delete that folder to have it installed again, or install Ollama.',
    );
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
}
