import { Injectable, Logger } from '@nestjs/common';
import { CoreContainers, type CoreContainerSpec } from '../containers/core-containers';
import { THIS_MACHINE } from '../core-registry/core-launcher-host';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core, CoreDefinition } from '../core-registry/core.types';
import { type FurtherCore, FurtherCores } from '../core-registry/further-cores';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import { OllamaApi } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { ModelBringer } from './repair/model-bringer';
import { DRAIN_MS } from './switchover';
import { requireDispensable } from './switchover-plan';
import { SwitchoverService } from './switchover.service';

const AGAIN_MS = 5_000;
const TAGS_MS = 5_000;
/** Longer than the engine takes for a container, whoever asked for it and does not wait for it any more. */
const LATE_MS = 60_000;

/** What a component of kind `core` gives: everything but name and sibling, which are decided here. */
export type CoreOffer = Omit<CoreContainerSpec, 'name' | 'like' | 'published'>;

/** Why there is such a core. */
export type CoreOrigin = Pick<FurtherCore, 'component' | 'lock'>;

/**
 * Has further cores join while everything runs, and leave again. Each step is on disk before it is taken, and what an
 * earlier life left half done goes on at the start.
 */
@Injectable()
export class CoreMembership {
  private readonly logger = new Logger(CoreMembership.name);
  private readonly ending = new AbortController();
  private readonly working = new Map<number, Promise<void>>();
  /** Ends the coming in of a core that is told to leave meanwhile. */
  private readonly comings = new Map<number, AbortController>();
  /** Why the latest step of a core failed, by its number. */
  private readonly problems = new Map<number, Error>();
  private readonly looks = new Set<Promise<void>>();
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly further: FurtherCores,
    private readonly containers: CoreContainers,
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly models: ModelBringer,
    private readonly ollama: OllamaApi,
    private readonly switchovers: SwitchoverService,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Those that are part of the set from the first moment on, since they were before; for {@link CoreRegistry.open}. */
  async definitions(): Promise<CoreDefinition[]> {
    const all = await this.further.all();
    await this.containers.adopt(all.map(({ spec }) => spec.name));
    return all.flatMap((core) => (core.url === undefined ? [] : [defined(core, core.url)]));
  }

  /** Goes on with what was begun. Call once the health monitor runs. */
  async start(): Promise<void> {
    for (const core of await this.further.all()) {
      const { id, phase } = core;
      if (phase === 'leaving') this.work(id, () => this.goAway(core, 'automatic'));
      // Its container is kept like that of any other core; only what was being brought may be half there.
      else if (phase === 'joined') this.work(id, (signal) => this.bringModel(this.registry.get(id), signal));
      else this.work(core.id, (signal) => this.comeIn(core, signal));
    }
    this.lookOnce(await this.further.lastGone());
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await Promise.all([...this.working.values(), ...this.looks]);
  }

  /**
   * The core that a further one is placed beside.
   *
   * @throws RdzenError CORE_NOT_OURS where none runs in a container
   */
  requirePlace(component: string): Core & { container: string } {
    const like = this.registry
      .all()
      .find(
        (core): core is Core & { container: string } =>
          core.kind === 'external' && core.container !== undefined && core.component === undefined,
      );
    if (like) return like;
    throw new RdzenError(
      'CORE_NOT_OURS',
      `${component} cannot join: no core here runs in a container that Rdzen looks after. Set RDZEN_CONTAINER_CORE<n>, or use the Docker profile.`,
    );
  }

  /** Those of a component, whether they join, are there or leave: two while an upgrade of it is on its way. */
  async of(component: string): Promise<FurtherCore[]> {
    return (await this.further.all()).filter((core) => core.component === component);
  }

  /** Why its joining or leaving, which is tried again, has failed; undefined where it has not. */
  problemOf(id: number): Error | undefined {
    return this.problems.get(id);
  }

  /**
   * Resolves once it is on disk that the core joins; how far it is shows in its state. The same lock again is the same
   * core, unless that one leaves: then it is gone before another joins.
   *
   * @throws RdzenError CORE_NOT_OURS where no core runs in a container that the new one could be placed beside
   */
  async join({ component, lock }: CoreOrigin, offer: CoreOffer): Promise<FurtherCore> {
    const before = await this.further.of(lock);
    // Outside of the line, in which others join meanwhile.
    if (before?.phase === 'leaving') await this.working.get(before.id);
    return this.alone(async () => {
      const there = await this.further.of(lock);
      if (there?.phase === 'leaving') throw new Error(`core ${there.id} of the same lock is still leaving`);
      if (there) return there;
      const like = this.requirePlace(component);
      const id = await this.further.nextId(this.registry.all().map((core) => core.id));
      const labels = { ...offer.labels, 'rdzen.role': 'core', 'rdzen.core': String(id) };
      const name = `${projectOf(like.container)}-core${id}`;
      const core: FurtherCore = {
        ...{ id, component, lock, phase: 'joining' as const, slots: like.slots },
        spec: {
          ...{ ...offer, labels, name, like: like.container, published: isLoopback(like.url) },
          env: { OLLAMA_NUM_PARALLEL: String(like.slots), ...offer.env },
        },
      };
      await this.further.add(core);
      this.work(id, (signal) => this.comeIn(core, signal));
      return core;
    });
  }

