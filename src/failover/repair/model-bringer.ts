import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../../core-registry/core-registry';
import type { Core } from '../../core-registry/core.types';
import { ModelProfile } from '../../core-registry/model-profile';
import { ModelFolder } from '../../ollama/model-folder';
import { OllamaApi, type PullProgress } from '../../ollama/ollama-api';
import { OllamaError } from '../../ollama/ollama-error';

const CONNECT_MS = 10_000;

/**
 * Brings the model to a core that lacks it, or has it damaged: from the model folder of a sibling that has it, which
 * needs no network, else as the core itself fetches it. One at a time.
 */
@Injectable()
export class ModelBringer {
  private readonly logger = new Logger(ModelBringer.name);
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
    private readonly registry: CoreRegistry,
  ) {}

  /** Whether there is a way to bring it. */
  can({ kind, provisioned }: Core): boolean {
    return kind === 'ollama' || provisioned === true;
  }

  /** Rejects with what went wrong; OllamaError where a core did. */
  bring(
    core: Core,
    signal: AbortSignal,
    onProgress: (progress: PullProgress) => void = () => {},
  ): Promise<void> {
    const result = this.working.then(() => this.bringNow(core, signal, onProgress));
    this.working = result.catch(() => undefined);
    return result;
  }

  private async bringNow(
    core: Core,
    signal: AbortSignal,
    onProgress: (progress: PullProgress) => void,
  ): Promise<void> {
    const { model } = this.profile;
    const options = { signal, timeoutMs: CONNECT_MS };
    for (const sibling of this.siblings(core)) {
      const stored = await new ModelFolder(sibling.modelFolder).find(model);
      if (!stored) continue;
      this.logger.log(`Core ${core.id}: bringing the model ${model} from core ${sibling.id}`);
      try {
        await this.follow(this.ollama.importModel(core.url, model, stored, options), onProgress);
        return;
      } catch (error) {
        // Damaged there, perhaps: Ollama checks every part by its sum.
        if (signal.aborted || !(error instanceof OllamaError)) throw error;
        this.logger.warn(`The model of core ${sibling.id} could not be taken: ${error.message}`);
      }
    }
    this.logger.log(`Core ${core.id}: fetching the model ${model}`);
    await this.follow(this.ollama.pull(core.url, model, options), onProgress);
  }

  /** Those that keep their models elsewhere, where we can read them; first those that are well. */
  private siblings({ id, modelFolder }: Core): (Core & { modelFolder: string })[] {
    const ready = ({ state }: Core): number => Number(state === 'ready');
    return this.registry
      .all()
      .filter(
        (core): core is Core & { modelFolder: string } =>
          core.id !== id && core.modelFolder !== undefined && core.modelFolder !== modelFolder,
      )
      .sort((a, b) => ready(b) - ready(a));
  }

  private async follow(
    stream: AsyncIterable<PullProgress>,
    onProgress: (progress: PullProgress) => void,
  ): Promise<void> {
    let last = '';
    for await (const progress of stream) {
      last = progress.status;
      onProgress(progress);
    }
    this.logger.log(`The model ${this.profile.model}: ${last}`);
  }
}
