import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import type { PullProgress } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';
import { ModelBringer } from './repair/model-bringer';

const TELL_EVERY_MS = 2_000;
const AGAIN_MS = 15_000;

/**
 * Brings the model to the cores that lack it at the start. Our own cores share one folder of models, so one of them
 * fetches for all; containers have theirs to themselves, and the second takes it from the first. Questions wait meanwhile,
 * and are answered as soon as one core has it.
 */
@Injectable()
export class ModelPuller {
  private readonly logger = new Logger(ModelPuller.name);
  private readonly ending = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly models: ModelBringer,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @param lacking ids of the cores that said so; of those that share a folder, one */
  start(lacking: readonly number[]): void {
    this.registry.preparation.pulling = true;
    this.working = this.run(lacking).finally(() => (this.registry.preparation.pulling = undefined));
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.working;
  }

  private async run(lacking: readonly number[]): Promise<void> {
    for (const id of lacking) {
      while (!this.ending.signal.aborted && !(await this.try(this.fetcher(id)))) {
        await this.clock.sleep(AGAIN_MS, this.ending.signal).catch(() => undefined);
      }
    }
  }

  /** Another of those that share the folder, where an administrator has stopped that one. */
  private fetcher(id: number): Core {
    const core = this.registry.get(id);
    if (core.kind !== 'ollama' || !core.conditions.has('stopped')) return core;
    const ours = this.registry.all().filter(({ kind }) => kind === 'ollama');
    return ours.find(({ conditions }) => !conditions.has('stopped')) ?? core;
  }

  /** @returns false: to be tried again */
  private async try(core: Core): Promise<boolean> {
    const { model } = this.profile;
    let told = -Infinity;
    try {
      await this.models.bring(core, this.ending.signal, (progress) => {
        const now = this.clock.monotonic();
        if (now - told < TELL_EVERY_MS) return;
        told = now;
        this.logger.log(`Core ${core.id}: ${model}: ${describe(progress)}`);
        this.tell(core, `fetching the model: ${describe(progress)}`);
        this.showInChat(core, progress);
      });
      this.tell(core, undefined);
      this.bus.emit('core.model-arrived', { model });
      return true;
    } catch (error) {
      if (this.ending.signal.aborted) return true;
      if (!(error instanceof OllamaError)) throw error;
      const remedy = `Fetch it by hand with "ollama pull ${model}", or set RDZEN_MODEL to a model that is here.`;
      this.logger.warn(
        `Core ${core.id}: the model ${model} could not be fetched: ${error.message}. ${remedy}`,
      );
      this.tell(core, `the model could not be fetched: ${error.message}`);
      return false;
    } finally {
      if (core.kind === 'external') this.registry.preparation.preparing = undefined;
    }
  }

  /**
   * Those who wait for an answer are told how far it is, as long as no core can answer. Our own cores are not probed while
   * something is prepared for them, so of those only the warning tells.
   */
  private showInChat({ id, kind }: Core, { status, completedBytes, totalBytes }: PullProgress): void {
    if (kind !== 'external') return;
    const answering = this.registry.all().some(({ state }) => state === 'ready');
    this.registry.preparation.preparing = answering
      ? undefined
      : {
          step: 'model',
          detail: `core ${id}: ${this.profile.model}: ${status}`,
          ...(completedBytes === undefined ? {} : { receivedBytes: completedBytes }),
          ...(totalBytes === undefined ? {} : { totalBytes }),
        };
  }

  private tell(core: Core, warning: string | undefined): void {
    const shared =
      core.kind === 'ollama' ? this.registry.all().filter(({ kind }) => kind === 'ollama') : [core];
    for (const { id } of shared) this.registry.update(id, { warning });
  }
}

function describe({ status, completedBytes, totalBytes }: PullProgress): string {
  if (!totalBytes) return status;
  const done = completedBytes ?? 0;
  return `${Math.floor((done / totalBytes) * 100)} % (${Math.round(done / 1e6)} of ${Math.round(totalBytes / 1e6)} MB)`;
}
