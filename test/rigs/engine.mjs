/**
 * Makes the built-in engine and its small model for tests, with the product's own code out of dist/. Idempotent.
 *
 *   node test/rigs/engine.mjs
 *
 * Progress goes to stderr. The last line on stdout is `{"engineDir", "modelFile", "model", "sha256"}`. Exit code 3:
 * cannot be had on this machine; stderr names why. dist/ must have been built (`npm run build`).
 *
 * RDZEN_RIG_CACHE moves the cache (default: .cache/rigs in the project).
 */
import { access, link, mkdir, rename, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXIT_UNAVAILABLE = 3;
const GGUF = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = resolve(process.env.RDZEN_RIG_CACHE ?? join(project, '.cache/rigs'));
/** The product's own data folder layout; the engine and the model are then shown under the rigs' names. */
const data = join(cache, 'engine-data');
const engineDir = join(cache, 'engine-3.21.1');
const gguf = join(cache, 'gguf', GGUF);

const say = (text) => process.stderr.write(`rig: ${text}\n`);
const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

function product() {
  const require = createRequire(import.meta.url);
  try {
    return {
      ...require(join(project, 'dist/built-in-engine/built-in-engine.js')),
      ...require(join(project, 'dist/built-in-engine/engine-unavailable.js')),
      ...require(join(project, 'dist/shared/system-clock.js')),
    };
  } catch (error) {
    throw new Error(
      `dist/ lacks the built-in engine; run "npm run build" first (${error.code ?? error.message})`,
      { cause: error },
    );
  }
}

/** The Ollama rig and this one share their 98 MB. */
async function shareModel(model) {
  const own = join(data, 'models', GGUF);
  if (!(await exists(own)) && (await exists(gguf))) {
    await mkdir(dirname(own), { recursive: true });
    await link(gguf, own).catch(() => undefined);
  }
  if (model && !(await exists(gguf))) {
    await mkdir(dirname(gguf), { recursive: true });
    await link(model, gguf);
  }
}

async function point(link, target) {
  const beside = `${link}.link-${process.pid}`;
  await mkdir(dirname(link), { recursive: true });
  await symlink(target, beside, 'junction');
  await rename(beside, link).catch(async () => {
    await rename(link, `${link}.broken-${process.pid}`);
    await rename(beside, link);
  });
}

function teller() {
  let last = '';
  return ({ detail, receivedBytes, totalBytes }) => {
    const share = totalBytes ? ` ${Math.round((100 * (receivedBytes ?? 0)) / totalBytes)} %` : '';
    const line = `${detail}${share}`;
    if (line !== last) say(line);
    last = line;
  };
}

/** An engine that stands there complete is taken as it is, whoever installed it. */
async function provide({ BuiltInEngine, SystemClock }) {
  await shareModel();
  const engine = new BuiltInEngine({ dataDir: data, environment: process.env, clock: new SystemClock() });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'])
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const before = await engine.plan();
  if (!before.engineReady && (await exists(join(engineDir, 'package.json'))))
    await point(before.engineDir, engineDir);
  const plan = await engine.provide(teller(), stop.signal);
  await shareModel(plan.modelFile);
  if (!(await exists(join(engineDir, 'package.json')))) await point(engineDir, plan.engineDir);
  return plan;
}

let parts;
try {
  parts = product();
  await mkdir(cache, { recursive: true });
  const plan = await provide(parts);
  for (const remark of plan.remarks) say(remark);
  const { modelName: model, sha256 } = plan;
  process.stdout.write(`${JSON.stringify({ engineDir, modelFile: gguf, model, sha256 })}\n`);
} catch (error) {
  say(error.message);
  process.exitCode = parts && error instanceof parts.EngineUnavailable ? EXIT_UNAVAILABLE : 1;
}
