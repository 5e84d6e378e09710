import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildFor, thisMachine } from '../../../src/built-in-engine/engine-platform';
import { ENGINE_VERSION } from '../../../src/built-in-engine/engine-release';
import type { EngineRig } from './engine-rig';

/** Lays the rig's engine into a data folder, as if it had been installed there: hard links, since it is 85 MB. */
export function seedEngine(rig: EngineRig, data: string): void {
  mkdirSync(join(data, 'engine'), { recursive: true });
  const place = join(data, 'engine', `${ENGINE_VERSION}-${buildFor(thisMachine())}`);
  try {
    execFileSync('cp', ['-rlL', rig.folder, place], { stdio: 'ignore' });
  } catch {
    // Another file system, where nothing can be linked.
    execFileSync('cp', ['-rL', rig.folder, place]);
  }
}
