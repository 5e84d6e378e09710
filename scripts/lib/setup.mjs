import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explainNpm } from './npm-failure.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { cleanEnvironment, ROOT, run, runNode } from './run.mjs';

const HEARTBEAT_MS = 1_500;
/** Without a network npm's own pace would take over a minute to say so. What the person configured goes before it. */
const RETRIES = Object.entries({
  'fetch-retries': 2,
  'fetch-retry-mintimeout': 1_000,
  'fetch-retry-maxtimeout': 4_000,
})
  .filter(([name]) => process.env[`npm_config_${name.replaceAll('-', '_')}`] === undefined)
  .map(([name, value]) => `--${name}=${value}`);
const DIST_STAMP = 'dist/.rdzen-stamp';
const BUILD_CONFIG = ['.swcrc', 'nest-cli.json', 'package.json', 'tsconfig.build.json', 'tsconfig.json'];

const at = (path) => join(ROOT, path);
const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/**
 * Installs the packages when they are missing or not those of package-lock.json. Without `dev`, packages that only
 * building and testing need may be absent.
 */
export async function ensureInstalled({ dev = true } = {}) {
  if (isInstalled({ dev })) return;
  demandWritable();
  await alone(async () => {
    if (isInstalled({ dev })) return;
    await step('Installing packages (npm ci; well under a minute on most machines)', npmCi, explainNpm);
  });
}

/** Builds dist/ when it is missing or not made from the sources as they are now. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await ensureInstalled();
  await alone(async () => {
    if (!isBuilt()) await makeDist();
  });
}

/** Builds dist/ whatever is there. */
export async function build() {
  await ensureInstalled();
  await alone(makeDist);
}

async function makeDist() {
  const wanted = sourceStamp();
  await step('Building', () =>
    runNode(at('node_modules/@nestjs/cli/bin/nest.js'), ['build'], { quiet: true }),
  );
  writeFileSync(at(DIST_STAMP), `${wanted}\n`);
}

export const isBuilt = () => existsSync(at('dist/main.js')) && stampOfBuild() === sourceStamp();

/** Two that install or build in one folder at a time would pull the files from under each other. */
const alone = (work) =>
  oneAtATime(at('.cache/setup.lock'), work, (pid) =>
    process.stderr.write(`Process ${pid} installs or builds here; waiting for it.\n`),
  );

/**
 * A line with the time it took; the output of `work` only when it fails, with what `explain` makes of it, and then the
 * process ends with code 1.
 */
async function step(title, work, explain = () => undefined) {
  const began = Date.now();
  process.stderr.write(`${title} ... `);
  // Silence looks like a program that hangs.
  const heartbeat = setInterval(() => process.stderr.write('. '), HEARTBEAT_MS);
  const { code, output } = await work().finally(() => clearInterval(heartbeat));
  if (code === 0) {
    process.stderr.write(`done in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stderr.write(
    `failed\n\n${withoutStack(output)}\n\n${explain(output) ?? `${title} failed with code ${code}; the reason stands above.`}\n`,
  );
  process.exit(1);
}

/** Asked beforehand, because on a read-only disk npm itself only says that a file is missing. */
function demandWritable() {
  try {
    accessSync(ROOT, constants.W_OK);
  } catch (error) {
    process.stderr.write(`${explainNpm(error.code ?? '') ?? error.message}\n`);
    process.exit(1);
  }
}

const withoutStack = (output) =>
  output
    .split('\n')
    .filter((line) => !/^(npm error )?\s+at .*:\d+:\d+\)?( \{)?$/.test(line))
    .join('\n')
    .trim();

function npmCi() {
  // npm marks itself in npm_execpath; elsewhere it is whatever npm is on PATH.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', ...RETRIES];
  const options = { quiet: true, env: cleanEnvironment(), guarded: true };
  if (npm && /npm-cli\.[cm]?js$/.test(npm) && existsSync(npm)) return runNode(npm, args, options);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}

/**
 * Whether node_modules holds what package-lock.json names. npm keeps its own record of that, written when it is done
 * and kept true by every later `npm install` and `npm prune`, so a stamp of ours would only know less.
 */
function isInstalled({ dev }) {
  try {
    const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(at('node_modules/.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.startsWith('node_modules/')) return true;
      const have = present[path];
      if (have) return have.version === entry.version && have.integrity === entry.integrity;
      return Boolean(entry.optional || entry.devOptional || entry.peer || (!dev && entry.dev));
    });
  } catch {
    return false;
  }
}

function sourceStamp() {
  const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
  return sha256(
    ...[...BUILD_CONFIG, ...sources].flatMap((path) => [path, '\0', readFileSync(at(path)), '\0']),
  );
}

function stampOfBuild() {
  try {
    return readFileSync(at(DIST_STAMP), 'utf8').trim();
  } catch {
    return undefined;
  }
}
