import { formatDuration } from '../shared/duration';
import type { ReportValues } from './catalogue';

/** The words of one language around the figures of the availability report. */
export interface ReportWords {
  /** BCP 47, for numbers. */
  locale: string;
  title(period: string): string;
  /** `since`: where what is remembered begins. */
  titleSince(period: string, since: string): string;
  alwaysAnswered: string;
  alwaysWithStandIn: string;
  blackout(time: string): string;
  single(time: string): string;
  off(time: string): string;
  slow(core: number, time: string): string;
  noSwitches: string;
  switches(parts: string): string;
  automatic(count: number): string;
  byHand(count: number): string;
  planned(count: number): string;
  causes: Readonly<Record<string, string>>;
  /** `longest` where it is another than the median. */
  detected(median: string, longest?: string): string;
  switched(median: string, longest?: string): string;
  longestWait(time: string): string;
  noRepairs: string;
  repairs(count: number, parts: string): string;
  steps: Readonly<Record<string, string>>;
  answers(values: Pick<ReportValues, 'given' | 'continued' | 'restarted' | 'fenced'>, since?: string): string;
}

/** Shorter than this it is the gap between two cores, which the times below tell better. */
const WORTH_TELLING_MS = 1_000;
const MOST_CAUSES = 4;

/** Five to a dozen lines. */
export function report(values: ReportValues, words: ReportWords): string {
  const { period, since, answersSince } = values;
  const title = since === undefined ? words.title(period) : words.titleSince(period, since);
  const lines = [
    ...availability(values, words),
    ...switches(values, words),
    ...repairs(values, words),
    words.answers(values, answersSince),
  ];
  return [`**${title}**`, ...lines.map((line) => `- ${line}`)].join('\n');
}

function availability({ blackoutMs, singleMs, offMs, degraded }: ReportValues, words: ReportWords): string[] {
  const told = (ms: number): boolean => ms >= WORTH_TELLING_MS;
  const whole = !told(singleMs) && !told(blackoutMs);
  return [
    told(blackoutMs)
      ? words.blackout(formatDuration(blackoutMs))
      : whole
        ? words.alwaysWithStandIn
        : words.alwaysAnswered,
    ...(told(singleMs) ? [words.single(formatDuration(singleMs))] : []),
    ...(told(offMs) ? [words.off(formatDuration(offMs))] : []),
    ...degraded.filter(({ ms }) => told(ms)).map(({ core, ms }) => words.slow(core, formatDuration(ms))),
  ];
}

function switches(values: ReportValues, words: ReportWords): string[] {
  const { detected, switched, longestWaitMs } = values;
  const { automatic, byHand, planned } = values.switches;
  const seconds = (ms: number): string => inSeconds(ms, words.locale);
  const spread = ({ p50, max }: { p50: number; max: number }): [string, string?] =>
    p50 === max ? [seconds(p50)] : [seconds(p50), seconds(max)];
  const wait = longestWaitMs === undefined ? [] : [words.longestWait(seconds(longestWaitMs))];
  if (automatic + byHand + planned === 0) return [words.noSwitches, ...wait];
  const parts = [
    automatic > 0 && words.automatic(automatic),
    byHand > 0 && words.byHand(byHand),
    planned > 0 && words.planned(planned),
  ].filter(Boolean);
  return [
    words.switches(parts.join(', ')),
    ...values.causes
      .slice(0, MOST_CAUSES)
      .map(({ kind, count }) => `${count} × ${words.causes[kind] ?? words.causes.other}`),
    ...(detected ? [words.detected(...spread(detected))] : []),
    ...(switched ? [words.switched(...spread(switched))] : []),
    ...wait,
  ];
}

function repairs({ repairs: made }: ReportValues, words: ReportWords): string[] {
  const total = made.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [words.noRepairs];
  const parts = made.map(({ step, count }) => `${words.steps[step] ?? step} ${count}`);
  return [words.repairs(total, parts.join(', '))];
}

/** Milliseconds below a second; then two digits below ten seconds, and none above. */
function inSeconds(ms: number, locale: string): string {
  if (ms < 1_000) return `${Math.max(1, Math.round(ms))} ms`;
  const digits = ms < 10_000 ? 2 : 0;
  return `${(ms / 1_000).toLocaleString(locale, { maximumFractionDigits: digits })} s`;
}
