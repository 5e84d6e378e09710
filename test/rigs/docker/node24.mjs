import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run, say, Unavailable } from './process.mjs';

/** Of the package that holds Node's program and nothing else. Its `fetch` goes through a proxy since 24.0. */
const VERSION = '24.22.3';
const PROCESSORS = { x64: 'x64', arm64: 'arm64' };

/** @returns the path of a Node 24, got once */
export async function node24(cache) {
  const processor = PROCESSORS[process.arch];
  if (!processor) throw new Unavailable(`no Node 24 for ${process.arch}`);
  const folder = join(cache, `node-${VERSION}`);
  const program = join(folder, 'package/bin/node');
  if (await stat(program).catch(() => undefined)) return program;
  say(`fetching Node ${VERSION}`);
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    const packed = await run('npm', ['pack', `node-linux-${processor}@${VERSION}`, '--silent'], {
      cwd: draft,
    });
    await run('tar', ['-xzf', packed.split('\n').pop()], { cwd: draft });
  } catch (error) {
    throw new Unavailable(`Node ${VERSION} cannot be fetched: ${error.message}`);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return program;
}
