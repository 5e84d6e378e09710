import { dirname, join, normalize } from 'node:path';

const COMMAND = /`!([a-z]+)/g;
const DECLARED_COMMAND = /@ChatCommand\(\{ name: '([a-z]+)'/g;
const SCRIPT = /\bnpm run ([a-z]+(?:[:-][a-z]+)*)/g;
const ENDPOINT = /`(GET|POST|PUT|PATCH|DELETE) (\/api\/v1\/[^\s`?]*)/g;
const FILE = /`((?:src|test|docs|scripts|bench|docker)\/[\w./-]+)`/g;
const LINK = /\]\(([^)\s]+)\)/g;
const HEADING = /^#{1,6} +(.+)$/gm;
const FENCED = /^```.*?^```$/gms;

/**
 * What documents and the program's own texts tell a person to use, and what is not there: chat commands, endpoints,
 * scripts of package.json, files, headings that a link leads to.
 *
 * @param files paths of the project
 * @param read a file's text; undefined where there is none
 * @returns a sentence for each
 */
export function unknownNames(files, read) {
  const documents = files.filter((path) => path.endsWith('.md'));
  const programs = files.filter((path) => /^src\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'));
  const text = (path) => read(path) ?? '';
  return [...commands(), ...scripts(), ...endpoints(), ...filesNamed(), ...links()];

  function commands() {
    const declared = new Set(programs.flatMap((path) => all(DECLARED_COMMAND, text(path))));
    return [...documents, ...programs].flatMap((path) =>
      unknown(all(COMMAND, text(path)), (name) => declared.has(name)).map(
        (name) => `${path} names the command !${name}, which no @ChatCommand declares.`,
      ),
    );
  }

  function scripts() {
    const manifest = read('package.json');
    if (manifest === undefined) return [];
    const declared = Object.keys(JSON.parse(manifest).scripts ?? {});
    return [...documents, ...programs].flatMap((path) =>
      unknown(all(SCRIPT, text(path)), (name) => declared.includes(name)).map(
        (name) => `${path} names "npm run ${name}", which package.json has not.`,
      ),
    );
  }

  function endpoints() {
    const description = read('docs/openapi.json');
    if (description === undefined) return [];
    const { paths = {} } = JSON.parse(description);
    const there = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, parts: path.split('/') })),
    );
    return documents.flatMap((path) =>
      unknown(
        [...text(path).matchAll(ENDPOINT)].map(([, method, where]) => `${method} ${where}`),
        (named) => there.some((endpoint) => isEndpoint(named, endpoint)),
      ).map((named) => `${path} names "${named}", which docs/openapi.json has not.`),
    );
  }

  function filesNamed() {
    return documents.flatMap((path) =>
      unknown(all(FILE, text(path)), isThere).map((named) => `${path} names ${named}, which does not exist.`),
    );
  }

  function isThere(named) {
    const folder = named.endsWith('/') ? named : `${named}/`;
    return files.some((path) => path === named || path.startsWith(folder));
  }

  function links() {
    return documents.flatMap((path) =>
      unknown(all(LINK, text(path).replace(FENCED, '')), (target) => leadsSomewhere(path, target)).map(
        (target) => `${path} has a link to ${target}, which does not exist.`,
      ),
    );
  }

  function leadsSomewhere(from, target) {
    if (/^[a-z]+:/.test(target)) return true;
    const [file, heading] = target.split('#');
    const path = file === '' ? from : normalize(join(dirname(from), file));
    if (!isThere(path)) return false;
    return (
      heading === undefined || all(HEADING, text(path).replace(FENCED, '')).map(anchor).includes(heading)
    );
  }
}

/** As GitHub makes it of a heading. */
function anchor(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function isEndpoint(named, { method, parts }) {
  const [namedMethod, where] = named.split(' ');
  const namedParts = where.split('/');
  return (
    namedMethod.toLowerCase() === method &&
    namedParts.length === parts.length &&
    parts.every((part, at) => part === namedParts[at] || (part.startsWith('{') && namedParts[at] !== ''))
  );
}

const all = (pattern, text) => [...text.matchAll(pattern)].map(([, found]) => found);
const unknown = (named, isKnown) => [...new Set(named)].filter((name) => !isKnown(name));
