import { Logger } from '@nestjs/common';
import type { ContainerInspectInfo } from 'dockerode';
import type { Random } from '../../shared/random';
import { blueprintOf, joined, replacementOptions, type Blueprint } from './blueprint';
import type { BlueprintStore } from './blueprint-store';
import type { DockerCalls } from './docker-calls';
import { REPLACES } from './labels';

/** What engines say of a container whose network is being taken down or set up. Source: moby, libnetwork. */
const NO_SANDBOX = /sandbox \S+ not found/i;

/**
 * Makes a container anew under its name. The old one steps aside under another name and goes only once the new one runs:
 * whatever fails on the way, the old one has its name back and runs if it ran. One that is gone is made from its last
 * blueprint. A call that failed may have been carried out all the same, so what is, is asked before it is put right.
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
    const stored = await this.blueprints.get(name);
    const old = (await this.calls.inspect(name)) ?? (await this.leftAside(name, stored));
    if (!old) {
      if (stored) return this.make(stored, image);
      throw new Error(
        `Container ${name} cannot be made anew: it is gone, and was never seen here. Make it where it came from: docker compose up -d.`,
      );
    }
    const blueprint = joined(blueprintOf(name, old), stored?.id === old.Id ? stored : undefined);
    let made: string;
    try {
      await this.stepAside(old.Id, `${asideOf(name)}${this.random.bytes(4).toString('hex')}`);
      // Before the new one, which wants its ports.
      await this.calls.stop(old.Id, 0);
      made = await this.make(blueprint, image ?? (await this.sameImage(blueprint)));
    } catch (error) {
      await this.putBack(old, name);
      throw error;
    }
    await this.discard(old, name);
    return made;
  }

  /** One that dies again and again has no network between two lives, and the engine cannot rename it then. */
  private async stepAside(id: string, aside: string): Promise<void> {
    try {
      await this.calls.rename(id, aside);
    } catch (error) {
      if (!NO_SANDBOX.test(String(error))) throw error;
      await this.calls.stop(id, 0);
      await this.calls.rename(id, aside);
    }
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

  /** One that an earlier remake could not put back, in this life or the last. */
  private async leftAside(
    name: string,
    stored: Blueprint | undefined,
  ): Promise<ContainerInspectInfo | undefined> {
    const found = stored && (await this.calls.inspect(stored.id));
    return found?.Name.startsWith(`/${asideOf(name)}`) ? found : undefined;
  }

  private async putBack({ Id, State }: ContainerInspectInfo, name: string): Promise<void> {
    try {
      const holder = await this.calls.inspect(name);
      if (holder?.Config.Labels[REPLACES] === Id) await this.calls.remove(holder.Id);
      const now = await this.calls.inspect(Id);
      if (now?.Name !== `/${name}`) await this.calls.rename(Id, name);
      if (State.Running) await this.calls.start(Id);
    } catch (error) {
      this.logger.error(
        `Container ${name} is called otherwise now (${Id.slice(0, 12)}), or does not run: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** The new one runs: what is left of the old one is no reason to fail. */
  private async discard({ Id, Config }: ContainerInspectInfo, name: string): Promise<void> {
    try {
      await this.calls.remove(Id);
      const before = Config.Labels[REPLACES];
      // Left by the last remake, if that could not remove it.
      if (before !== undefined) await this.calls.remove(before);
    } catch (error) {
      this.logger.warn(
        `Container ${name} runs anew, and the old one is left (${Id.slice(0, 12)}): ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/** How the names begin of those that step aside for `name`. */
export function asideOf(name: string): string {
  return `${name}.old-`;
}
