import type { CheckStatus, TrialReport } from './trial-report';

/** What is otherwise in a later report. */
export interface ReportComparison {
  checks: { id: string; before?: CheckStatus; after?: CheckStatus; detail: string }[];
  toolsAdded: string[];
  toolsRemoved: string[];
  toolsChanged: string[];
  rightsChanged: boolean;
  score: number;
  memoryRatio?: number;
  latencyRatio?: number;
}

export function compareReports(before: TrialReport, after: TrialReport): ReportComparison {
  const statusBefore = new Map(before.checks.map((check) => [check.id, check.status]));
  const statusAfter = new Map(after.checks.map((check) => [check.id, check]));
  const toolsBefore = new Map(before.tools.map((tool) => [tool.name, JSON.stringify(tool)]));
  const toolsAfter = new Map(after.tools.map((tool) => [tool.name, JSON.stringify(tool)]));
  const ids = [...new Set([...statusBefore.keys(), ...statusAfter.keys()])];
  const memory = ratio(after.resources?.peakMemoryBytes, before.resources?.peakMemoryBytes);
  const latency = ratio(after.latency?.p95, before.latency?.p95);
  return {
    checks: ids
      .filter((id) => statusBefore.get(id) !== statusAfter.get(id)?.status)
      .map((id) => ({
        id,
        ...(statusBefore.has(id) ? { before: statusBefore.get(id) } : {}),
        ...(statusAfter.has(id) ? { after: statusAfter.get(id)?.status } : {}),
        detail: statusAfter.get(id)?.detail ?? '',
      })),
    toolsAdded: [...toolsAfter.keys()].filter((name) => !toolsBefore.has(name)),
    toolsRemoved: [...toolsBefore.keys()].filter((name) => !toolsAfter.has(name)),
    toolsChanged: [...toolsAfter].flatMap(([name, tool]) =>
      toolsBefore.has(name) && toolsBefore.get(name) !== tool ? [name] : [],
    ),
    rightsChanged: JSON.stringify(before.permissions) !== JSON.stringify(after.permissions),
    score: after.score - before.score,
    ...(memory === undefined ? {} : { memoryRatio: memory }),
    ...(latency === undefined ? {} : { latencyRatio: latency }),
  };
}

function ratio(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || !before ? undefined : Math.round((after / before) * 100) / 100;
}
