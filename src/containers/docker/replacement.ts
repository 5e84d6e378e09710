import { Logger } from '@nestjs/common';
import type { Random } from '../../shared/random';
import { blueprintOf, joined, replacementOptions, type Blueprint } from './blueprint';
import type { BlueprintStore } from './blueprint-store';
import type { DockerCalls } from './docker-calls';

/**
 * Makes a container anew under its name. The old one steps aside under another name and goes only once the new one runs:
 * whatever fails on the way, the old one has its name back. One that is gone is made from its last blueprint.
 */
export class Replacement {
  private readonly logger = new Logger(Replacement.name);

  constructor(
    private readonly calls: DockerCalls,
    private readonly blueprints: BlueprintStore,
    private readonly random: Random,
  ) {}

  /**
   * @param image in place of its own; else its own, even where the name of that points to another by now
   * @returns the id of the new one
   */
  async of(name: string, image?: string): Promise<string> {
    const old = await this.calls.inspect(name);
    const blueprint = await this.blueprint(name);
    if (!old) return this.make(blueprint, image);
    const aside = `${name}.old-${this.random.bytes(4).toString('hex')}`;
    await this.calls.rename(old.Id, aside);
    let made: string | undefined;
    try {
      // Before the new one, which wants its ports.
      await this.calls.stop(old.Id, 0);
      made = await this.make(blueprint, image ?? (await this.sameImage(blueprint)));
    } catch (error) {
      if (made === undefined) await this.putBack(old.Id, name);
      throw error;
    }
    await this.calls.remove(old.Id);
    return made;
  }

  /** @throws Error where nothing is known of it */
  private async blueprint(name: string): Promise<Blueprint> {
    const found = await this.calls.inspect(name);
    const stored = await this.blueprints.get(name);
    const blueprint = found
      ? joined(blueprintOf(name, found), stored?.id === found.Id ? stored : undefined)
      : stored;
    if (blueprint) return blueprint;
    throw new Error(
      `Container ${name} cannot be made anew: it is gone, and was never seen here. Make it where it came from: docker compose up -d.`,
    );
  }

  private async make(blueprint: Blueprint, image?: string): Promise<string> {
    const id = await this.calls.create(replacementOptions(blueprint, image));
    try {
      for (const attachment of blueprint.attachments.slice(1)) await this.calls.connect(id, attachment);
      await this.calls.start(id);
      return id;
    } catch (error) {
      await this.calls.remove(id).catch(() => undefined);
      throw error;
    }
  }

  /** Its image's name, unless that means another image by now. */
  private async sameImage({ options: { Image }, imageId }: Blueprint): Promise<string | undefined> {
    const now = Image === undefined ? undefined : await this.calls.imageId(Image);
    return now === imageId ? undefined : imageId;
  }

  private async putBack(id: string, name: string): Promise<void> {
    try {
      await this.calls.rename(id, name);
      await this.calls.start(id);
    } catch (error) {
      this.logger.error(
        `Container ${name} is called otherwise now (${id.slice(0, 12)}), or does not run: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
