/**
 * Makes what the tests with a real Docker engine need, without pulling anything: an engine (the one that runs, else,
 * for root on a Debian, one of its own), `docker compose`, and images out of this machine's Node, this project and the
 * real Ollama of test/rigs/ollama.mjs. Images are named by what they hold, so a second run takes seconds.
 *
 *   node test/rigs/docker.mjs
 *   node test/rigs/docker.mjs --stop '{"pid": 1, "folder": "/tmp/..."}'
 *
 * Progress goes to stderr. The last line on stdout is `{"base", "base24", "shell", "rdzen", "core", "chat", "ollama", "modelsDir", "model",
 * "host"?, "config"?, "started"?}`: image names, the folder with the small model, its name, and DOCKER_HOST,
 * DOCKER_CONFIG and what `--stop` takes back where these are ours. Exit code 3: cannot be had here; stderr says what helps.
 *
 * RDZEN_RIG_CACHE moves the cache (default: .cache/rigs in the project).
 * All images carry the label rdzen.rig=true: `docker image prune --all --filter label=rdzen.rig=true` removes them.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '../../scripts/lib/docker-image.mjs';
import { provideCompose } from './docker/compose.mjs';
import { provideEngine, stopEngine } from './docker/engine.mjs';
import { derived, nodeBase, ollamaImage, RIG_LABEL } from './docker/images.mjs';
import { node24 } from './docker/node24.mjs';
import { run, say, Unavailable } from './docker/process.mjs';

const EXIT_UNAVAILABLE = 3;
const here = dirname(fileURLToPath(import.meta.url));
const cache = resolve(process.env.RDZEN_RIG_CACHE ?? join(here, '../../.cache/rigs'));

async function provide() {
  await mkdir(cache, { recursive: true });
  const engine = await provideEngine();
  try {
    const env = { ...process.env, ...(engine.host && { DOCKER_HOST: engine.host }) };
    const [config, images] = await Promise.all([provideCompose(cache), provideImages(env)]);
    return { ...engine, ...images, ...(config && { config }) };
  } catch (error) {
    if (engine.started) await stopEngine(engine.started);
    throw error;
  }
}

async function provideImages(env) {
  const real = await realOllama();
  const base = await nodeBase(env);
  const base24 = await nodeBase(env, await node24(cache));
  const rdzen = await buildImage({ base, tag: 'rdzen-test/rdzen', label: RIG_LABEL, env, say });
  const health = (path) =>
    `HEALTHCHECK --interval=1s --start-period=1s --retries=20 CMD ["wget","-q","-O","/dev/null","http://127.0.0.1:${path}"]`;
  const core = await derived(
    'rdzen-test/core',
    rdzen,
    [
      'USER root',
      'ENV HOST=0.0.0.0 PORT=11434 CORE_BRAIN=scripted CORE_MODEL=scripted',
      'EXPOSE 11434',
      health('11434/api/version'),
      'ENTRYPOINT ["node","dist/embedded/core/main.js"]',
      'CMD []',
    ],
    env,
  );
  const chat = await derived(
    'rdzen-test/chat',
    rdzen,
    [
      'USER root',
      'ENV HOST=0.0.0.0 PORT=3000 DATA_FILE=/tmp/chat.db',
      'EXPOSE 3000',
      health('3000/api/info'),
      'ENTRYPOINT ["node","dist/embedded/chat-server/main.js"]',
      'CMD []',
    ],
    env,
  );
  const ollama = await ollamaImage(real.ollama, env);
  const shell = await derived('rdzen-test/shell', base, ['ENTRYPOINT ["/bin/sh"]', 'CMD []'], env);
  return { base, base24, shell, rdzen, core, chat, ollama, modelsDir: real.modelsDir, model: real.model };
}

async function realOllama() {
  try {
    const out = await run(process.execPath, [join(here, 'ollama.mjs')]);
    return JSON.parse(out.split('\n').pop());
  } catch (error) {
    throw new Unavailable(error.message);
  }
}

try {
  const [flag, started] = process.argv.slice(2);
  if (flag === '--stop') await stopEngine(JSON.parse(started));
  else process.stdout.write(`${JSON.stringify(await provide())}\n`);
} catch (error) {
  say(error.message.replaceAll('\n', ' '));
  process.exitCode = error instanceof Unavailable ? EXIT_UNAVAILABLE : 1;
}
