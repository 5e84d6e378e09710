import { Injectable, Logger } from '@nestjs/common';
import type { Core } from '../../core-registry/core.types';
import { ModelProfile } from '../../core-registry/model-profile';
import { OllamaApi } from '../../ollama/ollama-api';

const CONNECT_MS = 10_000;

/** Brings the model to a core that lacks it, or has it damaged. One at a time. */
@Injectable()
export class ModelBringer {
  private readonly logger = new Logger(ModelBringer.name);
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
  ) {}

  /** Whether there is a way to bring it. */
  can({ kind }: Core): boolean {
    return kind === 'ollama';
  }

  /** Rejects with what went wrong. */
  bring(core: Core, signal: AbortSignal): Promise<void> {
    const result = this.working.then(() => this.pull(core, signal));
    this.working = result.catch(() => undefined);
    return result;
  }

  private async pull({ id, url }: Core, signal: AbortSignal): Promise<void> {
    const { model } = this.profile;
    this.logger.log(`Core ${id}: fetching the model ${model} again`);
    let last = '';
    for await (const { status } of this.ollama.pull(url, model, { signal, timeoutMs: CONNECT_MS }))
      last = status;
    this.logger.log(`Core ${id}: the model ${model} is here (${last})`);
  }
}
