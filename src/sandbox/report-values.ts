import type { TrialValues } from '../texts/trial-text';
import type { CheckStatus, TrialReport } from './trial-report';

const MIB = 2 ** 20;
const WORST_FIRST: readonly CheckStatus[] = ['failed', 'review', 'warned'];

/** A report as the message in a room tells it. */
export function reportValues(report: TrialReport, page: string): TrialValues {
  const { resources, latency, startToToolsMs, permissions, problem } = report;
  const count = (effect: string): number => report.tools.filter((tool) => tool.effect === effect).length;
  return {
    title: report.title,
    version: report.version,
    verdict: report.verdict,
    seconds: Math.max(1, Math.round(report.durationMs / 1000)),
    rating: report.rating.value,
    reasons: report.rating.reasons,
    tools: { read: count('read'), write: count('write'), destructive: count('destructive') },
    network: permissions.network !== 'none',
    state: permissions.state,
    secrets: permissions.secrets.length,
    ...(resources
      ? {
          memory: {
            peakMiB: Math.max(1, Math.round(resources.peakMemoryBytes / MIB)),
            limitMiB: Math.round(resources.memoryLimitBytes / MIB),
          },
        }
      : {}),
    ...(latency ? { latencyMs: Math.max(1, Math.round(latency.p95)) } : {}),
    ...(startToToolsMs === undefined ? {} : { startMs: startToToolsMs }),
    findings: WORST_FIRST.flatMap((status) =>
      report.checks
        .filter((check) => check.status === status)
        .map(({ id, detail }) => ({
          check: id,
          status: status as 'failed' | 'warned' | 'review',
          detail: detail.replace(/[.\s]+$/, ''),
        })),
    ),
    notMeasured: report.checks.filter(({ status }) => status === 'not-measured').map(({ id }) => id),
    ...(problem ? { problem: problem.message } : {}),
    page,
  };
}
