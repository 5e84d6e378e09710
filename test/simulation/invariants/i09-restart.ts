import type { World } from '../world/world';
import type { Verdict } from './invariant';

export const RESTART = 'I9 a restart changes nothing';

/** All that people see and all that is written down, at rest. */
export type Standing = ReadonlyMap<string, string>;

export function standing({ ledger }: World): Standing {
  const all = new Map<string, string>();
  for (const [id, { message, texts }] of ledger.posts)
    all.set(`message ${id}`, `${texts.length} texts, the last: ${message.text}`);
  for (const [id, { state, attempt }] of ledger.rows)
    all.set(`question ${id}`, `${state}, attempt ${attempt}`);
  return all;
}

/** I9: a restart from a store at rest posts nothing, edits nothing and moves no question. */
export function restartIdempotent(before: Standing, after: Standing): Verdict {
  for (const [what, now] of after) {
    const was = before.get(what);
    // What was never said to us may be heard, and passed over, as late as now.
    const passedOver = was === undefined && now.startsWith('ignored');
    if (was !== now && !passedOver) return `${what}: ${was ?? 'not there'} -> ${now}`;
  }
  return undefined;
}
