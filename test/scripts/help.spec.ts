import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function start(...given: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/start.mjs', ...given], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

describe('npm start -- ...', () => {
  it.each(['--help', '-h'])(
    '%s lists every setting of the README with its default, and starts nothing',
    (flag) => {
      const { status, stdout, stderr } = start(flag);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const rows = [...readFileSync('README.md', 'utf8').matchAll(/^\| `([A-Z0-9]+_[A-Z_0-9]+)`/gm)].map(
        ([, name]) => name,
      );
      expect(rows.length).toBeGreaterThan(25);
      for (const name of rows) expect(stdout).toContain(`  ${name} `.trimEnd());
      expect(stdout).toMatch(/RDZEN_PORT +port of the API.*\(default: 5000\)/);
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
    },
  );

  it('--version tells it', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(start('--version')).toEqual({ status: 0, stdout: `rdzen ${version}\n`, stderr: '' });
  });

  it('refuses what it does not know, and says where settings go', () => {
    expect(start('--port=80')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/does not know "--port=80".*environment variables/),
    });
  });
});
