import { Logger } from '@nestjs/common';
import type { InstalledModel, OllamaApi } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import type { Clock } from '../shared/clock';
import type { CoreDefinition } from './core.types';

/** Ollama looks for graphics cards before it serves, which can take long. */
const OWN_UP_MS = 20_000;
const TELL_AFTER_MS = 3_000;
const EXTERNAL_MS = 2_000;
const LOOK_EVERY_MS = 50;

export interface Inventory {
  core: CoreDefinition;
  /** Undefined: the core did not tell, which is not the same as none. */
  models?: InstalledModel[];
}

/** Asks cores what is installed on them, waiting for those that are still coming up. */
export class CoreInventory {
  private readonly logger = new Logger(CoreInventory.name);

  constructor(
    private readonly ollama: OllamaApi,
    private readonly clock: Clock,
  ) {}

  /** Waits at most 20 s for a core of ours and 2 s for an external one. */
  async ask(core: CoreDefinition): Promise<Inventory> {
    const waitMs = core.kind === 'external' ? EXTERNAL_MS : OWN_UP_MS;
    const until = this.clock.monotonic() + waitMs;
    const patience = this.clock.after(TELL_AFTER_MS, () =>
      this.logger.log(
        `Waiting for the Ollama of core ${core.id} to tell its models, at most ${waitMs / 1000} s; it may still look for graphics cards`,
      ),
    );
    try {
      for (;;) {
        try {
          const timeoutMs = Math.max(LOOK_EVERY_MS, until - this.clock.monotonic());
          return { core, models: await this.ollama.tags(core.url, { timeoutMs }) };
        } catch (error) {
          if (!(error instanceof OllamaError)) throw error;
          if (this.clock.monotonic() + LOOK_EVERY_MS > until) {
            this.logger.warn(`Core ${core.id} did not tell its models in ${waitMs / 1000} s (${error.kind})`);
            return { core };
          }
          await this.clock.sleep(LOOK_EVERY_MS);
        }
      }
    } finally {
      patience.cancel();
    }
  }
}
