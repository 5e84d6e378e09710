/** A JSON value; objects have no prototype, so that no key means more than its text. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const DEEPEST = 24;
const BLANK = /[ \t\r\n]*/y;
const TOKEN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- control characters are what a JSON string must not hold
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * RFC 8259 without its liberties: a key twice in one object, more text after the value, or depth beyond 24 is refused.
 * Two readers of one document (this one and the engine's) could otherwise see two different things.
 *
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): Json {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  const next = (): string => {
    match(BLANK);
    return text.charAt(at);
  };
  const expect = (character: string): void => {
    if (next() !== character) throw new SyntaxError(`expected ${character} at offset ${at}`);
    at++;
  };
  const string = (): string => {
    next();
    const found = match(STRING);
    if (found === undefined) throw new SyntaxError(`expected a string at offset ${at}`);
    return JSON.parse(found) as string;
  };
  const members = (depth: number): JsonObject => {
    const made = Object.create(null) as JsonObject;
    expect('{');
    if (next() === '}') return (at++, made);
    for (;;) {
      const key = string();
      if (key in made) throw new SyntaxError(`key ${JSON.stringify(key)} stands twice in one object`);
      expect(':');
      made[key] = value(depth + 1);
      if (next() !== ',') break;
      at++;
    }
    expect('}');
    return made;
  };
  const elements = (depth: number): Json[] => {
    const made: Json[] = [];
    expect('[');
    if (next() === ']') return (at++, made);
    for (;;) {
      made.push(value(depth + 1));
      if (next() !== ',') break;
      at++;
    }
    expect(']');
    return made;
  };
  const value = (depth: number): Json => {
    if (depth > DEEPEST) throw new SyntaxError(`deeper than ${DEEPEST} levels`);
    const first = next();
    if (first === '{') return members(depth);
    if (first === '[') return elements(depth);
    if (first === '"') return string();
    const token = match(TOKEN);
    if (!token) throw new SyntaxError(`expected a value at offset ${at}`);
    const parsed = JSON.parse(token) as null | boolean | number;
    // The engine reads 64-bit integers: one that would be rounded here is another number there.
    if (typeof parsed === 'number' && Number.isInteger(parsed) && !Number.isSafeInteger(parsed))
      throw new SyntaxError(`number ${token} is too large`);
    return parsed;
  };
  const whole = value(0);
  if (next() !== '') throw new SyntaxError(`more text after the value, at offset ${at}`);
  return whole;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null, false, 0, '', [] and {}: what clients send for "not set". */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A copy of a plain value in the form {@link parseStrictJson} makes. */
export function asJson(value: unknown): Json {
  return parseStrictJson(JSON.stringify(value));
}

/** The same value, whatever the order of keys. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => key in other && sameJson((one as JsonObject)[key], (other as JsonObject)[key]));
}
