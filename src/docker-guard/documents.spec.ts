import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyTables } from '../../test/support/docker-guard/policy-tables';

const DOCUMENT = join(__dirname, '../../docs/docker-guard.md');
const MARKS = /(<!-- policy -->\n)[^]*(\n<!-- \/policy -->)/;

it('docs/docker-guard.md has the tables of the policy (RDZEN_WRITE_TABLES=1 writes them)', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const wanted = text.replace(MARKS, (_, begin: string, end: string) => begin + policyTables() + end);
  if (process.env.RDZEN_WRITE_TABLES === '1') writeFileSync(DOCUMENT, wanted);
  expect(MARKS.test(text)).toBe(true);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(wanted);
});
