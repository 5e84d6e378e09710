import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = join(__dirname, '../../../..');
const CACHE = join(ROOT, 'node_modules/.cache');

/** The engine and the reaper as they are in `src` now, compiled into a folder of their own: dist may be stale. */
export class CompiledEngine {
  readonly dir: string;

  constructor() {
    mkdirSync(CACHE, { recursive: true });
    this.dir = mkdtempSync(join(CACHE, 'process-engine-'));
    for (const folder of ['containers', 'shared']) this.compile(folder);
  }

  get reaperCommand(): string[] {
    return [process.execPath, join(this.dir, 'containers/reaper/main.js')];
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private compile(folder: string): void {
    const files = readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
      const { code } = transformFileSync(join(ROOT, 'src', folder, file), { cwd: ROOT, sourceMaps: false });
      const target = join(this.dir, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
}
