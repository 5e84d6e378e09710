import type { Measure } from './figure';
import { median, quantile } from './statistics';

/** From this many values on a p99 says something. */
const MANY = 30;

/** One line of a table. */
export interface Summary {
  name: string;
  median: string;
  spread: string;
  p99: string;
  count: number;
  target: string;
  verdict: 'met' | 'missed' | '';
  cause?: string;
}

export function summarise({ name, unit, values, target, cause }: Measure): Summary {
  const value = (number: number): string => `${digits(number)} ${unit}`.trim();
  const spread = `${digits(Math.min(...values))} .. ${digits(Math.max(...values))}`;
  const p99 = values.length >= MANY ? value(quantile(values, 0.99)) : '';
  const common = { name, median: value(median(values)), spread, p99, count: values.length };
  if (!target) return { ...common, target: '', verdict: '' };
  const { of, most = Infinity, least = -Infinity } = target;
  const judged =
    of === 'median' ? median(values) : of === 'p99' ? quantile(values, 0.99) : Math.max(...values);
  const bound = Number.isFinite(most) ? `<= ${value(most)}` : `>= ${value(least)}`;
  const met = judged <= most && judged >= least;
  return {
    ...common,
    target: of === 'median' ? bound : `${of} ${bound}`,
    verdict: met ? 'met' : 'missed',
    ...(met ? {} : { cause: cause ?? 'the cause is not found yet.' }),
  };
}

function digits(number: number): string {
  if (!Number.isFinite(number)) return '-';
  return number.toFixed(Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2);
}
