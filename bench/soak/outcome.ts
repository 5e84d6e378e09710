import { quantile } from '../support/statistics';
import { FINDINGS, type Verdict } from './checker';
import type { Observer } from './observer';
import type { FaultKind } from './schedule';
import { firstAndLast, trend, type Sample } from './trend';

/** A young process grows to its working size. */
const WARM_UP_MS = 3 * 60_000;
const LEAST_LIFE_MS = 3 * 60_000;
const PROMPT_MS = 15_000;

export interface FaultCount {
  struck: number;
  /** There was nothing to strike at that moment. */
  missed: number;
}

export interface Facts {
  verdict: Verdict;
  observer: Observer;
  faults: ReadonlyMap<FaultKind, FaultCount>;
  heldBack: number;
  lives: number;
  /** Killed by us, and so bound to be started again. */
  coresKilled: number;
  /** What else must not be; empty in a good run. */
  problems: readonly string[];
}

/** The result as the lines of a table. */
export function rowsOf(facts: Facts): [string, string][] {
  const { verdict, observer, faults, heldBack, lives, coresKilled, problems } = facts;
  const { accepted, answered, refused, latenciesMs, findings } = verdict;
  const prompt = latenciesMs.filter((ms) => ms <= PROMPT_MS).length;
  const counts = [...faults.values()];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const extra = Math.max(0, observer.coresStartedAgain - coresKilled);
  return [
    ['questions accepted', String(accepted)],
    ['answered, whole and once', `${answered} (${percent(answered, accepted)})`],
    ...FINDINGS.map((kind): [string, string] => [
      kind,
      String(findings.filter((finding) => finding.kind === kind).length),
    ]),
    ['refused by the limits; turns held back', `${refused}; ${heldBack}`],
    ['answer latency p50', seconds(quantile(latenciesMs, 0.5))],
    ['answer latency p99', seconds(quantile(latenciesMs, 0.99))],
    ['longest', seconds(quantile(latenciesMs, 1))],
    ['answered within 15 s', percent(prompt, accepted)],
    [
      "unanswered of the last minute's questions, mean and most",
      `${percent(sum(observer.unanswered), observer.unanswered.length)}, ${percent(quantile(observer.unanswered, 1), 1)}`,
    ],
    ['switches', `${observer.automaticSwitches} automatic, ${observer.switchesByHand} by hand`],
    ['repairs', String(observer.repairs ?? '-')],
    [
      'core processes started again',
      `${observer.coresStartedAgain}, ${extra} of them not after a kill of ours`,
    ],
    ['lives of the gateway', String(lives)],
    ['memory of the gateway', memory(observer.memory)],
    ['open files of the gateway', course(observer.descriptors)],
    ['timers of the gateway', course(observer.timers)],
    [
      'faults',
      `${sum(counts.map(({ struck }) => struck))} struck, ${sum(counts.map(({ missed }) => missed))} missed`,
    ],
    ...[...faults].map(([kind, { struck, missed }]): [string, string] => [
      kind,
      missed > 0 ? `${struck}, ${missed} missed` : String(struck),
    ]),
    ['problems', problems.length === 0 ? 'none' : problems.join('; ')],
  ];
}

function memory(samples: readonly Sample[]): string {
  const { perHour, minutes } = trend(samples, WARM_UP_MS, LEAST_LIFE_MS);
  const most = Math.max(0, ...samples.map(({ value }) => value)).toFixed(0);
  if (perHour === undefined) return `no life was long enough for a slope; most ${most} MB`;
  return `${perHour >= 0 ? '+' : ''}${perHour.toFixed(1)} MB/h over ${minutes.toFixed(0)} min, the first three of each life left out; most ${most} MB`;
}

function course(samples: readonly Sample[]): string {
  const found = firstAndLast(samples, WARM_UP_MS);
  if (!found) return 'no life was long enough';
  const { first, last, most, minutes } = found;
  return `${first} first, ${last} last, ${most} at most, in the longest life (${minutes.toFixed(0)} min after its first three)`;
}

function percent(part: number, whole: number): string {
  const share = part / whole;
  return Number.isFinite(share) ? `${(share * 100).toFixed(2)} %` : '-';
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : '-';
}
