import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_VERSION } from './engine-release';
import { exists } from './disk';
import { leftoverName } from './leftovers';

/** `<data>/engine`: one folder per release and build, and beside it what is being made or was found broken. */
export class EngineFolder {
  readonly ready: string;

  constructor(
    readonly root: string,
    private readonly build: string,
  ) {
    this.ready = join(root, `${ENGINE_VERSION}-${build}`);
  }

  /** A complete engine is there. One that has lost its parts is set aside, so that its absence is plain to the cores. */
  async check(): Promise<boolean> {
    if (!(await exists(join(this.ready, 'package.json')))) return false;
    if (await this.isWhole()) return true;
    await rename(this.ready, this.newPart()).catch(() => undefined);
    return false;
  }

  newPart(): string {
    return leftoverName(this.ready);
  }

  /** Moves a finished part into place; where another process was quicker, its engine stays. */
  async publish(part: string): Promise<void> {
    if (!(await exists(join(this.ready, 'package.json'))))
      await rm(this.ready, { recursive: true, force: true });
    await rename(part, this.ready).catch(async (error: unknown) => {
      if (!(await this.check())) throw error;
    });
  }

  async drop(part: string): Promise<void> {
    await rm(part, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(() => undefined);
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
