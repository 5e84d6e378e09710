import Ajv, { type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

const MOST_BYTES = 32 * 1024;
const DEEPEST = 12;
const MOST_PROPERTIES = 200;
/** A pattern that is longer is no description any more. */
const LONGEST_PATTERN = 200;
const OPTIONS: Options = { strict: false, allErrors: true, validateFormats: true, logger: false };
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/;
const DRAFT_2020 = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Why a schema that a component sent is not used. */
export class SchemaRefused extends Error {}

/** Checks arguments or results against the schema of a tool; what is wrong, in Ajv's words, for a model to mend. */
export type SchemaCheck = (value: unknown) => string[];

/**
 * Compiles the schema of a tool, which comes from outside: bounded in size, depth and number of properties, with
 * references into itself only and none in a circle, in the dialect that it names (MCP's default is 2020-12; published
 * servers declare draft-07). Compiling runs foreign patterns through the engine's parser, and checking runs them on
 * foreign text: do both where a loop that never ends can be ended.
 *
 * @throws SchemaRefused
 */
export function compileToolSchema(schema: unknown): SchemaCheck {
  const checked = boundedSchema(schema);
  const dialect = typeof checked.$schema === 'string' ? checked.$schema : undefined;
  if (dialect !== undefined && !DRAFT_07.test(dialect) && !DRAFT_2020.test(dialect))
    throw new SchemaRefused(`its dialect ${dialect.slice(0, 100)} is not known; use draft-07 or 2020-12`);
  const { $schema: _, $id: __, ...rest } = checked;
  const ajv = dialect !== undefined && DRAFT_07.test(dialect) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  addFormats(ajv);
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(rest);
  } catch (error) {
    throw new SchemaRefused(`it does not compile: ${error instanceof Error ? error.message : String(error)}`);
  }
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(inWords));
}

/** @throws SchemaRefused */
export function boundedSchema(schema: unknown): Record<string, unknown> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new SchemaRefused('it is no object');
  const root = schema as Record<string, unknown>;
  const text = JSON.stringify(root);
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new SchemaRefused(`it has ${Buffer.byteLength(text)} bytes; at most ${MOST_BYTES}`);
  let properties = 0;
  const walk = (value: unknown, depth: number, path: string): void => {
    if (depth > DEEPEST) throw new SchemaRefused(`it is nested more than ${DEEPEST} levels deep, at ${path}`);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, below] of Object.entries(value as Record<string, unknown>)) {
      if ((key === '$ref' || key === '$dynamicRef') && typeof below === 'string')
        requireLocal(below, root, path);
      if (key === 'pattern' && typeof below === 'string' && below.length > LONGEST_PATTERN)
        throw new SchemaRefused(
          `a pattern has ${below.length} characters, at ${path}; at most ${LONGEST_PATTERN}`,
        );
      if (key === 'properties' && typeof below === 'object' && below !== null)
        properties += Object.keys(below).length;
      if (properties > MOST_PROPERTIES)
        throw new SchemaRefused(`it has more than ${MOST_PROPERTIES} properties`);
      walk(below, depth + 1, `${path}/${key}`);
    }
  };
  walk(root, 1, '#');
  return root;
}

/** A reference is followed only inside the schema, and never back to where it came from. */
function requireLocal(reference: string, root: Record<string, unknown>, path: string): void {
  const seen = new Set<string>();
  for (let next: string | undefined = reference; next !== undefined;) {
    if (!/^#(\/|$)/.test(next))
      throw new SchemaRefused(`it refers to ${next.slice(0, 100)}, outside of itself, at ${path}`);
    if (seen.has(next) || path === next || path.startsWith(`${next}/`))
      throw new SchemaRefused(`it refers to itself in a circle, by ${next} at ${path}`);
    seen.add(next);
    const target = at(root, next);
    if (target === undefined) throw new SchemaRefused(`it refers to ${next}, which is not there, at ${path}`);
    const onward = (target as Record<string, unknown>).$ref;
    next = typeof onward === 'string' ? onward : undefined;
  }
}

function at(root: Record<string, unknown>, pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .filter(Boolean)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      root,
    );
}

function inWords({ instancePath, message, params, keyword }: ErrorObject): string {
  const where = instancePath === '' ? 'the arguments' : instancePath;
  const extra =
    keyword === 'enum'
      ? `: ${(params as { allowedValues: unknown[] }).allowedValues.map((value) => JSON.stringify(value)).join(', ')}`
      : keyword === 'additionalProperties'
        ? `: ${(params as { additionalProperty: string }).additionalProperty}`
        : '';
  return `${where} ${message ?? 'do not fit'}${extra}`;
}
