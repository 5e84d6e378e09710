import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SETTINGS =
  '| variable | default |\n|---|---|\n| `RDZEN_PORT` | 5000 |\n| `OLLAMA_URL_CORE<n>` | |\n| `ROCKETCHAT_URL` | uses `RDZEN_DATA` |\n';

/** A project in which documents and code agree. */
const GOOD: Record<string, string> = {
  'src/shared/error-codes.ts': `export const ERROR_CODES = {\n  // a group\n  LAMP_BROKEN: 404,\n  WIRE_CUT: 500,\n} as const;\n`,
  'docs/errors.md':
    '# Errors\n\n| code | meaning |\n|---|---|\n| `LAMP_BROKEN` | ... |\n| `WIRE_CUT` | ... |\n',
  'src/a.spec.ts': `it('LAMP_BROKEN', () => {});`,
  'test/e2e/b.spec.ts': `expect(code).toBe('WIRE_CUT');`,
  'src/config/settings.ts': `export class Settings {\n  RDZEN_PORT = 5000;\n  OLLAMA_URL_CORE1?: string;\n  OLLAMA_URL_CORE2?: string;\n  ROCKETCHAT_URL?: string;\n}\n`,
  'README.md': SETTINGS,
  'README.pl.md': SETTINGS,
};

describe('check-drift', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rdzen-drift-'));
    cpSync(join(__dirname, '../../scripts'), join(dir, 'scripts'), { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const check = (
    changes: Record<string, string | undefined> = {},
  ): { status: number | null; problems: string[] } => {
    for (const [path, text] of Object.entries({ ...GOOD, ...changes })) {
      if (text === undefined) continue;
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const script = join(dir, 'scripts/check-drift.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return { status, problems: stdout.trim().split('\n').slice(0, -1) };
  };

  it('finds nothing where documents and code agree', () => {
    expect(check()).toEqual({ status: 0, problems: [] });
  });

  it('finds a code that is not explained, one that does not exist and one without a test', () => {
    const { status, problems } = check({
      'docs/errors.md': '| `LAMP_BROKEN` | ... |\n| `TEAPOT` | ... |\n',
      'test/e2e/b.spec.ts': `expect(code).toBe('WIRE_CUTTER');`,
    });
    expect(status).toBe(1);
    expect(problems).toEqual([
      expect.stringContaining('error code WIRE_CUT of src/shared/error-codes.ts is missing in'),
      expect.stringContaining('error code TEAPOT of the tables of docs/errors.md'),
      expect.stringContaining('No test provokes WIRE_CUT'),
    ]);
  });

  it.each(['README.md', 'README.pl.md'])(
    'finds a setting that %s does not name, and the reverse',
    (readme) => {
      const { problems } = check({
        [readme]: '| `RDZEN_PORT` | 5000 |\n| `RDZEN_COLOUR` | |\n| `ROCKETCHAT_URL` | |\n',
      });
      expect(problems).toEqual([
        expect.stringContaining('setting OLLAMA_URL_CORE of'),
        expect.stringContaining(`setting RDZEN_COLOUR of ${readme}`),
      ]);
    },
  );

  it('names a missing document instead of stumbling over it', () => {
    expect(check({ 'README.md': undefined, 'docs/errors.md': undefined }).problems).toEqual(
      expect.arrayContaining(['README.md is missing.', 'docs/errors.md is missing.']),
    );
  });

  it('finds hosts of package registries and paths of one machine, but no harmless look-alikes', () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    const folder = ['', 'work', 'main'].join('/');
    const { problems } = check({
      'a.md': `see https://${host}/x`,
      'b.ts': `const path = '${folder}/x';`,
      'c.md': `https://example.org${folder}/x and network${folder} and ./this${folder}`,
      'd.ts': `const here = '${dir}/data';`,
    });
    expect(problems).toEqual([
      expect.stringContaining(`a.md names ${host}`),
      expect.stringContaining('b.ts names /'),
      expect.stringContaining(`d.ts names ${dir}`),
    ]);
  });

  it('compares docs/openapi.json with what the application generates', () => {
    const generated = { openapi: '3.0.0', paths: { '/status': { get: {} }, '/send': {} } };
    const cli = `console.log(JSON.stringify(${JSON.stringify(generated)}, null, 2));`;
    expect(check({ 'dist/cli.js': cli, 'docs/openapi.json': JSON.stringify(generated) }).problems).toEqual(
      [],
    );
    const old = { ...generated, paths: { '/status': { post: {} }, '/send': {} } };
    expect(check({ 'dist/cli.js': cli, 'docs/openapi.json': JSON.stringify(old) }).problems).toEqual([
      expect.stringContaining('(/status). Write it again: node dist/cli.js openapi > docs/openapi.json'),
    ]);
    expect(check({ 'dist/cli.js': 'process.exit(2)', 'docs/openapi.json': '{}' }).problems).toEqual([
      expect.stringContaining('gave no JSON (exit code 2)'),
    ]);
  });
});
