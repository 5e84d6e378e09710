/**
 * Has what takes minutes to build or fetch ready before the suites that need it, so that it slows down nothing which runs
 * beside them: real Ollama with its model, docker compose, Node 24. What cannot be had is left to the suites to tell.
 *
 *   node test/rigs/prepare.mjs
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideCompose } from './docker/compose.mjs';
import { node24 } from './docker/node24.mjs';
import { run, say } from './docker/process.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cache = resolve(process.env.RDZEN_RIG_CACHE ?? join(here, '../../.cache/rigs'));

await mkdir(cache, { recursive: true });
const parts = {
  Ollama: () => run(process.execPath, [join(here, 'ollama.mjs')]),
  'docker compose': () => provideCompose(cache),
  'Node 24': () => node24(cache),
};
for (const [name, provide] of Object.entries(parts)) {
  const began = performance.now();
  try {
    await provide();
    say(`${name} is there (${Math.round((performance.now() - began) / 1000)} s)`);
  } catch (error) {
    say(`${name}: ${error.message}`);
  }
}
