import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

  it('component lint says what is wrong with a manifest, and where', () => {
    const file = join(dir, 'server.json');
    writeFileSync(file, '{\n  "name": "time"\n}\n');
    const { status, stdout, stderr } = run('component', 'lint', file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${file}:2: error: name is "time" (/name)`);
    expect(stderr).toContain('write: A reverse domain, a slash and a name');
    expect(stderr).toMatch(/\n\d+ errors, 0 warnings\n$/);
    rmSync(file);
  });

  it('component pack tells how it is used', () => {
    const { status, stdout } = run('component', 'pack', '--help');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^component pack NPM-NAME@VERSION .*--to REGISTRY.*--base.*--lock.*--bin/,
      ),
    });
  });

  it('component lint passes the example of the documentation', () => {
    const { status, stdout, stderr } = run(
      'component',
      'lint',
      resolve('docs/examples/time-mcp/server.json'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('0 errors, 0 warnings');
  });

  it.each([
    [['component', 'lint'], 'takes one argument: FILE'],
    [['component', 'lint', 'a', 'b'], 'takes one argument: FILE'],
    [['component', 'lint', 'nowhere.json'], 'nowhere.json cannot be read'],
    [['component', 'pack'], 'PACK_ARGUMENTS_INVALID: component pack: exactly one package'],
    [['component', 'pack', 'time-mcp@^1'], 'no exact version'],
    [['component', 'pack', 'time-mcp@1.0.6', '--to', 'time-mcp'], 'IMAGE_REFERENCE_INVALID'],
    [['component', 'pain'], 'Unknown command "component"'],
  ])('ends with 1 for %j', (args, words) => {
    expect(run(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining(words) as string });
  });
});
