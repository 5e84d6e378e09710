import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * A folder with a program `ollama` that is a scripted core: so the gateway runs, watches and restarts it like its own. It
 * dies with exit code 134 over a question that holds `words`.
 */
export class OllamaThatCrashes {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-ollama-'));

  constructor(words: string, tokensPerSecond: number) {
    const program = join(this.folder, 'ollama');
    const settings = {
      HOST: '127.0.0.1',
      CORE_CRASH_ON: words,
      CORE_TOKENS_PER_SECOND: String(tokensPerSecond),
    };
    const variables = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
    // `exec`: its exit code is the core's.
    const run = `exec env PORT="\${OLLAMA_HOST##*:}" ${variables.join(' ')} '${process.execPath}' '${resolve('dist/embedded/core/main.js')}'`;
    writeFileSync(program, `#!/bin/sh\n${run}\n`);
    chmodSync(program, 0o755);
  }

  /** Variables of the gateway. */
  get environment(): Record<string, string> {
    return {
      PATH: `${this.folder}${delimiter}${process.env.PATH ?? ''}`,
      RDZEN_CORE: 'ollama',
      RDZEN_MODEL: 'scripted',
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
