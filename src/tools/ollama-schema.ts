type Json = Record<string, unknown>;

const DEEPEST_REFERENCE = 6;
/** What Ollama hands to the template, of a property. Source: Ollama api/types.go, `ToolProperty`. */
const KEPT = ['type', 'enum'] as const;
/** What it drops, and how it is said in words. */
const IN_WORDS: Record<string, (value: unknown) => string> = {
  default: (value) => `default ${JSON.stringify(value)}`,
  minimum: (value) => `at least ${String(value)}`,
  maximum: (value) => `at most ${String(value)}`,
  exclusiveMinimum: (value) => `more than ${String(value)}`,
  exclusiveMaximum: (value) => `less than ${String(value)}`,
  multipleOf: (value) => `a multiple of ${String(value)}`,
  minLength: (value) => `at least ${String(value)} characters`,
  maxLength: (value) => `at most ${String(value)} characters`,
  pattern: (value) => `pattern ${String(value)}`,
  format: (value) => `format ${String(value)}`,
  minItems: (value) => `at least ${String(value)} items`,
  maxItems: (value) => `at most ${String(value)} items`,
  uniqueItems: (value) => (value === true ? 'no item twice' : ''),
  minProperties: (value) => `at least ${String(value)} properties`,
  maxProperties: (value) => `at most ${String(value)} properties`,
  not: (value) => `not ${JSON.stringify(value)}`,
  patternProperties: (value) => `names by pattern: ${JSON.stringify(value)}`,
};

/**
 * A tool's input schema as Ollama passes it on to the model's template: what its structures drop is said in other words
 * that they keep, so that nothing is lost silently. Local references are put in place (six deep, a circle becomes
 * `object`), `oneOf` becomes `anyOf`, `allOf` is merged, `const` becomes an `enum`, a choice of something or null that
 * thing; all other constraints go to the description. Names are sorted: the same tool is the same text, which is what
 * a core's prompt cache lives on. The tool itself is held to the schema as it was.
 */
export function ollamaSchema(schema: unknown): Json {
  const root = asObject(schema) ?? {};
  const converted = convert(root, { root, references: [] });
  return {
    type: 'object',
    properties: asObject(converted.properties) ?? {},
    ...(Array.isArray(converted.required) && converted.required.length > 0
      ? { required: converted.required }
      : {}),
    ...(typeof converted.description === 'string' ? { description: converted.description } : {}),
  };
}

interface Place {
  root: Json;
  /** Those that were followed to come here. */
  references: string[];
}

function convert(given: Json, place: Place): Json {
  const { node, place: here } = resolved(given, place);
  const merged = mergeAllOf(node, here);
  const simple = withoutNull(merged, here);
  const words: string[] = [];
  const out: Json = {};
  for (const key of KEPT) if (simple[key] !== undefined) out[key] = simple[key];
  if ('const' in simple) out.enum = [simple.const];
  const choices = [simple.anyOf, simple.oneOf].filter(Array.isArray).flat() as unknown[];
  if (choices.length > 0) out.anyOf = choices.map((one) => convert(asObject(one) ?? {}, here));
  const items = Array.isArray(simple.items) ? { anyOf: simple.items } : simple.items;
  if (asObject(items)) out.items = convert(items as Json, here);
  const properties = asObject(simple.properties);
  if (properties) {
    out.properties = Object.fromEntries(
      Object.keys(properties)
        .sort()
        .map((name) => [name, convert(asObject(properties[name]) ?? {}, here)]),
    );
    out.type ??= 'object';
  }
  if (Array.isArray(simple.required)) out.required = [...(simple.required as string[])].sort();
  for (const [key, say] of Object.entries(IN_WORDS)) if (key in simple) words.push(say(simple[key]));
  if (simple.nullable === true) words.push('may be null');
  if (simple.additionalProperties === false && properties) words.push('no other properties');
  const values = asObject(simple.additionalProperties);
  if (values) words.push(`any other names, each ${JSON.stringify(convert(values, here))}`);
  const said = [simple.description ?? simple.title, words.filter(Boolean).join('; ')].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const [description, constraints] =
    said.length === 2 ? said : words.length > 0 ? ['', said[0]] : [said[0], ''];
  const text = [description, constraints ? `(${constraints})` : ''].filter(Boolean).join(' ');
  if (text) out.description = text;
  return out;
}

/** With its own words laid over what it refers to. */
function resolved(node: Json, place: Place): { node: Json; place: Place } {
  const { $ref: reference, ...own } = node;
  if (typeof reference !== 'string') return { node, place };
  const target = place.references.length < DEEPEST_REFERENCE ? lookUp(place.root, reference) : undefined;
  if (!target || place.references.includes(reference)) return { node: { type: 'object', ...own }, place };
  return resolved({ ...target, ...own }, { ...place, references: [...place.references, reference] });
}

function lookUp(root: Json, reference: string): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  let found: unknown = root;
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = Array.isArray(found) ? (found as unknown[])[Number(name)] : asObject(found)?.[name];
  }
  return asObject(found);
}

function mergeAllOf(node: Json, place: Place): Json {
  if (!Array.isArray(node.allOf)) return node;
  const { allOf, ...merged } = node;
  for (const part of allOf as unknown[]) {
    const { node: inner, place: there } = resolved(asObject(part) ?? {}, place);
    const one = mergeAllOf(inner, there);
    const properties = { ...asObject(merged.properties), ...asObject(one.properties) };
    const required = [...new Set([...list(merged.required), ...list(one.required)])];
    const descriptions = [merged.description, one.description].filter((text) => typeof text === 'string');
    Object.assign(merged, { ...one, ...merged });
    if (Object.keys(properties).length > 0) merged.properties = properties;
    if (required.length > 0) merged.required = required;
    if (descriptions.length > 0) merged.description = descriptions.join(' ');
  }
  return merged;
}

/** `string or null` is a string that may be null. */
function withoutNull(node: Json, place: Place): Json {
  const types = Array.isArray(node.type) ? (node.type as unknown[]) : undefined;
  if (types?.includes('null')) {
    const [only, ...more] = types.filter((type) => type !== 'null');
    return { ...node, type: more.length > 0 ? [only, ...more] : only, nullable: true };
  }
  const key = Array.isArray(node.anyOf) ? 'anyOf' : 'oneOf';
  const choices = node[key];
  if (!Array.isArray(choices)) return node;
  const left = choices.filter((one) => asObject(one)?.type !== 'null') as unknown[];
  if (left.length === choices.length) return node;
  const { [key]: _, ...rest } = node;
  const [only] = left;
  if (left.length > 1) return { ...rest, [key]: left, nullable: true };
  const inner = resolved(asObject(only) ?? {}, place).node;
  return { ...inner, ...rest, nullable: true };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
