import { formatDuration, parseDuration } from '../shared/duration';
import { RdzenError } from '../shared/rdzen-error';
import { LONGEST_HOLD_MS } from './cluster-control.service';

/** Milliseconds. @throws RdzenError BAD_REQUEST for what is no duration, and for an endless one. */
export function requireTtl(ttl: string): number {
  const ms = parseDuration(ttl);
  if (ms !== undefined && ms <= LONGEST_HOLD_MS) return ms;
  throw new RdzenError(
    'BAD_REQUEST',
    `ttl is ${JSON.stringify(ttl.slice(0, 20))}; it must be a duration such as 90s, 30m or 1h30m, of at most ${formatDuration(LONGEST_HOLD_MS)}.`,
  );
}
