import { Injectable, Logger } from '@nestjs/common';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import '../component-registry/installed/installed.events';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { ContainerImages } from '../containers/container-images';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';

/** What ran under the older lock may need a moment to end. */
const FIRST_LOOK_MS = 60_000;
/** An image that a container still uses, or an engine that is away. */
const AGAIN_MS = 10 * 60_000;

/**
 * Of each component the images of its last two locks stay on the engine; older ones go once an upgrade is in force, so
 * never before its canary has passed. Images that no lock names are not ours to remove.
 */
@Injectable()
export class ImageRetention {
  private readonly logger = new Logger('Components');
  /** Not on the engine any more. */
  private readonly gone = new Set<string>();
  private unsubscribe?: () => void;
  private timer?: Timer;
  private clearing: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: ComponentJournal,
    private readonly installed: InstalledComponents,
    private readonly images: ContainerImages,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** After the installed components were read; an earlier life may have left something to do. */
  start(): void {
    this.unsubscribe = this.bus.on('component.changed', ({ to }) => {
      if (to === 'active') this.plan(FIRST_LOOK_MS);
    });
    this.plan(FIRST_LOOK_MS);
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.timer?.cancel();
    await this.clearing;
  }

  private plan(ms: number): void {
    this.timer?.cancel();
    this.timer = this.clock.after(ms, () => {
      this.clearing = this.clear()
        .catch((error: unknown) => {
          this.logger.warn(`Older images of components were not looked for: ${String(error)}`);
          return false;
        })
        .then((done) => {
          if (!done) this.plan(AGAIN_MS);
        });
    });
  }

  /** @returns whether nothing is left to do */
  private async clear(): Promise<boolean> {
    let done = true;
    for (const image of await this.journal.images()) {
      // Anew for each: a rollback may have come to need it meanwhile.
      if (await this.isKept(image)) this.gone.delete(image);
      else if (!this.gone.has(image)) done = (await this.remove(image)) && done;
    }
    return done;
  }

  private async remove(image: string): Promise<boolean> {
    try {
      const there = await this.images.inspect(image);
      if (there) {
        await this.images.remove(image);
        this.logger.log(`The image ${image} is removed: two newer locks of its component are kept`);
      }
      this.gone.add(image);
      return true;
    } catch (error) {
      this.logger.debug(`The image ${image} is not removed yet: ${String(error)}`);
      return false;
    }
  }

  private async isKept(image: string): Promise<boolean> {
    for (const component of this.installed.all())
      if ((await this.imagesOf(component)).includes(image)) return true;
    return false;
  }

  private async imagesOf({ lock, next }: InstalledComponent): Promise<string[]> {
    const previous = lock.previous === undefined ? undefined : await this.journal.lock(lock.previous);
    return [lock, previous, next?.lock].flatMap((one) => (one ? [one.image] : []));
  }
}
