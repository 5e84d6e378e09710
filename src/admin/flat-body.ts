import { RdzenError } from '../shared/rdzen-error';

const MAX_DEPTH = 20;
const MAX_VALUES = 1_000;
/** Names that tools which copy objects treat as their own: refused, like any other unknown field, but here already. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/**
 * Refuses bodies that are nested deeper or hold more values than any request of ours needs, before anything walks them
 * recursively.
 *
 * @throws RdzenError BAD_REQUEST
 */
export function requireFlatBody(body: unknown): void {
  let level: unknown[] = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (depth >= MAX_DEPTH)
        throw new RdzenError('BAD_REQUEST', `The body is nested more than ${MAX_DEPTH} levels deep.`);
      const reserved = RESERVED.find((name) => Object.hasOwn(value, name));
      if (reserved) throw new RdzenError('BAD_REQUEST', `property ${reserved} should not exist`);
      for (const each of Object.values(value)) {
        if (++values > MAX_VALUES)
          throw new RdzenError('BAD_REQUEST', `The body holds more than ${MAX_VALUES} values.`);
        below.push(each);
      }
    }
    level = below;
  }
}
