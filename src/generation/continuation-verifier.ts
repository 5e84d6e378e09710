import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import { verifyContinuation, type ContinuationVerdict } from '../ollama/continuation-check';
import { OllamaApi, type ModelDetails } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { compareModels } from '../ollama/same-model';
import { Clock } from '../shared/clock';

const AGAIN_MS = 5_000;
const PATIENCE_MS = 60_000;

interface Verdict {
  details: ModelDetails;
  version?: string;
  continues: boolean;
}

/**
 * Finds out, once per model and kind of core, whether a partial answer is really continued. Cores of the same model
 * share the verdict.
 */
@Injectable()
export class ContinuationVerifier {
  private readonly logger = new Logger(ContinuationVerifier.name);
  private readonly verdicts: Verdict[] = [];
  /** By host: cores that share processors are examined one after another, others side by side. */
  private readonly working = new Map<string, Promise<void>>();
  private readonly waiting = new Set<number>();
  private readonly ending = new AbortController();
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly registry: CoreRegistry,
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.unsubscribe.push(
      this.bus.on('core.state-changed', ({ core, to }) => {
        if (to === 'ready') this.enqueue(core);
      }),
      this.bus.on('core.updated', ({ core }) => {
        if (core.state === 'ready' && core.continues === undefined) this.enqueue(core);
      }),
    );
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end();
    this.ending.abort(new Error('stopping'));
    await Promise.all(this.working.values());
  }

  private enqueue(core: Core): void {
    if (this.waiting.has(core.id)) return;
    this.waiting.add(core.id);
    const before = this.working.get(core.host) ?? Promise.resolve();
    const run = before.then(async () => {
      this.waiting.delete(core.id);
      while (this.isAsked(core) && !(await this.examine(core))) {
        await this.clock.sleep(AGAIN_MS, this.ending.signal).catch(() => undefined);
      }
    });
    this.working.set(core.host, run);
  }

  /** Of one that has left, the state it had then stands still. */
  private isAsked({ id, state }: Core): boolean {
    return state === 'ready' && this.registry.has(id) && !this.ending.signal.aborted;
  }

  /** @returns whether it was settled. */
  private async examine(core: Core): Promise<boolean> {
    const abort = new AbortController();
    const onEnd = (): void => abort.abort(new Error('stopping'));
    this.ending.signal.addEventListener('abort', onEnd, { once: true });
    const timer = this.clock.after(PATIENCE_MS, () => abort.abort(new Error('took too long')));
    try {
      const details = core.served ?? (await this.show(core, abort.signal));
      const known = this.verdicts.find(
        (each) => each.version === core.version && compareModels(each.details, details).same,
      );
      if (known) {
        this.registry.update(core.id, { continues: known.continues });
        return true;
      }
      // The probe generates: it must neither queue before a person nor take their processor time.
      if (this.registry.all().some(({ host, inFlight }) => host === core.host && inFlight > 0)) return false;
      const { continues, how, evidence } = await this.verify(core, abort.signal);
      this.verdicts.push({ details, version: core.version, continues });
      this.registry.update(core.id, { continues });
      this.logger.log(
        `Core ${core.id} ${continues ? 'continues' : 'does not continue'} partial answers (${how}: ${evidence})`,
      );
      return true;
    } catch (error) {
      if (!(error instanceof OllamaError)) throw error;
      this.logger.warn(
        `Whether core ${core.id} continues partial answers is not known yet: ${error.message}`,
      );
      return false;
    } finally {
      timer.cancel();
      this.ending.signal.removeEventListener('abort', onEnd);
    }
  }

  /** While it generates it holds a slot: neither a person's question nor a probe may queue behind it unknowingly. */
  private async verify(core: Core, signal: AbortSignal): Promise<ContinuationVerdict> {
    const release = this.registry.occupy(core.id);
    try {
      return await verifyContinuation(this.ollama, core.url, this.profile.model, {
        signal,
        modelOptions: { ...this.profile.options },
      });
    } finally {
      release();
    }
  }

  private show({ url }: Core, signal: AbortSignal): Promise<ModelDetails> {
    return this.ollama.show(url, this.profile.model, { signal, timeoutMs: 5_000 });
  }
}
