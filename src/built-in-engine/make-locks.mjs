/**
 * Makes the shipped lock files of the built-in engine, one per platform. Run by hand when the engine's version changes
 * (in engine-release.ts first):
 *
 *   node src/built-in-engine/make-locks.mjs
 *
 * The platform's own package is a direct dependency, because the install omits optional ones (they would bring the
 * CUDA and Vulkan builds). They are not even in the lock, since a person's npm settings may include what we omit.
 * Addresses stay out of the lock, so that each person's own registry serves it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLATFORMS = {
  'linux-x64': ['linux', 'x64', 'glibc'],
  'linux-arm64': ['linux', 'arm64', 'glibc'],
  'mac-arm64-metal': ['darwin', 'arm64'],
  'mac-x64': ['darwin', 'x64'],
  'win-x64': ['win32', 'x64'],
};

const here = dirname(fileURLToPath(import.meta.url));
const version = /ENGINE_VERSION = '([\d.]+)'/.exec(readFileSync(join(here, 'engine-release.ts'), 'utf8'))[1];

for (const [platform, [os, cpu, libc]] of Object.entries(PLATFORMS)) {
  const scratch = mkdtempSync(join(tmpdir(), 'rdzen-lock-'));
  const manifest = {
    name: 'rdzen-built-in-engine',
    version,
    private: true,
    dependencies: { 'node-llama-cpp': version, [`@node-llama-cpp/${platform}`]: version },
  };
  writeFileSync(join(scratch, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const flags = [
    '--package-lock-only',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
    '--force',
  ];
  const target = [`--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])];
  execFileSync('npm', ['install', ...flags, '--omit-lockfile-registry-resolved', ...target], {
    cwd: scratch,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const lock = withoutOptional(readFileSync(join(scratch, 'package-lock.json'), 'utf8'));
  const packages = Object.entries(JSON.parse(lock).packages).filter(([path]) => path !== '');
  const unlocked = packages.filter(([, entry]) => !entry.integrity).map(([path]) => path);
  if (unlocked.length > 0 || lock.includes('://registry'))
    throw new Error(`${platform}: no integrity for ${unlocked.join(', ')}, or an address in the lock`);
  const folder = join(here, 'locks', platform);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), readFileSync(join(scratch, 'package.json')));
  writeFileSync(join(folder, 'package-lock.json'), lock);
  rmSync(scratch, { recursive: true });
  console.log(`${platform}: ${packages.length} packages`);
}

function withoutOptional(text) {
  const lock = JSON.parse(text);
  const kept = Object.entries(lock.packages).filter(([, entry]) => !entry.optional);
  lock.packages = Object.fromEntries(kept);
  const names = new Set(kept.map(([path]) => path.replace(/^.*node_modules\//, '')));
  for (const [, entry] of kept) {
    const left = Object.entries(entry.optionalDependencies ?? {}).filter(([name]) => names.has(name));
    if (left.length > 0) entry.optionalDependencies = Object.fromEntries(left);
    else delete entry.optionalDependencies;
  }
  return `${JSON.stringify(lock, null, 2)}\n`;
}
