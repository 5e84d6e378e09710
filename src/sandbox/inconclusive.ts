import { REPORT_SCHEMA, type TrialReport } from './trial-report';

/** Of a trial that came to no judgement, and no further than this. @param startedAt epoch ms */
export function inconclusive(
  row: { id: string; component: string; title: string; version: string },
  problem: { code: string; message: string },
  startedAt: number,
): TrialReport {
  return {
    schema: REPORT_SCHEMA,
    trialId: row.id,
    component: row.component,
    title: row.title,
    version: row.version,
    digest: '',
    source: '',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: 0,
    policyHash: '',
    verdict: 'inconclusive',
    score: 0,
    rating: { value: 1, reasons: [{ reason: 'did-not-pass', points: 0 }] },
    checks: [],
    tools: [],
    permissions: { network: 'none', state: false, secrets: [] },
    problem,
    logTail: [],
  };
}
