import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WIDEST = 110;
const NAME_WIDTH = 26;

/**
 * What the arguments of `npm start` ask for: a text to print and the exit code, or undefined to start.
 *
 * @param {string} root the project's folder, whose README holds the settings
 */
export function answerArguments(given, root, columns = WIDEST) {
  const unknown = given.find((one) => !['--help', '-h', '--version', '-v'].includes(one));
  if (unknown !== undefined) {
    return {
      code: 2,
      text: `npm start does not know "${unknown}". It takes --help and --version; everything else is set by environment variables, such as RDZEN_PORT=8080 npm start.`,
    };
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (given.includes('--help') || given.includes('-h'))
    return { code: 0, text: help(root, version, columns) };
  return given.length > 0 ? { code: 0, text: `rdzen ${version}` } : undefined;
}

function help(root, version, columns) {
  const width = Math.min(WIDEST, Math.max(60, columns));
  const settings = settingsOf(readFileSync(join(root, 'README.md'), 'utf8'));
  return [
    `Rdzen ${version}: a self-hosted chat assistant that keeps answering when a language-model core dies.`,
    '',
    '  npm start                 installs and builds what is missing, then runs everything; Ctrl-C stops it',
    '  npm start -- --help       this text',
    '  npm start -- --version    the version',
    '',
    'Settings are environment variables, for instance',
    '',
    '  RDZEN_PORT=8080 RDZEN_LANGUAGE=pl npm start',
    '',
    ...settings.flatMap(({ name, fallback, meaning }) => setting(name, fallback, meaning, width)),
    '',
    'More: README.md, and docs/troubleshooting.md when something does not work.',
  ].join('\n');
}

/** The rows of the README's configuration table, so that there is one list and not two. */
export function settingsOf(readme) {
  return [...readme.matchAll(/^\| (`[A-Z][^|]*) \| ([^|]*) \| ([^|]*) \|$/gm)].map(
    ([, name = '', fallback = '', meaning = '']) => ({
      name: plain(name),
      fallback: plain(fallback),
      meaning: plain(meaning),
    }),
  );
}

function setting(name, fallback, meaning, width) {
  const indent = ' '.repeat(NAME_WIDTH);
  const lines = wrap(`${meaning} (default: ${fallback})`, width - NAME_WIDTH);
  const first = name.length + 3 > NAME_WIDTH ? [`  ${name}`] : [];
  const [head = '', ...rest] = lines;
  const label = first.length > 0 ? indent : `  ${name}`.padEnd(NAME_WIDTH);
  return [...first, label + head, ...rest.map((line) => indent + line)];
}

function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

const plain = (text) => text.replaceAll('`', '').trim();
