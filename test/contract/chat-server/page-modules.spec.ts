import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PAGE = join(__dirname, '../../../src/embedded/chat-server/page');

/** Runs the browser's modules in a Node of their own; jest cannot load ES modules. */
function evaluate(code: string): unknown {
  const imports = ['texts', 'markup'].map(
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
      Object.entries(catalogue).map(([key, text]) => [key, (text.match(/\{\w+\}/g) ?? []).sort()]);
    expect(places(pl)).toEqual(places(en));
  });

  it('use only texts that exist', () => {
    const { en } = evaluate('texts.TEXTS') as { en: Record<string, string> };
    const sources = readdirSync(PAGE).map((name) => readFileSync(join(PAGE, name), 'utf8'));
    const used = sources.flatMap((source) => [
      ...[...source.matchAll(/\bsay\('(\w+)'/g)].map(([, key = '']) => key),
      ...[...source.matchAll(/data-(?:text|title|label|placeholder)="(\w+)"/g)].map(([, key = '']) => key),
    ]);
    expect(used.length).toBeGreaterThan(40);
    expect(used.filter((key) => !(key in en))).toEqual([]);
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
    ['plain', [{ text: 'plain' }]],
    ['a\n```js\nb\n```\nc', [{ text: 'a' }, { code: 'b' }, { text: '\nc' }]],
    ['```\nstill growing', [{ code: 'still growing' }]],
    ['```\none\n```\n```\ntwo\n```', [{ code: 'one' }, { code: 'two' }]],
    ['inline ``` stays', [{ text: 'inline ``` stays' }]],
  ])('split %j into text and fenced code', (text, parts) => {
    expect(evaluate(`markup.splitFences(${JSON.stringify(text)})`)).toEqual(parts);
  });
});
