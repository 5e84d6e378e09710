import { inconclusive } from './inconclusive';
import { PAGE_POLICY, reportPage } from './report-page';
import type { TrialReport } from './trial-report';

const REPORT: TrialReport = {
  ...inconclusive(
    { id: 'abc', component: 'io.x/y', title: 'Y', version: '1.0.0' },
    { code: 'X', message: 'm' },
    0,
  ),
  verdict: 'fail',
};

describe(reportPage, () => {
  it('lets nothing of a component become markup', () => {
    const evil = `<img src=x onerror=alert(1)>"'&`;
    const page = reportPage({
      ...REPORT,
      title: evil,
      source: evil,
      problem: { code: evil, message: evil },
      checks: [{ number: 4, id: evil, status: 'failed', ms: 1, detail: evil, evidence: [evil] }],
      tools: [{ name: evil, effect: 'read', descriptionHash: '', schemaHash: '' }],
      permissions: { network: evil, state: true, secrets: [evil] },
      logTail: [evil],
    });
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/<script|javascript:|https?:\/\//i);
    expect(
      page.match(/&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&amp;/g)?.length,
    ).toBeGreaterThanOrEqual(9);
    expect(PAGE_POLICY).not.toContain('script-src');
  });

  it('draws the memory between nothing and its limit', () => {
    const page = reportPage({
      ...REPORT,
      resources: {
        memoryLimitBytes: 100,
        peakMemoryBytes: 50,
        peakProcesses: 1,
        cpuMs: 1,
        memoryCurve: [
          [0, 0],
          [500, 50],
          [1_000, 100],
        ],
      },
    });
    expect(page).toContain('points="0.0,100.0 500.0,50.0 1000.0,0.0"');
  });
});
