import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CONDITION_RULES, SHOWN_STATES } from '../../../src/core-registry/core-states';
import { MODES } from '../../../src/failover/cluster-modes';

const PAGE = join(__dirname, '../../../src/embedded/chat-server/page');

/** Runs the browser's modules in a Node of their own; jest cannot load ES modules. */
function evaluate(code: string): unknown {
  const imports = ['texts', 'growing'].map(
    (name) => `import * as ${name} from ${JSON.stringify(pathToFileURL(join(PAGE, `${name}.mjs`)).href)};`,
  );
  const source = `${imports.join('\n')}\nconsole.log(JSON.stringify(${code}));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

describe('the modules of the chat page', () => {
  it('have every text in both languages, with the same places to fill', () => {
    const { en, pl } = evaluate('texts.TEXTS') as Record<'en' | 'pl', Record<string, string>>;
    const places = (catalogue: Record<string, string>) =>
      Object.entries(catalogue).map(([key, text]) => [key, [...new Set(text.match(/\{\w+\}/g))].sort()]);
    expect(places(pl)).toEqual(places(en));
  });

  it('have a word for every state, mode and condition of the gateway, in both languages', () => {
    const { en, pl } = evaluate('texts.TERMS') as Record<'en' | 'pl', Record<string, Record<string, string>>>;
    for (const terms of [en, pl]) {
      expect(Object.keys(terms.mode ?? {}).sort()).toEqual([...MODES].sort());
      expect(Object.keys(terms.state ?? {}).sort()).toEqual(
        [...new Set([...SHOWN_STATES, ...Object.keys(CONDITION_RULES)])].sort(),
      );
    }
  });

  it('use only texts that exist', () => {
    const { en } = evaluate('texts.TEXTS') as { en: Record<string, string> };
    const sources = readdirSync(PAGE).map((name) => readFileSync(join(PAGE, name), 'utf8'));
    const used = sources.flatMap((source) => [
      ...[...source.matchAll(/\bsay(?:Count)?\('(\w+)'/g)].map(([, key = '']) => key),
      ...[...source.matchAll(/data-(?:text|title|label|placeholder)="(\w+)"/g)].map(([, key = '']) => key),
    ]);
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((key) => !(key in en))).toEqual([]);
    expect(
      Object.keys(en).filter(
        (key) => !sources.some((source) => source.includes(`'${key}'`) || source.includes(`"${key}"`)),
      ),
    ).toEqual([]);
  });

  it('never build HTML from text', () => {
    for (const name of readdirSync(PAGE).filter((file) => file.endsWith('.mjs'))) {
      const source = readFileSync(join(PAGE, name), 'utf8');
      expect({
        name,
        found: /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/.exec(source),
      }).toEqual({ name, found: null });
    }
  });

  it.each([
    ['words and **bo', 'words and **bo**'],
    ['**bold _both', '**bold _both_**'],
    ['a `piece of ** code', 'a `piece of ** code`'],
    ['snake_case, 2 * 3 and 5*6', 'snake_case, 2 * 3 and 5*6'],
    ['see [the page](https://exa', 'see '],
    ['see [the page](https://example.com)', 'see [the page](https://example.com)'],
    ['array[0] stays', 'array[0] stays'],
    ['[x] ', ''],
    ['~~gone', '~~gone~~'],
    ['**closed** and plain', '**closed** and plain'],
  ])('close what %j has opened', (text, closed) => {
    expect(evaluate(`growing.closed(${JSON.stringify(text)})`)).toBe(closed);
  });

  it.each([
    ['text **', 'text '],
    ['text\n- ', 'text\n'],
    ['text\n12.', 'text\n'],
    ['code:\n``', 'code:\n'],
    ['text\n| a | b |', 'text'],
    ['text\n| a | b |\n', 'text'],
    ['text\n| a | b |\n|---|--', 'text'],
    ['| a | b |\n|---|---|\n', '| a | b |\n|---|---|\n'],
    ['plain', 'plain'],
  ])('hide the end of %j, of which it cannot be known what it will be', (text, shown) => {
    expect(evaluate(`growing.withoutHalfEnd(${JSON.stringify(text)})`)).toBe(shown);
  });
});
