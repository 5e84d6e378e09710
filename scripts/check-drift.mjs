// Compares what the code does with what the documents say. Part of `npm run check`.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { projectFiles } from './lib/project-files.mjs';
import { ROOT, runNode } from './lib/run.mjs';
import { unknownNames } from './lib/unknown-names.mjs';

const problems = [];
const read = (path) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : undefined);
/** @returns the text, or an empty one and a problem on the list. */
const demand = (path) => {
  const text = read(path);
  if (text === undefined) problems.push(`${path} is missing.`);
  return text ?? '';
};
const files = projectFiles();

errorCodes();
settings();
forbiddenWords();
problems.push(...unknownNames(files, read));
await openapi();

for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'Documents and code agree.' : `${problems.length} difference(s).`);
process.exit(problems.length === 0 ? 0 : 1);

/** src/shared/error-codes.ts == the tables of docs/errors.md, and a test provokes each code. */
function errorCodes() {
  const inCode = [...demand('src/shared/error-codes.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+): \d{3},/gm)].map(
    ([, code]) => code,
  );
  const inDocs = [...demand('docs/errors.md').matchAll(/^\|\s*`([A-Z][A-Z0-9_]+)`\s*\|/gm)].map(
    ([, code]) => code,
  );
  compare(
    'error code',
    inCode,
    'src/shared/error-codes.ts',
    inDocs,
    'the tables of docs/errors.md (rows "| `CODE` | ...")',
  );
  const tests = files
    .filter((path) => /\.spec\.ts$/.test(path))
    .map(read)
    .join('\n');
  for (const code of inCode) {
    if (!new RegExp(`\\b${code}\\b`).test(tests))
      problems.push(`No test provokes ${code}: no *.spec.ts names it.`);
  }
}

/** Variables declared in src/config/settings.ts == the first column of each README's configuration table. */
function settings() {
  const name = /\b(?:(?:RDZEN|ROCKETCHAT|OLLAMA)_[A-Z0-9_]+|ACTIVE_CORE_ID)(?:<n>)?/g;
  // CORE1, CORE2 ... and CORE<n> are one setting.
  const normal = (text) => text.replace(/(?:<n>|\d+)$/, '').replace(/_$/, '');
  const declared = [...demand('src/config/settings.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+)[?!]?(?::| =)/gm)];
  const inCode = declared.map(([, found]) => normal(found));
  for (const readme of ['README.md', 'README.pl.md']) {
    const firstCells = demand(readme)
      .split('\n')
      .filter((line) => /^\|\s*`/.test(line))
      .map((line) => line.split('|')[1]);
    const inDocs = firstCells.flatMap((cell) => [...cell.matchAll(name)].map(([found]) => normal(found)));
    compare('setting', inCode, 'src/config/settings.ts', inDocs, `${readme}'s configuration table`);
  }
}

/** Nothing of the machine that a file was written on. The words are put together here, or this file would hold them. */
function forbiddenWords() {
  const hosts = [
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['pypi', 'org'],
    ['files', 'pythonhosted', 'org'],
    ['crates', 'io'],
    ['proxy', 'golang', 'org'],
    ['sum', 'golang', 'org'],
    ['repo1', 'maven', 'org'],
    ['repo', 'maven', 'apache', 'org'],
    ['deb', 'debian', 'org'],
  ].map((parts) => parts.join('.'));
  const folders = [`${homedir()}/`, `/${'work'}/`].filter((folder) => folder.length > 3);
  const checkout = `${ROOT}/`;
  // Inside Ollama's own image, on every machine the same.
  const inContainer = `/${'root'}/.ollama`;
  for (const path of files) {
    const text = readFileSync(join(ROOT, path), 'latin1').replaceAll(inContainer, '');
    if (text.includes('\0')) continue;
    const found = [
      ...hosts.filter((host) =>
        new RegExp(`(?<![\\w.-])(?:[\\w-]+\\.)*${host.replaceAll('.', '\\.')}(?![\\w.-]*\\w)`).test(text),
      ),
      ...[...folders, checkout].filter((folder) => startsAPath(text, folder)),
    ];
    for (const word of new Set(found))
      problems.push(`${path} names ${word}: a package registry's host or a path of one machine.`);
  }
}

/** `/a/` counts in `"/a/b"` but not in `https://host/a/b` or `./a/b`. */
function startsAPath(text, folder) {
  for (let at = text.indexOf(folder); at !== -1; at = text.indexOf(folder, at + 1)) {
    if (!/[\w.)\]}~*-]/.test(text[at - 1] ?? ' ')) return true;
  }
  return false;
}

/** docs/openapi.json == what the application generates. */
async function openapi() {
  if (!existsSync(join(ROOT, 'dist/cli.js'))) return;
  const { code, output } = await runNode(join(ROOT, 'dist/cli.js'), ['openapi'], { quiet: true });
  const generated = code === 0 ? parse(output) : undefined;
  if (generated === undefined) {
    problems.push(
      `"node dist/cli.js openapi" gave no JSON (exit code ${code}): ${output.trim().slice(0, 500)}`,
    );
    return;
  }
  const written = parse(demand('docs/openapi.json'));
  if (written === undefined || JSON.stringify(written) === JSON.stringify(generated)) return;
  const paths = (document) => Object.keys(document.paths ?? {});
  const differing = [...new Set([...paths(generated), ...paths(written)])].filter(
    (path) => JSON.stringify(generated.paths?.[path]) !== JSON.stringify(written.paths?.[path]),
  );
  problems.push(
    `docs/openapi.json is not what the application generates (${differing.join(', ') || 'its components or head'}). Write it again: node dist/cli.js openapi > docs/openapi.json`,
  );
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compare(what, inCode, codePlace, inDocs, docsPlace) {
  const [code, docs] = [new Set(inCode), new Set(inDocs)];
  for (const item of code)
    if (!docs.has(item)) problems.push(`The ${what} ${item} of ${codePlace} is missing in ${docsPlace}.`);
  for (const item of docs)
    if (!code.has(item)) problems.push(`The ${what} ${item} of ${docsPlace} is unknown to ${codePlace}.`);
}
