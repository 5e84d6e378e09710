/** What a person decides on after a trial. */
export interface TrialValues {
  title: string;
  version: string;
  verdict: 'pass' | 'pass_with_warnings' | 'fail' | 'inconclusive';
  seconds: number;
  rating: number;
  reasons: readonly { reason: string; points: number }[];
  tools: { read: number; write: number; destructive: number };
  network: boolean;
  state: boolean;
  secrets: number;
  memory?: { peakMiB: number; limitMiB: number };
  latencyMs?: number;
  startMs?: number;
  /** The worst first. `detail`: what was seen, in English. */
  findings: readonly { check: string; status: 'failed' | 'warned' | 'review'; detail: string }[];
  notMeasured: readonly string[];
  problem?: string;
  /** Where the whole of it can be read. */
  page: string;
}

/** The words of one language around the figures of a trial. */
export interface TrialWords {
  head(title: string, version: string, verdict: TrialValues['verdict'], seconds: number): string;
  tools(values: TrialValues['tools']): string;
  rights(network: boolean, state: boolean, secrets: number): string;
  costs(values: Pick<TrialValues, 'memory' | 'latencyMs' | 'startMs'>): string;
  finding(values: TrialValues['findings'][number]): string;
  more(count: number): string;
  problem(problem: string): string;
  notMeasured(checks: readonly string[]): string;
  rating(value: number, reasons: string): string;
  reasons: Readonly<Record<string, string>>;
  checks: Readonly<Record<string, string>>;
  limits: string;
  page(link: string): string;
}

const MOST_FINDINGS = 2;

/** A verdict, three to six bullets, the rating, what a trial cannot show, and where the rest stands. */
export function trialReport(values: TrialValues, words: TrialWords): string {
  const { title, version, verdict, seconds, findings, notMeasured, problem, rating } = values;
  const { read, write, destructive } = values.tools;
  const named = (check: string): string => words.checks[check] ?? check;
  const bullets = [
    ...(problem === undefined ? [] : [words.problem(problem)]),
    ...findings.slice(0, MOST_FINDINGS).map((one) => words.finding({ ...one, check: named(one.check) })),
    ...(findings.length > MOST_FINDINGS ? [words.more(findings.length - MOST_FINDINGS)] : []),
    ...(read + write + destructive > 0 ? [words.tools(values.tools)] : []),
    words.rights(values.network, values.state, values.secrets),
    ...(values.memory ? [words.costs(values)] : []),
    ...(notMeasured.length > 0 && verdict !== 'fail' ? [words.notMeasured(notMeasured.map(named))] : []),
  ];
  const reasons = values.reasons
    .map(({ reason, points }) => `${words.reasons[reason] ?? reason} ${points > 0 ? '+' : ''}${points}`)
    .join(', ');
  return [
    `**${words.head(title, version, verdict, seconds)}**`,
    ...bullets.slice(0, 6).map((line) => `- ${line}`),
    words.rating(rating, reasons),
    `_${words.limits}_`,
    words.page(values.page),
  ].join('\n');
}
