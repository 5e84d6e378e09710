import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSection } from '../../bench/soak/document';

describe(writeSection.name, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-test-soak-'));
  const file = join(folder, 'soak.md');
  afterAll(() => rmSync(folder, { recursive: true }));

  const titles = (): string[] => readFileSync(file, 'utf8').match(/^## .*$/gm) ?? [];

  it('puts each command behind the others, and a new run of a command in place of the old one', () => {
    writeSection(file, 'npm run soak', [['lost', '0']]);
    writeSection(file, 'npm run soak -- --stress', [['lost', '1']]);
    writeSection(file, 'npm run soak', [['lost', '2']]);
    expect(titles()).toEqual(['## `npm run soak`', '## `npm run soak -- --stress`']);
    const text = readFileSync(file, 'utf8');
    expect(text.match(/^\| lost \| \d \|$/gm)).toEqual(['| lost | 2 |', '| lost | 1 |']);
    expect(text).toMatch(/^# Soak\n/);
    expect(text).toMatch(/\d{4}-\d\d-\d\d; \d+ × .+, Node v/);
  });
});
