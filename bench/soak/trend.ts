import { groupBy } from './group-by';

/** What one process had at a moment. */
export interface Sample {
  /** Milliseconds. */
  at: number;
  /** Which life of the gateway: its number, counted from 1. */
  life: number;
  value: number;
}

export interface Trend {
  /** By least squares, all lives together, each around its own mean; undefined where no life is long enough. */
  perHour?: number;
  /** How long the lives it comes from lasted after their warm-up, together. */
  minutes: number;
}

/**
 * Growth within a process: between two lives nothing is compared, and the first `warmUpMs` of each are left out.
 *
 * @param leastMs lives that are shorter after their warm-up tell nothing
 */
export function trend(samples: readonly Sample[], warmUpMs: number, leastMs: number): Trend {
  let [product, square, lastedMs] = [0, 0, 0];
  for (const life of groupBy(samples, (sample) => sample.life).values()) {
    const born = Math.min(...life.map(({ at }) => at));
    const settled = life.filter(({ at }) => at - born >= warmUpMs);
    const lasted = Math.max(...settled.map(({ at }) => at)) - born - warmUpMs;
    if (settled.length < 2 || lasted < leastMs) continue;
    const [meanAt, meanValue] = [mean(settled.map(({ at }) => at)), mean(settled.map(({ value }) => value))];
    for (const { at, value } of settled) {
      product += (at - meanAt) * (value - meanValue);
      square += (at - meanAt) ** 2;
    }
    lastedMs += lasted;
  }
  return {
    ...(square > 0 ? { perHour: (product / square) * 3_600_000 } : {}),
    minutes: lastedMs / 60_000,
  };
}

/** The longest life, from its first sample after the warm-up to its last. */
export function firstAndLast(
  samples: readonly Sample[],
  warmUpMs: number,
): { first: number; last: number; most: number; minutes: number } | undefined {
  const lives = [...groupBy(samples, ({ life }) => life).values()].map((life) => {
    const born = Math.min(...life.map(({ at }) => at));
    return life.filter(({ at }) => at - born >= warmUpMs);
  });
  const [longest] = lives.sort((a, b) => lengthOf(b) - lengthOf(a));
  const [first, last] = [longest?.at(0), longest?.at(-1)];
  if (!longest || !first || !last) return undefined;
  const most = Math.max(...longest.map(({ value }) => value));
  return { first: first.value, last: last.value, most, minutes: lengthOf(longest) / 60_000 };
}

function lengthOf(life: readonly Sample[]): number {
  return (life.at(-1)?.at ?? 0) - (life.at(0)?.at ?? 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
