import { Injectable } from '@nestjs/common';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import { blockOf, type Manifest } from '../../component-registry/manifest/manifest';
import { Clock } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';
import { servicesOf } from '../component-surroundings';
import { InstalledServices } from './installed-services';
import type { KeptService } from './kept-service';

const READY_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** The services that components name in `permissions.network.internal`, as those find them. */
@Injectable()
export class UsedServices {
  constructor(
    private readonly services: InstalledServices,
    private readonly installed: InstalledComponents,
    private readonly clock: Clock,
  ) {}

  /**
   * Each is installed.
   *
   * @throws RdzenError SERVICE_NOT_INSTALLED
   */
  demandInstalled(manifest: Manifest): void {
    for (const name of servicesOf(manifest)) {
      const found = this.installed.get(name);
      const there = found?.state === 'active' || found?.state === 'canary';
      if (there && blockOf(found.lock.manifest).kind === 'service') continue;
      const why = there
        ? 'a component of another kind'
        : found
          ? `not in use (${found.state})`
          : 'not installed';
      throw new RdzenError(
        'SERVICE_NOT_INSTALLED',
        `${manifest.name} uses the service ${name}, which is ${why}. Install that first: !install ${name}.`,
      );
    }
  }

  /**
   * Ids of the networks of those that a component uses, once all of them run; one that is just being started is waited for.
   *
   * @throws RdzenError SERVICE_NOT_INSTALLED, SERVICE_UNAVAILABLE
   */
  async networksOf({ manifest }: Pick<ComponentLock, 'manifest'>, signal?: AbortSignal): Promise<string[]> {
    const names = servicesOf(manifest);
    if (names.length === 0) return [];
    const until = this.clock.monotonic() + READY_WITHIN_MS;
    this.demandInstalled(manifest);
    const found: string[] = [];
    for (const name of names) found.push((await this.running(name, manifest.name, until, signal)).network.id);
    return found;
  }

  private async running(
    name: string,
    user: string,
    until: number,
    signal?: AbortSignal,
  ): Promise<KeptService> {
    for (;;) {
      const service = this.services.of(name);
      if (service?.watched.current) return service;
      const { state = 'starting', problem } = service?.health ?? {};
      if (state === 'given-up' || this.clock.monotonic() >= until)
        throw new RdzenError(
          'SERVICE_UNAVAILABLE',
          `${user} uses the service ${name}, which does not run (${state}${problem === undefined ? '' : `: ${problem}`}). It was not called. See !components ${name}.`,
        );
      await this.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}
