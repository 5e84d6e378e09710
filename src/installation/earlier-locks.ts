import { Injectable } from '@nestjs/common';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { ContainerImages } from '../containers/container-images';
import { RdzenError } from '../shared/rdzen-error';

const PULL_MS = 120_000;
const NAMED = 5;

/** The locks a component has come by, and whether it can go back to one of them. */
@Injectable()
export class EarlierLocks {
  constructor(
    private readonly journal: ComponentJournal,
    private readonly images: ContainerImages,
  ) {}

  /** Those that were in force before the one it has now, the last one first. What was quarantined is none of them. */
  async of({ lock }: InstalledComponent): Promise<ComponentLock[]> {
    const found: ComponentLock[] = [];
    const seen = new Set([lock.id]);
    let { previous } = lock;
    while (previous !== undefined && !seen.has(previous)) {
      seen.add(previous);
      const earlier = await this.journal.lock(previous);
      if (!earlier) break;
      found.push(earlier);
      previous = earlier.previous;
    }
    return found;
  }

  /**
   * To which lock it goes back.
   *
   * @param version undefined: what is on its way is taken back, or the last lock before this one comes in force
   * @returns undefined where going back means to take back what is on its way
   * @throws RdzenError COMPONENT_STATE, COMPONENT_NOT_INSTALLED
   */
  async aim(component: InstalledComponent, version?: string): Promise<ComponentLock | undefined> {
    const { name, state, lock, next } = component;
    const onItsWay = next !== undefined || state === 'canary' || state === 'installing';
    if (onItsWay && (version === undefined || (next && version === lock.version))) return undefined;
    if (version !== undefined && next?.lock.version === version)
      throw new RdzenError(
        'COMPONENT_STATE',
        `${name} ${version} is the upgrade on its way, and not an earlier version. !promote ${name} puts it in force, !rollback ${name} takes it back.`,
      );
    if (version !== undefined && version === lock.version)
      throw new RdzenError(
        'COMPONENT_STATE',
        state === 'quarantined'
          ? `${name} ${version} is the version that is quarantined, and it does not come back without a new approval. !rollback ${name} goes to the one before it.`
          : `${name} ${version} is the version that is in use now. Name an earlier one, or none for the last one before it.`,
      );
    const earlier = await this.of(component);
    const found = version === undefined ? earlier[0] : earlier.find((one) => one.version === version);
    if (found) return found;
    if (version !== undefined)
      throw new RdzenError(
        'COMPONENT_NOT_INSTALLED',
        `${name} was never in force as version "${version.slice(0, 64)}" before the one it has now. ${choice(name, earlier)}`,
      );
    throw new RdzenError(
      'COMPONENT_STATE',
      `${name} has no previous lock to go back to. !remove ${name} takes it away.`,
    );
  }

  /**
   * Its image is on the engine, or comes out of the registry again. An engine that does not answer is not asked twice:
   * nothing runs without it anyway.
   *
   * @throws RdzenError IMAGE_MISSING
   */
  async bringImage({ component, version, image }: ComponentLock): Promise<void> {
    try {
      if (await this.images.inspect(image)) return;
    } catch (error) {
      if (error instanceof RdzenError) return;
      throw error;
    }
    try {
      await this.images.pull(image, { withinMs: PULL_MS });
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      throw new RdzenError(
        'IMAGE_MISSING',
        `${component} cannot go back to ${version}: its image is gone from the engine, and it could not be fetched again (${error.message.replace(/\.$/, '')}). Nothing was changed. Bring the image back, or ask for the version anew: !install ${component}@${version}.`,
        { cause: error },
      );
    }
  }
}

function choice(name: string, earlier: readonly ComponentLock[]): string {
  const versions = [...new Set(earlier.map(({ version }) => version))];
  if (versions.length === 0)
    return `There is no earlier one it could go back to. !remove ${name} takes it away.`;
  return `It can go back to ${versions.slice(0, NAMED).join(', ')}: !rollback ${name} ${versions[0] ?? ''}.`;
}
