import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MUTANTS } from './all';
import type { Mutant } from './mutant';

const AREAS: Mutant['folder'][] = ['intake', 'lanes', 'generation', 'outbox', 'failover', 'repair'];

/** The bugs are hunted by `npm run simulate:mutants`, outside of the tests; here, that each can still be planted. */
describe('planted bugs', () => {
  it.each(MUTANTS.map((mutant) => [`${mutant.folder}: ${mutant.name}`, mutant] as const))(
    '%s: its place stands once in the product',
    (_name, { file, find, replace }) => {
      const text = readFileSync(resolve(file), 'utf8');
      expect(text.split(find)).toHaveLength(2);
      expect(replace).not.toBe(find);
    },
  );

  it('there are at least 20, three in each area, and no two have one name', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
    for (const area of AREAS)
      expect(MUTANTS.filter(({ folder }) => folder === area).length).toBeGreaterThanOrEqual(3);
    expect(new Set(MUTANTS.map(({ name, folder }) => `${folder} ${name}`)).size).toBe(MUTANTS.length);
  });
});
