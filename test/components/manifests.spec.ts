import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintManifest } from '../../src/component-registry/manifest/lint-manifest';
import { blockOf } from '../../src/component-registry/manifest/manifest';
import { PROGRAM } from '../support/components/component-process';
import { TEST_COMPONENTS, testComponent } from '../support/components/manifests';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const manifestOf = (behaviour: string) =>
  testComponent(behaviour).manifest(DIGEST, `127.0.0.1:5000/tests/${behaviour}:1.0.0`);
const BEHAVIOURS = TEST_COMPONENTS.map(({ behaviour }) => behaviour);

describe('manifests of the test components', () => {
  it('has a manifest and an expected verdict for each behaviour, and none besides', () => {
    const listed = execFileSync(process.execPath, [PROGRAM, '--list'], { encoding: 'utf8' });
    expect(new Set(BEHAVIOURS).size).toBe(BEHAVIOURS.length);
    expect([...BEHAVIOURS].sort()).toEqual(listed.trim().split('\n').sort());
  });

  it.each(BEHAVIOURS)('%s passes the lint', (behaviour) => {
    const text = JSON.stringify(manifestOf(behaviour), null, 2);
    expect(lintManifest(text).problems).toEqual([]);
  });

  it('has the digest, the name and the identifier that were given', () => {
    const manifest = manifestOf('good');
    expect(blockOf(manifest).digest).toBe(DIGEST);
    expect(manifest.packages[0].identifier).toBe('127.0.0.1:5000/tests/good:1.0.0');
    expect(TEST_COMPONENTS.filter(({ behaviour, label }) => manifestOf(behaviour).name !== label)).toEqual([
      testComponent('wrong-label'),
    ]);
  });

  it('names the check wherever a trial finds something, and every check that runs on stdio', () => {
    for (const { behaviour, expected } of TEST_COMPONENTS)
      expect([behaviour, expected.check === undefined]).toEqual([behaviour, expected.verdict === 'pass']);
    const checks = new Set(TEST_COMPONENTS.map(({ expected }) => expected.check ?? 0));
    expect([...checks].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17]);
  });

  it('tells in one sentence what each does, in a file that is read in a minute', () => {
    const folder = join(PROGRAM, '../behaviours');
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect([file, text]).toEqual([
        file,
        expect.stringMatching(/export const about =\s+["'`].{10,}\.["'`];/),
      ]);
      expect([file, text.split('\n').length < 100]).toEqual([file, true]);
    }
  });
});
