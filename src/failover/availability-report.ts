import type { CourseRow } from '../core-registry/core-history';
import type { Transition } from '../core-registry/core.types';
import type { AnswerFigures } from '../journal/attempt-figures';
import { causeOf, originOf, type SwitchCause } from './switch-cause';

export const HOUR_MS = 3_600_000;
/** The longest time that is remembered, and can be asked about. */
export const LONGEST_REPORT_HOURS = 90 * 24;

/** Distribution of a time, ms. */
export interface Spread {
  p50: number;
  p95: number;
  max: number;
}

export interface RepairFigures {
  step: string;
  count: number;
  /** How many ended with what; those that go on yet under `running`. */
  outcomes: Readonly<Record<string, number>>;
}

/** How well people were served over a time. All moments are epoch ms. */
export interface AvailabilityReport {
  /** Where what is remembered begins, if that is later than what was asked for. */
  since: number;
  until: number;
  /** The time asked for reaches before what is remembered. */
  cut: boolean;
  switches: { automatic: number; planned: number; byHand: number };
  /** Of the switches that nobody asked for; the commonest first. */
  causes: readonly { kind: SwitchCause; count: number }[];
  /** From the first sign of trouble to the verdict; of automatic switches. */
  detected?: Spread;
  /** From the verdict to the switch; of automatic switches. */
  switched?: Spread;
  /** The longest a question under way stood still, ms. */
  longestWaitMs?: number;
  /** No core could answer, ms. */
  blackoutMs: number;
  /** One core could, and no other could have taken over, ms. */
  singleMs: number;
  /** Rdzen was stopped, ms; after a crash of Rdzen itself nobody knows. */
  offMs: number;
  /** Cores that were slow, and for how long, ms. */
  degraded: readonly { core: number; ms: number }[];
  answers: AnswerFigures;
  repairs: readonly RepairFigures[];
}

export interface ReportMaterial {
  /** What was asked for, epoch ms. */
  since: number;
  until: number;
  /** The first thing the history knows; undefined where it knows nothing. */
  firstKnownAt?: number;
  switches: readonly Transition[];
  /** Oldest first, from the last word before `since` on. */
  course: readonly CourseRow[];
  /** Longest waits of questions over a core, whether it was left or not, ms. */
  waits: readonly number[];
  answers: AnswerFigures;
  repairs: readonly RepairFigures[];
}

export function buildReport(material: ReportMaterial): AvailabilityReport {
  const { until, firstKnownAt = until, switches, course, answers, repairs } = material;
  const since = Math.max(material.since, firstKnownAt);
  const of = (origin: ReturnType<typeof originOf>): Transition[] =>
    switches.filter((each) => originOf(each) === origin);
  const automatic = of('automatic');
  const planned = of('planned');
  const modeMs = lengths(course.filter(({ core }) => core === 0).map(modeSpan), since, until);
  const waits = [...switches.map(({ waitedMs }) => waitedMs), ...material.waits].filter(isNumber);
  return {
    since,
    until,
    cut: since > material.since,
    switches: { automatic: automatic.length, planned: planned.length, byHand: of('by-hand').length },
    causes: counted([...automatic, ...planned].map(causeOf)),
    ...optional('detected', spread(automatic.map(({ detectedMs }) => detectedMs))),
    ...optional('switched', spread(automatic.map(({ switchedMs }) => switchedMs))),
    ...optional('longestWaitMs', waits.length === 0 ? undefined : Math.max(...waits)),
    blackoutMs: modeMs.get('BLACKOUT') ?? 0,
    singleMs: modeMs.get('SINGLE') ?? 0,
    offMs: modeMs.get('OFF') ?? 0,
    degraded: degradedMs(course, since, until),
    answers,
    repairs,
  };
}

/** From `at` on this is so, until the next one. */
interface Span {
  at: number;
  what: string;
}

function modeSpan({ at, to }: CourseRow): Span {
  return { at, what: to };
}

/** How long each thing was so, between `since` and `until`. A clock that was put back makes no time negative. */
function lengths(spans: readonly Span[], since: number, until: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [index, { at, what }] of spans.entries()) {
    const end = Math.min(spans[index + 1]?.at ?? until, until);
    const ms = Math.max(0, end - Math.max(at, since));
    sums.set(what, (sums.get(what) ?? 0) + ms);
  }
  return sums;
}

/** Slowness is not remembered over a restart, so the process's own beginning ends it. */
function degradedMs(
  course: readonly CourseRow[],
  since: number,
  until: number,
): { core: number; ms: number }[] {
  const ids = [...new Set(course.map(({ core }) => core))].filter((core) => core !== 0);
  return ids
    .map((id) => {
      const spans = course
        .filter(({ core, from }) => core === id || (core === 0 && from === ''))
        .map(({ at, to }) => ({ at, what: to === '+degraded' ? 'slow' : 'well' }));
      return { core: id, ms: lengths(spans, since, until).get('slow') ?? 0 };
    })
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => a.core - b.core);
}

function counted<Kind>(kinds: readonly Kind[]): { kind: Kind; count: number }[] {
  const counts = new Map<Kind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
}

/** Nearest rank: each is a time that really was. */
function spread(times: readonly (number | undefined)[]): Spread | undefined {
  const sorted = times.filter(isNumber).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
