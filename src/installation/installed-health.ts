import { Injectable } from '@nestjs/common';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { blockOf } from '../component-registry/manifest/manifest';
import { servicesOf } from '../tools/component-surroundings';
import { InstalledServices } from '../tools/services/installed-services';
import type { ServiceHealth } from '../tools/services/watched-service';

/** How installed components do that run all the time. */
@Injectable()
export class InstalledHealth {
  constructor(
    private readonly services: InstalledServices,
    private readonly installed: InstalledComponents,
  ) {}

  /** Of the lock that is in force; undefined where it is no service. */
  of({ lock, since }: InstalledComponent): ServiceHealth | undefined {
    if (blockOf(lock.manifest).kind !== 'service') return undefined;
    return this.services.health(lock.id) ?? { state: 'stopped', since, restarts: 0 };
  }

  /** Installed components that use a service, by their whole names. */
  usersOf(service: string): string[] {
    return this.installed
      .all()
      .filter(({ state, lock, next }) => {
        const locks = state === 'removed' ? [] : [lock, ...(next ? [next.lock] : [])];
        return locks.some(({ manifest }) => servicesOf(manifest).includes(service));
      })
      .map(({ name }) => name)
      .sort();
  }
}
