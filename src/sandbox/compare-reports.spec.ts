import { compareReports } from './compare-reports';
import { inconclusive } from './inconclusive';
import type { TrialReport } from './trial-report';

const BASE: TrialReport = {
  ...inconclusive({ id: 'a', component: 'c', title: 'C', version: '1.0.0' }, { code: 'X', message: '' }, 0),
  score: 90,
  checks: [{ number: 6, id: 'calls', status: 'passed', ms: 1, detail: 'fine' }],
  tools: [{ name: 'add', effect: 'read', descriptionHash: '1', schemaHash: '1' }],
  latency: { calls: 30, p50: 1, p95: 2 },
};

describe(compareReports, () => {
  it('finds nothing between a report and itself', () => {
    expect(compareReports(BASE, BASE)).toEqual({
      ...{ checks: [], toolsAdded: [], toolsRemoved: [], toolsChanged: [], rightsChanged: false },
      ...{ score: 0, latencyRatio: 1 },
    });
  });

  it('tells checks, tools, rights and costs that are otherwise', () => {
    const after: TrialReport = {
      ...BASE,
      score: 60,
      checks: [
        { number: 6, id: 'calls', status: 'failed', ms: 1, detail: 'broken' },
        { number: 7, id: 'bad-input', status: 'passed', ms: 1, detail: 'new' },
      ],
      tools: [
        { name: 'add', effect: 'write', descriptionHash: '1', schemaHash: '1' },
        { name: 'run', effect: 'read', descriptionHash: '1', schemaHash: '1' },
      ],
      permissions: { network: 'none', state: true, secrets: [] },
      latency: { calls: 30, p50: 1, p95: 5 },
    };
    expect(compareReports(BASE, after)).toEqual({
      checks: [
        { id: 'calls', before: 'passed', after: 'failed', detail: 'broken' },
        { id: 'bad-input', after: 'passed', detail: 'new' },
      ],
      toolsAdded: ['run'],
      toolsRemoved: [],
      toolsChanged: ['add'],
      rightsChanged: true,
      score: -30,
      latencyRatio: 2.5,
    });
    expect(compareReports(after, BASE).toolsRemoved).toEqual(['run']);
  });
});
