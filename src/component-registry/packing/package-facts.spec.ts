import { packageFacts } from './package-facts';

const facts = (given: object, wanted?: string): ReturnType<typeof packageFacts> =>
  packageFacts({ name: '@s/tool', version: '1.0.0', bin: 'run.js', ...given }, wanted);

describe(packageFacts.name, () => {
  it.each([
    ['run.js', undefined, 'run.js'],
    ['./dist/run.js', undefined, 'dist/run.js'],
    [{ other: 'a.js' }, undefined, 'a.js'],
    [{ other: 'a.js', tool: 'b.js' }, undefined, 'b.js'],
    [{ other: 'a.js', tool: 'b.js' }, 'other', 'a.js'],
  ])('runs of %j (%s wanted) %s', (bin, wanted, program) => {
    expect(facts({ bin }, wanted).program).toBe(program);
  });

  it.each([
    [undefined, undefined, 'no program'],
    [{}, undefined, 'no program'],
    [{ a: 'a.js', b: 'b.js' }, undefined, '--bin'],
    [{ a: 'a.js' }, 'c', 'no c'],
    ['../../bin/sh', undefined, 'outside'],
    ['/bin/sh', undefined, 'outside'],
  ])('refuses to run of %j (%s wanted): %s', (bin, wanted, words) => {
    expect(() => facts({ bin }, wanted)).toThrow(
      expect.objectContaining({ code: 'PACK_NO_PROGRAM', message: expect.stringContaining(words) }) as Error,
    );
  });

  it.each([
    ['git+https://github.com/a/b.git', 'https://github.com/a/b'],
    [{ url: 'git@github.com:a/b.git' }, 'https://github.com/a/b'],
    [{ url: 'git+ssh://git@github.com/a/b.git' }, 'https://github.com/a/b'],
    ['github:a/b', 'https://github.com/a/b'],
    ['a/b', 'https://github.com/a/b'],
    ['git://example.org/a', 'https://example.org/a'],
    ['https://u:p@example.org/a', undefined],
    ['http://example.org/a', undefined],
    ['javascript:alert(1)', undefined],
    [7, undefined],
  ])('reads the source %j as %s', (repository, source) => {
    expect(facts({ repository }).source).toBe(source);
  });

  it.each([
    [{ mcpName: 'io.github.a/tool' }, 'io.github.a/tool', true],
    [{ mcpName: 'not a name', repository: 'Owner/b' }, 'io.github.owner/tool', false],
    [{}, 'local.npm/tool', false],
  ])('names the server of %j %s', (given, serverName, serverNameGiven) => {
    expect(facts(given)).toMatchObject({ serverName, serverNameGiven });
  });

  it('takes no sign that nobody sees into what people read', () => {
    const { description, license } = facts({ description: 'Tells\u202e\n the  time', license: 'M\u200bIT' });
    expect(description).toBe('Tells the time');
    expect(license).toBe('MIT');
    expect(facts({ description: 'x'.repeat(999) }).description).toHaveLength(300);
    expect(facts({ description: '' }).description).toContain('@s/tool');
  });
});
