import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPTS = join(__dirname, '../../scripts');

describe('the version of Node', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rdzen-node-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(['start.mjs', 'test.mjs', 'check.mjs'])(
    '%s ends with NODE_TOO_OLD and the remedy on Node 18',
    (script) => {
      const old = join(dir, 'old.cjs');
      writeFileSync(
        old,
        `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });`,
      );
      const { status, stderr } = spawnSync(process.execPath, ['--require', old, join(SCRIPTS, script)], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^NODE_TOO_OLD: this is Node 18\.20\.4; Rdzen needs Node 20\.19 or later .*Install a newer Node/,
      );
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
  );

  it('is good from 20.19 and 22.12 on, where require() loads ESM', () => {
    const versions = [
      '12.22.0',
      '20.18.3',
      '20.19.0',
      '20.20.2',
      '21.7.3',
      '22.11.0',
      '22.12.0',
      '23.0.0',
      '24.9.0',
      '26.1.0',
    ];
    const program = `
      import { nodeVersionProblem } from ${JSON.stringify(join(SCRIPTS, 'lib/node-version.mjs'))};
      console.log(JSON.stringify(${JSON.stringify(versions)}.filter((version) => nodeVersionProblem(version) === undefined)));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.9.0', '26.1.0']);
  });
});
