import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_VERSION } from './engine-release';

const LOCKS = join(__dirname, 'locks');

interface Lock {
  packages: Record<string, { version?: string; integrity?: string; optional?: boolean; resolved?: string }>;
}

describe.each(readdirSync(LOCKS))('the lock of %s', (build) => {
  const { packages } = JSON.parse(readFileSync(join(LOCKS, build, 'package-lock.json'), 'utf8')) as Lock;
  const builds = Object.keys(packages).filter((path) => path.includes('node_modules/@node-llama-cpp/'));

  it('names this build alone, each package with its checksum and without an address', () => {
    expect(builds).toEqual([`node_modules/@node-llama-cpp/${build}`]);
    expect(packages['node_modules/node-llama-cpp']?.version).toBe(ENGINE_VERSION);
    const others = Object.entries(packages).filter(([path]) => path !== '');
    const wrong = others.filter(
      ([, { integrity, resolved, optional }]) => !integrity || resolved !== undefined || optional,
    );
    expect(wrong).toEqual([]);
  });
});

/** Real: npm, told to do nothing. No network: what is not cached is not asked for in a dry run. */
describe('an install from a lock', () => {
  it('brings no optional package even where the person includes them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-lock-'));
    try {
      cpSync(join(LOCKS, 'linux-x64'), folder, { recursive: true });
      const args = [
        'ci',
        '--omit=optional',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--dry-run',
        '--offline',
      ];
      const said = execFileSync('npm', args, {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, NPM_CONFIG_INCLUDE: 'optional' },
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'utf8',
      });
      expect(said).toContain(`add node-llama-cpp ${ENGINE_VERSION}`);
      expect(said).not.toMatch(/cuda|vulkan|reflink/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
