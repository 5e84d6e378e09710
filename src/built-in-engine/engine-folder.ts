import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_VERSION } from './engine-release';
import { exists } from './disk';
import { isStamped, stamp } from './engine-stamp';
import { leftoverName } from './leftovers';

/** `<data>/engine`: one folder per release and build, and beside it what is being made or was found broken. */
export class EngineFolder {
  readonly ready: string;
  private readonly broken: string[] = [];

  constructor(
    readonly root: string,
    readonly build: string,
  ) {
    this.ready = join(root, `${ENGINE_VERSION}-${build}`);
  }

  /**
   * Whether a complete engine is there that works on this machine. One that does not is set aside, so that its absence
   * is plain to the cores.
   * @param prove rejects where the engine does not load; asked only where it was never seen to, as it is, on this machine
   * @returns `remark`: what was found wrong
   */
  async check(
    prove: (engineDir: string) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<{ ready: boolean; remark?: string }> {
    if (!(await exists(join(this.ready, 'package.json')))) return { ready: false };
    if (!(await this.isWhole())) return this.setAside('has lost its parts');
    if (await isStamped(this.ready, this.build)) return { ready: true };
    try {
      await prove(this.ready);
    } catch {
      signal?.throwIfAborted();
      return this.setAside('does not load on this machine');
    }
    await stamp(this.ready, this.build);
    return { ready: true };
  }

  newPart(): string {
    return leftoverName(this.ready);
  }

  /** Moves a finished part, which has been proved, into place; where another process was quicker, its engine stays. */
  async publish(part: string): Promise<void> {
    await stamp(part, this.build);
    try {
      await rename(part, this.ready);
    } catch {
      if ((await exists(join(this.ready, 'package.json'))) && (await this.isWhole())) return;
      await this.setAside('is not complete');
      await rename(part, this.ready);
    }
    for (const aside of this.broken.splice(0)) await this.drop(aside);
  }

  async drop(part: string): Promise<void> {
    await rm(part, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(() => undefined);
  }

  private async setAside(why: string): Promise<{ ready: false; remark: string }> {
    const aside = this.newPart();
    await rename(this.ready, aside).catch(() => undefined);
    this.broken.push(aside);
    return { ready: false, remark: `The built-in engine in ${this.ready} ${why}; it is installed again` };
  }

  private async isWhole(): Promise<boolean> {
    const [engine, binaries] = [`node-llama-cpp`, `@node-llama-cpp/${this.build}`].map((name) =>
      readFile(join(this.ready, 'node_modules', name, 'package.json'), 'utf8')
        .then(
          (text) => (JSON.parse(text) as { version?: unknown }).version === ENGINE_VERSION,
          () => false,
        )
        .catch(() => false),
    );
    return (await engine) === true && (await binaries) === true;
  }
}
