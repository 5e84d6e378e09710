import type { ErrorObject } from 'ajv';

/** What is wrong and what to write, from one finding of Ajv. */
export function inWords({ keyword, params, data, parentSchema, instancePath }: ErrorObject): {
  path: string;
  wrong: string;
  write: string;
} {
  const field = instancePath.split('/').at(-1) || 'the manifest';
  const shown = JSON.stringify(data)?.slice(0, 80) ?? 'nothing';
  const given = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return {
        path: instancePath,
        wrong: `${text(given.missingProperty)} is missing`,
        write: `Add "${text(given.missingProperty)}".`,
      };
    case 'additionalProperties':
      return {
        path: `${instancePath}/${text(given.additionalProperty)}`,
        wrong: `${text(given.additionalProperty)} is no field of ${field}`,
        write: `Take it out, or correct its name: ${Object.keys((parentSchema?.properties as object) ?? {}).join(', ')}.`,
      };
    case 'pattern':
      return {
        path: instancePath,
        wrong: `${field} is ${shown}`,
        write: EXAMPLES[field] ?? `It has to match ${text(given.pattern)}.`,
      };
    case 'enum':
      return {
        path: instancePath,
        wrong: `${field} is ${shown}`,
        write: `One of ${(given.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}.`,
      };
    case 'const':
      return {
        path: instancePath,
        wrong: `${field} is ${shown}`,
        write: `${JSON.stringify(given.allowedValue)}.`,
      };
    case 'type':
      return {
        path: instancePath,
        wrong: `${field} is ${shown}`,
        write: `A value of type ${text(given.type)}.`,
      };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return {
        path: instancePath,
        wrong: `${field} is ${shown}`,
        write: `A number ${text(given.comparison)} ${text(given.limit)}.`,
      };
    case 'maxItems':
      return given.limit === 0
        ? {
            path: instancePath,
            wrong: `${field} is ${shown}`,
            write: 'Leave it out: no component may have any.',
          }
        : {
            path: instancePath,
            wrong: `${field} has too many entries`,
            write: `At most ${text(given.limit)}.`,
          };
    case 'minItems':
      return {
        path: instancePath,
        wrong: `${field} has too few entries`,
        write: `At least ${text(given.limit)}.`,
      };
    case 'maxLength':
      return {
        path: instancePath,
        wrong: `${field} has more than ${text(given.limit)} characters`,
        write: `At most ${text(given.limit)}.`,
      };
    case 'minLength':
      return { path: instancePath, wrong: `${field} is empty`, write: 'Write something, or leave it out.' };
    default:
      return { path: instancePath, wrong: `${field} is ${shown}`, write: `It must fit: ${keyword}.` };
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'A reverse domain, a slash and a name: "io.github.someone/time". Of a tool: letters, digits, "_", "." and "-". Of a variable: letters, digits and "_".',
  version: 'One exact version: "1.4.2". Ranges such as "^1.4" or "latest" are refused.',
  identifier:
    'Of an image registry, repository and tag: "registry.example.org/time-mcp:1.0.6"; of npm the name of the package.',
  integrity: 'As package-lock.json has it: "sha512-" and 88 signs of base64.',
  digest:
    'The digest of the image: "sha256:" and 64 hex digits, as docker buildx imagetools inspect tells it.',
  path: 'An absolute path inside the container: "/data".',
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
