import { forbidden } from './refusal';
import type { GuardLimits } from './guard-settings';
import { isEmpty, isObject, type Json, type JsonObject } from './strict-json';

/** What one key of a body may hold. A key that has no rule may hold nothing at all. */
export interface FieldRule {
  /** In words, for the refusal and the documents. */
  allowed: string;
  accepts: (value: Json, limits: GuardLimits) => boolean;
  /** Absent would be more than what is allowed. */
  required?: true;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

/**
 * Judges an object by its table. Spelling counts: the engine would take `privileged` for `Privileged`, so a key that is
 * spelt otherwise is an unknown one; unknown keys are refused unless they are empty, which is how clients say "not set".
 *
 * @param rule prefix of the rules' ids, such as `component`
 * @returns the body as it goes on: known keys only
 * @throws Refusal
 */
export function judgeFields(
  rule: string,
  rules: FieldRules,
  body: JsonObject,
  limits: GuardLimits,
): JsonObject {
  const kept = Object.create(null) as JsonObject;
  for (const [key, value] of Object.entries(body)) {
    const known = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (known) {
      if (isEmpty(value) && !known.required) {
        if (known.accepts(value, limits)) kept[key] = value;
        continue;
      }
      if (!known.accepts(value, limits))
        throw forbidden(`${rule}.${key}`, `${key} = ${shown(value)}`, `Allowed: ${known.allowed}.`);
      kept[key] = value;
    } else if (!isEmpty(value)) {
      throw forbidden(`${rule}.unlisted`, `key ${JSON.stringify(key)}`, `Leave it out; spelling counts.`);
    }
  }
  for (const [key, { required, allowed }] of Object.entries(rules))
    if (required && !(key in kept))
      throw forbidden(`${rule}.${key}`, `a body without ${key}`, `Give ${allowed}.`);
  return kept;
}

/** Short, and never the values of a list or an object: they may be secrets. */
function shown(value: Json): string {
  if (typeof value === 'object') return Array.isArray(value) ? 'this list' : 'this object';
  return JSON.stringify(value).slice(0, 60);
}

export const flag: FieldRule = {
  allowed: 'true or false',
  accepts: (value) => typeof value === 'boolean' || value === null,
};

export const exactly = (...values: Json[]): FieldRule => ({
  allowed: values.map((value) => JSON.stringify(value)).join(' or '),
  accepts: (value) => values.includes(value),
});

export const text = (allowed: string, pattern: RegExp): FieldRule => ({
  allowed,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

export const integer = (allowed: string, min: number, max: (limits: GuardLimits) => number): FieldRule => ({
  allowed,
  accepts: (value, limits) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max(limits),
});

export const strings = (allowed: string, pattern: RegExp, most = 200): FieldRule => ({
  allowed,
  accepts: (value) =>
    Array.isArray(value) &&
    value.length <= most &&
    value.every((one) => typeof one === 'string' && pattern.test(one)),
});

export const mapOf = (
  allowed: string,
  accepts: (key: string, value: Json, limits: GuardLimits) => boolean,
): FieldRule => ({
  allowed,
  accepts: (value, limits) =>
    isObject(value) && Object.entries(value).every(([key, one]) => accepts(key, one, limits)),
});

export const required = (rule: FieldRule): FieldRule => ({ ...rule, required: true });
