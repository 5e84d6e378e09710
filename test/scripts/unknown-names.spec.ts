import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** A project in which everything that is named is there. */
const GOOD: Record<string, string> = {
  'package.json': JSON.stringify({ scripts: { bench: 'x', 'test:docker': 'y' } }),
  'docs/openapi.json': JSON.stringify({
    paths: { '/api/v1/trials': { get: {}, post: {} }, '/api/v1/trials/{id}': { get: {} } },
  }),
  'docs/guide.md': '# The guide\n\n## What it does, and why\n\n```\n# no heading\n```\n',
  'src/trials.commands.ts': "@ChatCommand({ name: 'trial', audience: 'operator' })",
  'src/texts.ts': 'const text = (id: string) => `Stop it by \\`!trial stop ${id}\\`, or npm run bench`;',
  'README.md': [
    'Type `!trial NAME`; [the guide](docs/guide.md#what-it-does-and-why), [its folder](docs/), [far](https://example.org).',
    'Ask `GET /api/v1/trials/{id}`, `GET /api/v1/trials/<id>` or `POST /api/v1/trials`; run npm run test:docker.',
    'See `src/texts.ts` and `docs/`.',
  ].join('\n'),
};

describe('what documents and texts name', () => {
  it('is found in order where all of it is there', () => {
    expect(problems()).toEqual([]);
  });

  it.each([
    [
      'a command',
      'Type `!sources`.',
      'README.md names the command !sources, which no @ChatCommand declares.',
    ],
    [
      'a script',
      'Run npm run test:moon.',
      'README.md names "npm run test:moon", which package.json has not.',
    ],
    [
      'an endpoint',
      'Ask `GET /api/v1/moons`.',
      'README.md names "GET /api/v1/moons", which docs/openapi.json has not.',
    ],
    [
      'a method of an endpoint',
      '`DELETE /api/v1/trials/{id}`',
      'README.md names "DELETE /api/v1/trials/{id}", which docs/openapi.json has not.',
    ],
    ['a file', 'See `src/moon.ts`.', 'README.md names src/moon.ts, which does not exist.'],
    ['a document', '[it](docs/moon.md)', 'README.md has a link to docs/moon.md, which does not exist.'],
    [
      'a heading',
      '[it](docs/guide.md#no-heading)',
      'README.md has a link to docs/guide.md#no-heading, which does not exist.',
    ],
    ['a heading of its own', '[it](#moon)', 'README.md has a link to #moon, which does not exist.'],
  ])('is found where %s is not there', (_, line, problem) => {
    expect(problems({ 'README.md': line })).toEqual([problem]);
  });

  it('is found in the texts of the program, and not in its specs', () => {
    const text = 'const help = "Type `!moon`";';

    expect(problems({ 'src/help.ts': text, 'src/help.spec.ts': text })).toEqual([
      'src/help.ts names the command !moon, which no @ChatCommand declares.',
    ]);
  });
});

/** The module is one of Node's own kind, which Jest does not load. */
function problems(changes: Record<string, string> = {}): string[] {
  const program = `
    import { unknownNames } from ${JSON.stringify(resolve('scripts/lib/unknown-names.mjs'))};
    const project = ${JSON.stringify({ ...GOOD, ...changes })};
    process.stdout.write(JSON.stringify(unknownNames(Object.keys(project), (path) => project[path])));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
}
