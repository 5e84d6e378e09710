import { isObject } from '../is-object';
import { Refusal } from '../refusal';

/**
 * - `id`: text that is not empty, `text`: any text, `flag`: the text `true` or `false` of a query
 * - `any`: not looked at
 */
type FieldType =
  | 'id'
  | 'text'
  | 'number'
  | 'boolean'
  | 'flag'
  | 'object'
  | 'texts'
  | 'objects'
  | 'text-or-texts'
  | 'updated-or-deleted'
  | 'any';

/** A field name with `!` must be there. */
export type Fields = Record<string, FieldType>;

export type Values = Record<string, unknown>;

/**
 * The parameters of a route: they must fit exactly one of the variants, and nothing may be left over. Numbers and
 * texts are converted into each other as the original's validator does; `null` counts as absent.
 */
export class Shape {
  private readonly variants: Fields[];

  constructor(...variants: Fields[]) {
    this.variants = variants;
  }

  /** @throws Refusal invalid-params */
  check(values: Values): Values {
    const attempts = this.variants.map((fields) => fit(fields, values));
    const fitting = attempts.flatMap((attempt) => (typeof attempt === 'string' ? [] : [attempt]));
    const [only] = fitting;
    if (only && fitting.length === 1) return only;
    const complaints = attempts.filter((attempt) => typeof attempt === 'string');
    if (this.variants.length > 1) complaints.push('must match exactly one schema in oneOf');
    throw Refusal.coded('invalid-params', complaints.join('\n '));
  }
}

function fit(fields: Fields, values: Values): Values | string {
  const types = new Map(Object.entries(fields).map(([name, type]) => [name.replace('!', ''), type]));
  const result: Values = {};
  for (const name of Object.keys(fields).filter((field) => field.endsWith('!'))) {
    if (values[name.slice(0, -1)] == null) return `must have required property '${name.slice(0, -1)}'`;
  }
  for (const [name, value] of Object.entries(values)) {
    const type = types.get(name);
    if (type === undefined) return 'must NOT have additional properties';
    if (value == null) continue;
    const converted = convert(type, value);
    if (converted === undefined) return `/${name} must be ${type}`;
    result[name] = converted;
  }
  return result;
}

function convert(type: FieldType, value: unknown): unknown {
  switch (type) {
    case 'text':
      return textOf(value);
    case 'id':
      return textOf(value) || undefined;
    case 'number': {
      const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
      return typeof value !== 'object' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 1) return true;
      return value === 'false' || value === 0 ? false : undefined;
    case 'flag':
      return value === 'true' || value === 'false' ? value : undefined;
    case 'object':
      return isObject(value) ? value : undefined;
    case 'texts':
      return listOf(value, (item) => textOf(item));
    case 'objects':
      return listOf(value, (item) => (isObject(item) ? item : undefined));
    case 'text-or-texts':
      return textOf(value) ?? listOf(value, (item) => textOf(item));
    case 'updated-or-deleted':
      return value === 'UPDATED' || value === 'DELETED' ? value : undefined;
    case 'any':
      return value;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function listOf(value: unknown, each: (item: unknown) => unknown): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(each);
  return items.includes(undefined) ? undefined : items;
}
