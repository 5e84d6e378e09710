import { Injectable } from '@nestjs/common';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { ComponentContainers } from '../../containers/component-containers';
import { ContainerImages } from '../../containers/container-images';
import { CrashPoints } from '../../shared/crash-points';
import { InstalledServices } from '../../tools/services/installed-services';
import { ServiceRuntime } from '../../tools/services/service-runtime';
import { type Judgement, KindConduct } from './kind-conduct';
import { imageOf } from './lock-image';
import { judgeService } from './service-rule';
import { startOnce } from './start-once';

/** Services: they run from their installation on, and whoever uses them stands on their network. */
@Injectable()
export class ServiceConduct extends KindConduct {
  constructor(
    private readonly images: ContainerImages,
    private readonly services: ServiceRuntime,
    private readonly installed: InstalledServices,
    private readonly containers: ComponentContainers,
    private readonly crash: CrashPoints,
  ) {
    super();
  }

  async bring(draft: ComponentLock): Promise<ComponentLock> {
    const image = await imageOf(draft.image, this.images);
    this.crash.reach('component-pulled');
    await startOnce(draft, draft.manifest, this.services, this.containers.volumes);
    this.crash.reach('component-compared');
    return { ...draft, imageId: image.id };
  }

  takeUp(component: InstalledComponent): Promise<void> {
    return this.installed.takeUp(component);
  }

  letGo(component: string): Promise<void> {
    return this.installed.letGo(component);
  }

  verdict({ id }: ComponentLock, ageMs: number): Promise<Judgement> {
    return Promise.resolve(judgeService(this.installed.health(id), this.installed.untroubledMs(id), ageMs));
  }
}
