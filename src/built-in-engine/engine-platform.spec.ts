import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFor } from './engine-platform';
import { ENGINE_VERSION } from './engine-release';

const LOCKS = join(__dirname, 'locks');

describe(buildFor.name, () => {
  it.each([
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['darwin', 'arm64', 'mac-arm64-metal'],
    ['darwin', 'x64', 'mac-x64'],
    ['win32', 'x64', 'win-x64'],
  ])('has a lock for %s on %s', (platform, arch, build) => {
    expect(buildFor({ platform, arch, musl: false })).toBe(build);
    expect(existsSync(join(LOCKS, build, 'package-lock.json'))).toBe(true);
  });

  it('names Alpine and a way out', () => {
    expect(() => buildFor({ platform: 'linux', arch: 'x64', musl: true })).toThrow(
      'no build for musl (Alpine Linux); it needs glibc. Run Rdzen on a system with glibc',
    );
  });

  it.each([
    ['freebsd', 'x64'],
    ['linux', 's390x'],
    ['win32', 'arm64'],
  ])('names %s on %s', (platform, arch) => {
    expect(() => buildFor({ platform, arch, musl: false })).toThrow(`no build for ${platform} on ${arch}`);
  });
});

describe('the shipped locks', () => {
  it.each(readdirSync(LOCKS))(
    '%s: every package with its sum, none with an address, all of this release',
    (build) => {
      const text = readFileSync(join(LOCKS, build, 'package-lock.json'), 'utf8');
      const { packages } = JSON.parse(text) as {
        packages: Record<string, { version: string; integrity?: string }>;
      };
      const { ['']: root, ...installed } = packages;
      expect(root?.version).toBe(ENGINE_VERSION);
      expect(
        Object.entries(installed).filter(([, { integrity }]) => !integrity?.startsWith('sha512-')),
      ).toEqual([]);
      expect(installed[`node_modules/@node-llama-cpp/${build}`]?.version).toBe(ENGINE_VERSION);
      expect(text).not.toContain('"resolved"');
    },
  );
});
