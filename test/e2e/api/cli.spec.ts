import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

describe('node dist/cli.js', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rdzen-cli-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve('dist/cli.js'), ...args], {
      cwd: dir,
      encoding: 'utf8',
      timeout: 15_000,
    });

  it('openapi prints the committed document, twice the same, and leaves nothing behind', () => {
    const { status, stdout, stderr } = run('openapi');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
    expect(run('openapi').stdout).toBe(stdout);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([[['--help']], [[]]])('lists the commands for %j', (args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/openapi +print the OpenAPI document/);
  });

  it('--version prints the version of package.json', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run('--version').stdout).toBe(`${version}\n`);
  });

  it.each([['opnapi'], ['constructor']])('ends with 1 and words for %s', (name) => {
    const { status, stdout, stderr } = run(name);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`Unknown command "${name}".`);
    expect(stderr).toContain('openapi');
  });

  it('ends with 1 for arguments nobody asked for', () => {
    expect(run('openapi', 'more')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('takes no arguments'),
    });
  });
});
