import { CoreFailure } from './core-failure';

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** `keep_alive` in milliseconds: seconds, or a duration such as `1h30m`; anything negative is for ever. */
export function parseKeepAlive(value: unknown): number {
  if (typeof value === 'number') return value < 0 ? Infinity : value * 1000;
  if (typeof value !== 'string')
    throw new CoreFailure(400, `json: cannot unmarshal ${typeof value} into keep_alive`);
  const negative = value.startsWith('-');
  const text = value.replace(/^[+-]/, '');
  const parts = [...text.matchAll(PART)];
  if (text !== '0' && (parts.length === 0 || parts.map(([part]) => part).join('') !== text)) {
    throw new CoreFailure(400, `time: invalid duration "${value}"`);
  }
  if (negative) return Infinity;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}
