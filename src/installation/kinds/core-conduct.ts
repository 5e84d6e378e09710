import { Injectable } from '@nestjs/common';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { coreContainerOf, coreService } from '../../component-registry/manifest/core-container';
import { ComponentContainers } from '../../containers/component-containers';
import { ContainerImages } from '../../containers/container-images';
import { CoreRegistry } from '../../core-registry/core-registry';
import { type CoreOffer, CoreMembership } from '../../failover/core-membership.service';
import { Clock } from '../../shared/clock';
import { CrashPoints } from '../../shared/crash-points';
import { RdzenError } from '../../shared/rdzen-error';
import { ServiceRuntime } from '../../tools/services/service-runtime';
import { judgeCore } from './core-rule';
import { type Judgement, KindConduct, NotAsTried } from './kind-conduct';
import { imageOf } from './lock-image';
import { startOnce } from './start-once';

/** Cores: each lock that is canary or in force is one core of the set; what is neither leaves it. */
@Injectable()
export class CoreConduct extends KindConduct {
  /** Ids of locks, and monotonic ms of when each was first taken up in this life. */
  private readonly since = new Map<string, number>();

  constructor(
    private readonly images: ContainerImages,
    private readonly services: ServiceRuntime,
    private readonly containers: ComponentContainers,
    private readonly membership: CoreMembership,
    private readonly registry: CoreRegistry,
    private readonly clock: Clock,
    private readonly crash: CrashPoints,
  ) {
    super();
  }

  async bring(draft: ComponentLock): Promise<ComponentLock> {
    try {
      this.membership.requirePlace(draft.component);
    } catch (error) {
      if (error instanceof RdzenError) throw new NotAsTried(error.message);
      throw error;
    }
    const image = await imageOf(draft.image, this.images);
    this.crash.reach('component-pulled');
    const { processors } = await this.containers.engine();
    const asService = coreService(draft.manifest, processors);
    await startOnce(draft, asService, this.services, this.containers.volumes, { 'rdzen.core': 'trial' });
    this.crash.reach('component-compared');
    return { ...draft, imageId: image.id };
  }

  async takeUp({ name, state, lock, next }: InstalledComponent): Promise<void> {
    const wanted = [
      ...(state === 'canary' || state === 'active' ? [lock] : []),
      ...(next?.state === 'canary' ? [next.lock] : []),
    ];
    for (const one of wanted) {
      if (!this.since.has(one.id)) this.since.set(one.id, this.clock.monotonic());
      await this.membership.join({ component: name, lock: one.id }, offerOf(one));
    }
    for (const { lock: id } of await this.membership.of(name))
      if (!wanted.some((one) => one.id === id)) await this.membership.leave(id, 'rdzen');
  }

  async letGo(component: string, by: string): Promise<void> {
    for (const { lock } of await this.membership.of(component)) await this.membership.leave(lock, by);
  }

  async verdict({ id, component }: ComponentLock, ageMs: number): Promise<Judgement> {
    const now = this.clock.monotonic();
    const found = (await this.membership.of(component)).find(({ lock }) => lock === id);
    const core = found && this.registry.has(found.id) ? this.registry.get(found.id) : undefined;
    const problem = found && this.membership.problemOf(found.id);
    const seen = {
      ...(core ? { core } : {}),
      ...(problem ? { problem } : {}),
      takenUpMs: now - (this.since.get(id) ?? now),
      ...(core?.readySince === undefined ? {} : { readyMs: now - core.readySince }),
    };
    return judgeCore(seen, ageMs);
  }
}

function offerOf({ manifest, image, component, id }: ComponentLock): CoreOffer {
  const labels = { 'rdzen.component': component, 'rdzen.lock': id };
  return { image, labels, ...coreContainerOf(manifest) };
}
