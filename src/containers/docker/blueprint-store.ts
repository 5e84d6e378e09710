import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { ContainerInspectInfo } from 'dockerode';
import { type Blueprint, blueprintOf, joined } from './blueprint';

/**
 * The blueprints of adopted containers, on disk: one that is removed while we are away can still be made again. They hold
 * the containers' environment, so nobody else may read them.
 */
export class BlueprintStore {
  private readonly logger = new Logger(BlueprintStore.name);
  private readonly known = new Map<string, Blueprint>();
  private tail: Promise<unknown> = Promise.resolve();

  /** @param folder made when missing */
  constructor(private readonly folder: string) {}

  async get(name: string): Promise<Blueprint | undefined> {
    const known = this.known.get(name) ?? (await this.read(name));
    if (known) this.known.set(name, known);
    return known;
  }

  /**
   * Takes the blueprint of a container as it runs. The same one with fewer networks has lost them; another one is as its
   * maker wanted it.
   *
   * @param lasting false: for this life of the process only
   */
  async note(name: string, found: ContainerInspectInfo, lasting: boolean): Promise<Blueprint> {
    const stored = await this.get(name);
    const now = blueprintOf(name, found);
    const known = joined(now, stored?.id === now.id ? stored : undefined);
    await this.put(known, lasting).catch((error: Error) => this.logger.warn(error.message));
    return known;
  }

  /**
   * Rejects where it could not be written; it is known all the same.
   *
   * @param lasting false: for this life of the process only
   */
  put(blueprint: Blueprint, lasting: boolean): Promise<void> {
    const before = JSON.stringify(this.known.get(blueprint.name));
    this.known.set(blueprint.name, blueprint);
    const text = JSON.stringify(blueprint);
    if (text === before || !lasting) return Promise.resolve();
    const written = this.tail.then(() => this.write(blueprint.name, text));
    this.tail = written.catch(() => undefined);
    return written;
  }

  private async read(name: string): Promise<Blueprint | undefined> {
    try {
      return JSON.parse(await readFile(this.path(name), 'utf8')) as Blueprint;
    } catch {
      // Absent, or cut by a crash: the container itself tells it again.
      return undefined;
    }
  }

  private async write(name: string, text: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${this.path(name)}.new`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, this.path(name));
  }

  private path(name: string): string {
    return join(this.folder, `${encodeURIComponent(name)}.json`);
  }
}
