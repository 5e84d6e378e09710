import type { ReportValues } from './catalogue';

/** The words of one language around the figures of the availability report. */
export interface ReportWords {
  title(hours: number): string;
  calm: string;
  switches(automatic: number, byHand: number): string;
  cause(cause: string, count: number): string;
  times(values: {
    detectedP50: string;
    detectedMost: string;
    switchedMost: string;
    waitedMost: string;
  }): string;
  answers(values: Pick<ReportValues, 'answered' | 'continued' | 'restarted' | 'fenced'>): string;
  repairs(count: number): string;
  minutes(degraded: string, blackout: string): string;
}

/** Three to eight lines. */
export function report(values: ReportValues, words: ReportWords): string {
  const { hours, automatic, byHand, causes, answered, continued, restarted, fenced, repairs } = values;
  const lines = [`**${words.title(hours)}**`];
  const quiet = automatic === 0 && byHand === 0 && values.blackoutMinutes === 0 && repairs === 0;
  if (quiet) lines.push(`- ${words.calm}`);
  else {
    lines.push(`- ${words.switches(automatic, byHand)}`);
    for (const { cause, count } of causes.slice(0, 4)) lines.push(`  - ${words.cause(cause, count)}`);
    if (automatic > 0) {
      const { detectedP50, detectedMost, switchedMost, waitedMost } = values;
      lines.push(
        `- ${words.times({
          detectedP50: seconds(detectedP50),
          detectedMost: seconds(detectedMost),
          switchedMost: seconds(switchedMost),
          waitedMost: seconds(waitedMost),
        })}`,
      );
    }
    lines.push(`- ${words.repairs(repairs)}`);
  }
  lines.push(`- ${words.answers({ answered, continued, restarted, fenced })}`);
  lines.push(`- ${words.minutes(minutes(values.degradedMinutes), minutes(values.blackoutMinutes))}`);
  return lines.join('\n');
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

function minutes(count: number): string {
  return count > 0 && count < 10 ? count.toFixed(1) : String(Math.round(count));
}
