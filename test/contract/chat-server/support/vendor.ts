import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const BUNDLE = join(__dirname, '../../../vendor/dist/vendor.cjs');

/** A validator of the vendor's: says yes or no, and why. It converts types, so it is given copies. */
export interface Validator {
  (value: unknown): boolean;
  errors?: { instancePath?: string; message?: string }[] | null;
}

interface Ajv {
  addSchema(schema: unknown, key: string): unknown;
  getSchema(key: string): Validator | undefined;
  compile(schema: unknown): Validator;
}

interface Vendor {
  rest: Record<string, unknown> & { ajv: Ajv; ajvQuery: Ajv };
  schemas: { components: { schemas: Record<string, unknown> } };
  DDPSDK: unknown;
}

let loaded: Vendor | undefined;

export function vendor(): Vendor {
  if (loaded) return loaded;
  if (!existsSync(BUNDLE))
    throw new Error("The vendor's packages are missing: run node test/vendor/install.mjs");
  loaded = createRequire(__filename)(BUNDLE) as Vendor;
  const { ajv } = loaded.rest;
  for (const [name, schema] of Object.entries(loaded.schemas.components.schemas)) {
    const key = `#/components/schemas/${name}`;
    if (!ajv.getSchema(key)) ajv.addSchema(schema, key);
  }
  return loaded;
}

/** A request validator of rest-typings, such as `isChatUpdateProps`. */
export function requestValidator(name: string): Validator {
  const validator = vendor().rest[name];
  if (typeof validator !== 'function') throw new Error(`rest-typings has no ${name}`);
  return validator as Validator;
}

/** What the vendor's schemas hold against an answer; empty when nothing. */
export function complaints(schema: unknown, answer: unknown): string[] {
  const validator = vendor().rest.ajv.compile(schema);
  if (validator(structuredClone(answer))) return [];
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

export const ref = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** `{success: true}` beside `properties`, all of them required and nothing else. */
export function success(
  properties: Record<string, unknown>,
  optional: Record<string, unknown> = {},
): unknown {
  return {
    type: 'object',
    properties: { ...properties, ...optional, success: { type: 'boolean', enum: [true] } },
    required: [...Object.keys(properties), 'success'],
    additionalProperties: false,
  };
}
