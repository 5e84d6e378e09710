import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../../core-registry/core-registry';
import type { Core } from '../../core-registry/core.types';
import { ModelProfile } from '../../core-registry/model-profile';
import { ModelFolder } from '../../ollama/model-folder';
import { OllamaApi, type PullProgress } from '../../ollama/ollama-api';

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
  can({ kind }: Core): boolean {
    return kind === 'ollama';
  }

  /** Rejects with what went wrong. */
  bring(core: Core, signal: AbortSignal): Promise<void> {
    const result = this.working.then(() => this.bringNow(core, signal));
    this.working = result.catch(() => undefined);
    return result;
  }

  private async bringNow(core: Core, signal: AbortSignal): Promise<void> {
    const { model } = this.profile;
    for (const sibling of this.siblings(core)) {
      const stored = await new ModelFolder(sibling.modelFolder).find(model);
      if (!stored) continue;
      this.logger.log(`Core ${core.id}: bringing the model ${model} from core ${sibling.id}`);
      await this.follow(this.ollama.importModel(core.url, model, stored, { signal, timeoutMs: CONNECT_MS }));
      return;
    }
    this.logger.log(`Core ${core.id}: fetching the model ${model} again`);
    await this.follow(this.ollama.pull(core.url, model, { signal, timeoutMs: CONNECT_MS }));
  }

  /** Those that are well and keep their models elsewhere. */
  private siblings({ id, modelFolder }: Core): (Core & { modelFolder: string })[] {
    return this.registry
      .all()
      .filter(
        (core): core is Core & { modelFolder: string } =>
          core.id !== id &&
          core.state === 'ready' &&
          core.modelFolder !== undefined &&
          core.modelFolder !== modelFolder,
      );
  }

  private async follow(progress: AsyncIterable<PullProgress>): Promise<void> {
    let last = '';
    for await (const { status } of progress) last = status;
    this.logger.log(`The model ${this.profile.model}: ${last}`);
  }
}
