import { Refusal } from '../refusal';
import type { UserDocument } from '../records/documents';
import type { Caller } from '../service/accounts';
import type { Shape, Values } from './shape';

/** @throws Refusal invalid-params */
type Checks = Pick<Shape, 'check'>;

/** A call to `/api/v1/<path>`, its parameters already checked against the route's shape. */
export interface RestCall {
  /** The query of a GET, the body of a POST. */
  values: Values;
  caller?: Caller;
}

export interface RestRoute {
  method: 'GET' | 'POST';
  path: string;
  /** Absent: anybody may call it. */
  authenticated?: boolean;
  /** Asks for a second factor (the headers `X-2fa-code` and `X-2fa-method`). */
  secondFactor?: boolean;
  /** Absent: the parameters are not looked at, as on the original. */
  shape?: Checks;
  /** The answer without `success: true`. @throws Refusal */
  handle: (call: RestCall) => Promise<Record<string, unknown>>;
}

type Handler = (user: UserDocument, values: Values) => Promise<Record<string, unknown> | void>;

export function get(path: string, shape: Checks | undefined, handler: Handler): RestRoute {
  return route('GET', path, shape, handler);
}

export function post(path: string, shape: Checks | undefined, handler: Handler): RestRoute {
  return route('POST', path, shape, handler);
}

function route(
  method: RestRoute['method'],
  path: string,
  shape: Checks | undefined,
  handler: Handler,
): RestRoute {
  return {
    method,
    path,
    authenticated: true,
    ...(shape && { shape }),
    handle: async ({ values, caller }) => {
      if (!caller) throw Refusal.unauthenticated();
      return (await handler(caller.user, values)) ?? {};
    },
  };
}

export function optionalText(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function text(values: Values, name: string): string {
  return optionalText(values, name) ?? '';
}

export function number(values: Values, name: string, fallback: number): number {
  const value = values[name];
  return typeof value === 'number' ? value : fallback;
}

export function texts(values: Values, name: string): string[] | undefined {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** @throws Refusal when the text is there and no date. */
export function date(values: Values, name: string): Date | undefined {
  const value = optionalText(values, name);
  if (!value) return undefined;
  const parsed = new Date(value);
  if (Number.isNaN(parsed.getTime())) {
    throw Refusal.coded(`error-${name}-param-invalid`, `The "${name}" query parameter must be a valid date`);
  }
  return parsed;
}
