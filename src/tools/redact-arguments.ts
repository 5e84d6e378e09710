import { cleaned } from './tool-result';

const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|api[_-]?key|authorization|cookie|credential|private/i;
const SECRET_LOOK =
  /\b(?:sk|pk|ghp|gho|xox[abp]|glpat|AKIA)[-_A-Za-z0-9]{12,}|\beyJ[\w-]{10,}\.[\w-]{5,}\.[\w-]*|-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)|:\/\/[^/\s:@]+:[^/\s@]+@/g;
const LONGEST_VALUE = 200;
const LONGEST_ALL = 1_200;

/** Arguments as people in a room may see them: no secrets, nothing unseen, not too long, one `name: value` a line. */
export function redactedArguments(args: Record<string, unknown>): string {
  const lines = Object.keys(args)
    .sort()
    .map((name) => `${shown(name)}: ${SECRET_NAME.test(name) ? '•••' : shown(redacted(args[name]))}`);
  const text = lines.join('\n');
  return text.length > LONGEST_ALL ? `${text.slice(0, LONGEST_ALL)}…` : text;
}

function redacted(value: unknown): string {
  if (typeof value === 'string') return value.replace(SECRET_LOOK, '•••');
  const inner = JSON.stringify(value, (name, one: unknown) => {
    if (name !== '' && SECRET_NAME.test(name)) return '•••';
    return typeof one === 'string' ? one.replace(SECRET_LOOK, '•••') : one;
  });
  return inner ?? '';
}

function shown(text: string): string {
  // Nobody is paged by what a model wrote.
  const plain = cleaned(text)
    .replace(/\s+/g, ' ')
    .replaceAll('`', "'")
    .replace(/@(?=\w)/g, '@\u200b');
  return plain.length > LONGEST_VALUE
    ? `${plain.slice(0, LONGEST_VALUE)}… (${plain.length} characters)`
    : plain;
}