  /**
   * Another takes over where it is the active one, answers begun there are finished or moved, then the container goes.
   * Resolves when nothing of it is left.
   *
   * @returns false where no core is of that lock
   * @throws RdzenError NO_STAND_IN where it is the last one that can answer, OPERATION_RUNNING, OPERATION_OVER
   */
  async leave(lock: string, by: string): Promise<boolean> {
    const core = await this.further.of(lock);
    if (!core) return false;
    if (this.registry.has(core.id))
      await this.switchovers.takeOut(core.id, { by, reason: `core ${core.id} leaves` }, async () => {
        await this.further.move(core.id, 'leaving');
        await this.registry.holds.set(core.id, 'draining', { by, reason: 'it leaves' });
      });
    else await this.further.move(core.id, 'leaving');
    this.comings.get(core.id)?.abort(new Error('it leaves'));
    await this.working.get(core.id);
    this.work(core.id, () => this.goAway(core, by));
    await this.working.get(core.id);
    return true;
  }

  private async comeIn(core: FurtherCore, signal: AbortSignal): Promise<void> {
    // From then on its container is the repair's, and whoever stops it wants it to stay so.
    if (!this.registry.has(core.id)) {
      const { url } = await this.containers.make(core.spec);
      if (await this.isLeaving(core.id)) return;
      await this.further.move(core.id, 'joined', url);
      this.registry.join(defined(core, url));
    }
    await this.bringModel(this.registry.get(core.id), signal);
  }

  /** Only where the core says that it lacks it. */
  private async bringModel(core: Core, signal: AbortSignal): Promise<void> {
    const { model } = this.profile;
    const names = [model, `${model}:latest`];
    const there = await this.ollama.tags(core.url, { timeoutMs: TAGS_MS });
    if (there.some(({ name }) => names.includes(name))) return;
    await this.models.bring(core, signal, ({ status }) =>
      this.registry.update(core.id, { warning: `fetching the model: ${status}` }),
    );
    this.registry.update(core.id, { warning: undefined });
    this.bus.emit('core.model-arrived', { model });
  }

  private async goAway(core: FurtherCore, by: string): Promise<void> {
    const { id, spec } = core;
    if (this.registry.has(id)) {
      if (this.registry.get(id).role === 'active')
        await this.switchovers.takeOut(id, { by, reason: `core ${id} leaves` }, () => Promise.resolve());
      // Before anything is broken off there that it would have to write itself.
      requireDispensable(this.registry.all(), id, this.clock.monotonic());
      const moved = await this.switchovers.drain.of(id, DRAIN_MS, this.ending.signal);
      await this.switchovers.partWith(id, () => {
        if (moved === 0 && this.registry.get(id).inFlight > 0)
          throw new Error(`an answer was begun at core ${id} again`);
        this.registry.leave(id);
      });
    }
    // Only now: one that is held back no more is given work, and promoted.
    for (const kind of [...this.registry.holds.of(id).keys()])
      await this.registry.holds.lift(id, kind, by, 'it leaves');
    await this.containers.remove(spec.name);
    await this.further.move(id, 'gone');
    this.lookOnce([spec.name]);
    this.logger.log(`Core ${id} has left`);
  }

  /**
   * Whether a container has come to be after its core was gone: a call to make it, of a process that died or that did not
   * wait any longer, may be served by a slow engine after the one to remove it.
   */
  private lookOnce(names: readonly string[]): void {
    if (names.length === 0) return;
    const look = this.clock.sleep(LATE_MS, this.ending.signal).then(async () => {
      for (const name of names) await this.containers.remove(name);
    });
    const over = look.catch((error: unknown) => {
      if (!this.ending.signal.aborted)
        this.logger.debug(`Whether anything is left of ${names.join(', ')} is not known: ${String(error)}`);
    });
    this.looks.add(over);
    void over.finally(() => this.looks.delete(over));
  }

  private async isLeaving(id: number): Promise<boolean> {
    return (await this.further.all()).every((core) => core.id !== id || core.phase === 'leaving');
  }

  /** Until it succeeds, or the process stops; the engine, a sibling or the network may be away for a while. */
  private work(id: number, step: (signal: AbortSignal) => Promise<void>): void {
    const coming = new AbortController();
    this.comings.set(id, coming);
    const signal = AbortSignal.any([this.ending.signal, coming.signal]);
    const run = async (): Promise<void> => {
      let told = '';
      while (!signal.aborted) {
        try {
          await step(signal);
          this.problems.delete(id);
          return;
        } catch (error) {
          if (signal.aborted) return;
          const why = error instanceof Error ? error.message : String(error);
          this.problems.set(id, error instanceof Error ? error : new Error(why));
          if (why !== told) this.logger.warn(`Core ${id}: ${why}`);
          told = why;
          if (this.registry.has(id) && error instanceof OllamaError)
            this.registry.update(id, { warning: `it has no model yet: ${why}` });
        }
        await this.clock.sleep(AGAIN_MS, signal).catch(() => undefined);
      }
    };
    this.working.set(id, run());
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.line.then(work);
    this.line = result.catch(() => undefined);
    return result;
  }
}

/** What containers of this installation are called; through the docker-guard names begin with `rdzen-`. */
function projectOf(container: string): string {
  const project = container.replace(/-?core\d+(-\d+)?$/, '');
  return project === '' || project === 'rdzen' ? 'rdzen' : `rdzen-${project.replace(/^rdzen-/, '')}`;
}

/** Where Rdzen runs on the machine itself, and not in a container beside the cores. */
function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

function defined({ id, component, slots, spec }: FurtherCore, url: string): CoreDefinition {
  const container = spec.name;
  return { id, component, kind: 'external', url, container, provisioned: true, host: THIS_MACHINE, slots };
}
