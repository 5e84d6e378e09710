/**
 * Makes the vendor's packages usable by the contract tests: `npm ci` where node_modules is missing or older than the
 * lock, and one CommonJS bundle, because rest-typings is an ES module that plain Node cannot load.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const INPUTS = ['package.json', 'package-lock.json', 'entry.mjs', 'install.mjs'];

/** @returns true when something had to be made. */
export function installVendor({ log = console.log } = {}) {
  const stampFile = join(folder, 'dist', 'stamp');
  const hash = createHash('sha256');
  for (const name of INPUTS) hash.update(readFileSync(join(folder, name)));
  const stamp = `${hash.digest('hex')} ${process.platform}-${process.arch}`;
  const bundle = join(folder, 'dist', 'vendor.cjs');
  const upToDate = existsSync(bundle) && existsSync(join(folder, 'node_modules')) && existsSync(stampFile);
  if (upToDate && readFileSync(stampFile, 'utf8') === stamp) return false;

  log("test/vendor: installing the vendor's packages for the contract tests ...");
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (run.error || run.status !== 0) {
    throw new Error(
      `npm ci failed in test/vendor (${run.error?.message ?? `exit code ${run.status}`}). The contract tests of the chat server need these packages: check the network or the registry setting of npm and run again.`,
    );
  }
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const require = createRequire(import.meta.url);
  const half = `${bundle}.${process.pid}`;
  require('esbuild').buildSync({
    entryPoints: [join(folder, 'entry.mjs')],
    outfile: half,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    absWorkingDir: folder,
  });
  renameSync(half, bundle);
  writeFileSync(stampFile, stamp);
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  installVendor();
}
