import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import { ModelProfile } from '../core-registry/model-profile';
import { OllamaApi, type PullProgress } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';

const TELL_EVERY_MS = 2_000;
const AGAIN_MS = 15_000;

/**
 * Fetches the model where it is nowhere on this machine. Our cores share one folder of models, so one of them fetches
 * for all. Questions wait meanwhile, and are answered then.
 */
@Injectable()
export class ModelPuller {
  private readonly logger = new Logger(ModelPuller.name);
  private readonly ending = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly ollama: OllamaApi,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.registry.preparation.pulling = true;
    this.working = this.run().finally(() => (this.registry.preparation.pulling = undefined));
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.working;
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const ours = this.registry.all().filter(({ kind }) => kind === 'ollama');
      const core = ours.find(({ conditions }) => !conditions.has('stopped')) ?? ours[0];
      if (!core) return;
      try {
        await this.pull(core.url);
        this.tell('');
        return;
      } catch (error) {
        if (!(error instanceof OllamaError)) throw error;
        if (this.ending.signal.aborted) return;
        const remedy = `Fetch it by hand with "ollama pull ${this.profile.model}", or set RDZEN_MODEL to a model that is here.`;
        this.logger.warn(`The model ${this.profile.model} could not be fetched: ${error.message}. ${remedy}`);
        this.tell(`the model could not be fetched: ${error.message}`);
        await this.clock.sleep(AGAIN_MS, this.ending.signal).catch(() => undefined);
      }
    }
  }

  private async pull(url: string): Promise<void> {
    const { model } = this.profile;
    this.logger.log(`Fetching the model ${model}; questions wait until it is here`);
    let told = -Infinity;
    for await (const progress of this.ollama.pull(url, model, {
      signal: this.ending.signal,
      timeoutMs: 10_000,
    })) {
      const now = this.clock.monotonic();
      if (now - told < TELL_EVERY_MS) continue;
      told = now;
      this.logger.log(`${model}: ${describe(progress)}`);
      this.tell(`fetching the model: ${describe(progress)}`);
    }
    this.logger.log(`The model ${model} is here`);
  }

  private tell(warning: string): void {
    for (const { id, kind } of this.registry.all()) {
      if (kind === 'ollama') this.registry.update(id, { warning: warning || undefined });
    }
  }
}

function describe({ status, completedBytes, totalBytes }: PullProgress): string {
  if (!totalBytes) return status;
  const done = completedBytes ?? 0;
  return `${Math.floor((done / totalBytes) * 100)} % (${Math.round(done / 1e6)} of ${Math.round(totalBytes / 1e6)} MB)`;
}
