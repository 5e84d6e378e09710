import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine } from '../containers/container-engine';
import { scriptedSpec } from '../core-registry/core-launcher-specs';
import type { EnginePlan, Report } from '../built-in-engine/preparing';
import type { EngineProblem } from '../core-registry/core-preparation';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import { Clock } from '../shared/clock';
import { describePreparing } from './describe-preparing';
import './engine-provider.events';
import { PreparingTeller } from './preparing-teller';

const LOOK_EVERY_MS = 200;
const FOUND_WITHIN_MS = 10_000;
const STAND_IN_MODEL = 'scripted';

/** What fetches the engine and the model. */
export interface EngineSource {
  /** Rejects with an Error that has `reason` and `remedy` where it cannot be had. Ends at once when `signal` aborts. */
  provide(report: Report, signal: AbortSignal): Promise<Pick<EnginePlan, 'remarks'>>;
}

/**
 * Brings the built-in engine and its model while everything else runs already. Questions wait meanwhile. Where it
 * cannot be had, scripted stand-ins take the place of the cores and say why.
 */
@Injectable()
export class EngineProvider {
  private readonly logger = new Logger(EngineProvider.name);
  private readonly ending = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly containers: ContainerEngine,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  start(source: EngineSource): void {
    this.registry.preparation.preparing = { step: 'checking', detail: 'looking what is here' };
    this.working = this.provide(source);
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.working;
  }

  private async provide(source: EngineSource): Promise<void> {
    const { preparation } = this.registry;
    const { signal } = this.ending;
    const teller = new PreparingTeller(
      this.clock,
      (preparing) => (preparation.preparing = preparing),
      (preparing) => this.logger.log(describePreparing(preparing)),
    );
    try {
      const { remarks } = await source.provide((preparing) => teller.tell(preparing), signal);
      for (const remark of remarks) this.logger.warn(remark);
      this.logger.log(`The built-in engine and the model ${this.profile.model} are here`);
      teller.tell({ step: 'checking', detail: 'loading the model' });
      await this.untilFound();
      teller.end();
      preparation.preparing = undefined;
      this.bus.emit('engine.provided', { model: this.profile.model });
    } catch (error) {
      teller.end();
      preparation.preparing = undefined;
      if (signal.aborted) return;
      await this.standIn(problemOf(error));
    }
  }

  /** The cores look for the model from time to time; until they see it, it is still what they wait for. */
  private async untilFound(): Promise<void> {
    const until = this.clock.monotonic() + FOUND_WITHIN_MS;
    const waiting = (): boolean =>
      this.registry.all().some(({ kind, state }) => kind === 'engine' && state === 'starting');
    do {
      this.bus.emit('core.model-arrived', { model: this.profile.model });
      await this.clock.sleep(LOOK_EVERY_MS, this.ending.signal);
    } while (waiting() && this.clock.monotonic() < until);
  }

  private async standIn(problem: EngineProblem): Promise<void> {
    this.registry.preparation.problem = problem;
    const cores = this.registry.all();
    // External cores may serve the wanted model all the same.
    if (cores.every(({ kind }) => kind === 'engine')) this.profile.replaceModel(STAND_IN_MODEL);
    await Promise.all(
      cores
        .filter(({ kind }) => kind === 'engine')
        .map(async (core) => {
          this.registry.update(core.id, { kind: 'scripted' });
          if (core.container === undefined) return;
          const spec = scriptedSpec(core, this.profile.model);
          await this.containers.stop(core.container, 0);
          // Stopped by an administrator it stays so, and becomes one when it is started again.
          if (core.conditions.has('stopped')) await this.containers.create(spec);
          else await this.containers.start(spec);
        }),
    ).catch((error: unknown) => this.logger.error(`The stand-ins could not be started: ${String(error)}`));
    this.bus.emit('engine.unavailable', problem);
  }
}

function problemOf(error: unknown): EngineProblem {
  if (error instanceof Error && 'reason' in error && 'remedy' in error)
    return { reason: String(error.reason), remedy: String(error.remedy) };
  return {
    reason: `The built-in engine could not be made ready: ${error instanceof Error ? error.message : String(error)}.`,
    remedy: 'Start again; if that does not help, install Ollama.',
  };
}
