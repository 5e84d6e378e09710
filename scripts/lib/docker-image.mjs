import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './run.mjs';
import { ensureBuilt } from './setup.mjs';

const RECIPE = ['Dockerfile', 'assemble.sh', 'healthcheck.mjs', 'first-start.mjs'];
const at = (path) => join(ROOT, path);

/**
 * The image of docker/Dockerfile out of what is built and installed here, so that building it needs no network: the
 * compiled program, the production packages of package-lock.json (from node_modules) and their bill of materials.
 *
 * @param {{base: string, tag: string, label?: string, env?: NodeJS.ProcessEnv, say: (text: string) => void}} options
 *   tag: without a version, a hash of everything in the image is put behind it, and an image that exists is kept.
 * @returns {Promise<string>} the image's name.
 */
export async function buildImage({ base, tag, label, env = process.env, say }) {
  await ensureBuilt();
  const name = tag.includes(':') ? tag : `${tag}:${await contentKey(base)}`;
  if (name !== tag && (await docker(['image', 'inspect', name], env)).code === 0) return name;
  say(`making ${name}`);
  const folder = await mkdtemp(join(tmpdir(), 'rdzen-context-'));
  try {
    await assemble(folder);
    const { version } = JSON.parse(await readFile(at('package.json'), 'utf8'));
    const revision = (await output('git', ['rev-parse', 'HEAD'])).text.trim() || 'unknown';
    const args = { BASE: base, VERSION: version, REVISION: revision };
    const flags = Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    if (label) flags.push('--label', label);
    const made = await docker(
      ['build', '--tag', name, '--file', join(folder, 'docker/Dockerfile'), ...flags, folder],
      env,
    );
    if (made.code !== 0) throw new Error(`${name} could not be built: ${made.text.trim().slice(-2000)}`);
    // The classic builder keeps the first stage as an image without a name, larger than ours.
    await docker(['image', 'prune', '--force', '--filter', 'label=rdzen.stage=build'], env);
    return name;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function assemble(folder) {
  const prebuilt = join(folder, 'prebuilt');
  await mkdir(prebuilt, { recursive: true });
  for (const path of ['dist', 'package.json']) await cp(at(path), join(prebuilt, path), { recursive: true });
  for (const path of await productionPackages()) {
    await mkdir(dirname(join(prebuilt, path)), { recursive: true });
    // What lies in its own node_modules comes with its own entry of the lock file.
    const nested = join(at(path), 'node_modules');
    await cp(at(path), join(prebuilt, path), { recursive: true, filter: (source) => source !== nested });
  }
  await writeFile(join(prebuilt, 'sbom.cdx.json'), await billOfMaterials());
  await mkdir(join(folder, 'docker'));
  for (const file of RECIPE) await cp(at(`docker/${file}`), join(folder, 'docker', file));
  await chmod(folder, 0o755);
}

/** Paths below the project of all packages that are not only for development. */
async function productionPackages() {
  const lock = JSON.parse(await readFile(at('package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path && !dev && !devOptional && existsSync(at(path)))
    .map(([path]) => path)
    .sort();
}

/** CycloneDX, JSON. */
async function billOfMaterials() {
  const flags = ['--package-lock-only', '--omit=dev', '--sbom-format', 'cyclonedx'];
  const { code, text } = await output('npm', ['sbom', ...flags]);
  if (code !== 0) throw new Error(`npm sbom failed (${code}): ${text.slice(-500)}`);
  return text;
}

async function contentKey(base) {
  const hash = createHash('sha256').update(base);
  for (const path of [
    'package-lock.json',
    'package.json',
    'dist/.rdzen-stamp',
    ...RECIPE.map((file) => `docker/${file}`),
  ])
    hash.update(await readFile(at(path)));
  return hash.digest('hex').slice(0, 12);
}

const docker = (args, env) => output('docker', args, env, true);

/** @returns {Promise<{code: number, text: string}>} text: stdout, with `both` stderr as well. */
function output(command, args, env = process.env, both = false) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += both ? data : ''));
    child.once('error', (error) => done({ code: 127, text: error.message }));
    child.once('close', (code) => done({ code: code ?? 128, text }));
  });
}
