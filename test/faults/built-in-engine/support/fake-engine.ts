import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stamp } from '../../../../src/built-in-engine/engine-stamp';

/** An engine folder that looks complete and tried, so that only the model is to be fetched. */
export async function placeEngine(dataDir: string, version: string, build: string): Promise<string> {
  const folder = join(dataDir, 'engine', `${version}-${build}`);
  for (const name of ['node-llama-cpp', `@node-llama-cpp/${build}`]) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }));
  }
  await writeFile(join(folder, 'package.json'), '{}');
  await stamp(folder, build);
  return folder;
}
