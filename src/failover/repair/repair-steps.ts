import { Injectable } from '@nestjs/common';
import { ContainerEngine } from '../../containers/container-engine';
import { CoreRegistry } from '../../core-registry/core-registry';
import '../../core-registry/core-registry.events';
import type { Core } from '../../core-registry/core.types';
import { ModelProfile } from '../../core-registry/model-profile';
import { EventBus } from '../../events/event-bus';
import { OllamaApi } from '../../ollama/ollama-api';
import { OllamaError } from '../../ollama/ollama-error';
import { Clock } from '../../shared/clock';
import { within } from '../../shared/within';
import { ModelBringer } from './model-bringer';
import type { RepairStep, Symptom } from './repair-ladder';

/** An engine that does not answer must not hold up the repair of others. */
const ENGINE_MS = 10_000;
/** For a process that still answers, to end in order. */
const GRACE_MS = 10_000;
const UNLOAD_MS = 5_000;

/** What a step needs to be carried out. */
export interface RepairOrder {
  core: Core & { container: string };
  step: RepairStep;
  symptom: Symptom;
  /** For `last-good`. */
  image?: string;
}

/** Time and news, taken together to keep constructors short. */
@Injectable()
export class RepairPorts {
  constructor(
    readonly bus: EventBus,
    readonly clock: Clock,
  ) {}
}

/** Carries out the steps of the ladder; whether one helped shows in the core's state. Rejects where it could not be done. */
@Injectable()
export class RepairSteps {
  constructor(
    private readonly engine: ContainerEngine,
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
    private readonly models: ModelBringer,
    private readonly registry: CoreRegistry,
    private readonly ports: RepairPorts,
  ) {}

  async take({ core, step, symptom, image }: RepairOrder, signal: AbortSignal): Promise<void> {
    switch (step) {
      case 'unload':
        return this.unload(core, signal);
      case 'restart': {
        // A hung process never handles SIGTERM: waiting for it would only cost ten seconds.
        const graceMs = symptom === 'silent' || symptom === 'stuck' ? 0 : GRACE_MS;
        await this.within(this.engine.restart(core.container, graceMs), graceMs + ENGINE_MS, signal);
        return;
      }
      case 'recreate':
      case 'last-good':
        await this.within(this.engine.recreate(core.container, image), ENGINE_MS, signal);
        return;
      case 'model':
        await this.models.bring(core, signal);
        this.ports.bus.emit('core.model-arrived', { model: this.profile.model });
    }
  }

  private async unload({ id, url }: Core, signal: AbortSignal): Promise<void> {
    try {
      await this.ollama.unload(url, this.profile.model, { signal, timeoutMs: UNLOAD_MS });
    } catch (error) {
      if (!(error instanceof OllamaError) || signal.aborted) throw error;
      // It hangs over this as well; the proof asked for next will tell.
    }
    this.registry.update(id, { ailment: undefined });
    this.ports.bus.emit('core.proof-wanted', { coreId: id });
  }

  private within<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
    return within(this.ports.clock, ms, 'the engine', work, signal);
  }
}
