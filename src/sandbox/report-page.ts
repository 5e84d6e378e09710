import { TRIAL_EN } from '../texts/trial-en';
import type { CheckResult, CheckStatus, TrialReport } from './trial-report';

/** Nothing runs on the page, and nothing is loaded. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const MARKS: Record<CheckStatus, string> = {
  passed: '✓',
  warned: '!',
  review: '👁',
  failed: '✕',
  'not-measured': '–',
  skipped: '·',
};
const VERDICTS: Record<TrialReport['verdict'], string> = {
  pass: 'passed',
  pass_with_warnings: 'passed, with something to read',
  fail: 'did not pass',
  inconclusive: 'could not be judged',
};
const STYLE = `:root{color-scheme:light dark;--line:#8883;--soft:#8881;--good:#1a7f37;--mind:#9a6700;--bad:#cf222e}
@media(prefers-color-scheme:dark){:root{--good:#3fb950;--mind:#d29922;--bad:#f85149}}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.verdict{font-weight:600}.pass{color:var(--good)}.pass_with_warnings{color:var(--mind)}.fail{color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dt{opacity:.75}dd{margin:0}
.check{display:grid;grid-template-columns:1.5rem 1fr auto;gap:.5rem;padding:.4rem 0;border-top:1px solid var(--line)}
.check b{text-align:center}.check small{opacity:.75;white-space:nowrap}.passed b{color:var(--good)}.warned b,.review b{color:var(--mind)}.failed b{color:var(--bad)}
.skipped{opacity:.6}pre{background:var(--soft);padding:.6rem;overflow-x:auto;white-space:pre-wrap;font-size:.85rem;margin:.3rem 0}
svg{width:100%;height:8rem;background:var(--soft)}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}
code{font-size:.85em}@media(max-width:30rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}`;

/** One file for a person: every text of the component is escaped, and nothing of it can run. */
export function reportPage(report: TrialReport): string {
  const { title, version, verdict } = report;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(`Trial of ${title} ${version}`)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(`${title} ${version}`)}</h1>
<p class="verdict ${verdict}">${escaped(VERDICTS[verdict])} · rating ${report.rating.value} of 8 · score ${report.score} of 100</p>
${report.problem ? `<p>${escaped(report.problem.message)} <code>${escaped(report.problem.code)}</code></p>` : ''}
${facts(report)}
<h2>Checks</h2>${report.checks.map(check).join('')}
${memory(report)}${tools(report)}
${report.logTail.length > 0 ? `<h2>End of its error output</h2><pre>${escaped(report.logTail.join('\n'))}</pre>` : ''}
<h2>What this does not show</h2><p>${escaped(TRIAL_EN.limits)} It was tried ${report.kind === 'service' ? 'on a network without a way out' : 'without a network'} and with values that open nothing in place of secrets.</p>
</main></body></html>`;
}

function facts(report: TrialReport): string {
  const { latency, startToToolsMs, resources, engine, egress, rating, permissions } = report;
  const rows: [string, string][] = [
    ['Component', report.component],
    ['Kind', report.kind ?? 'mcp-tool'],
    ['Image', report.digest],
    ['Source', report.source],
    ['Trial', `${report.trialId}, ${report.startedAt}, ${(report.durationMs / 1000).toFixed(1)} s`],
    ['Network', permissions.network === 'none' ? 'none' : `asks for ${permissions.network}`],
    ['Keeps data', permissions.state ? 'yes' : 'no'],
    ['Secrets', permissions.secrets.join(', ') || 'none'],
    [
      'Rating',
      rating.reasons
        .map(
          ({ reason, points }) => `${TRIAL_EN.reasons[reason] ?? reason} ${points > 0 ? '+' : ''}${points}`,
        )
        .join(', '),
    ],
    ...(startToToolsMs === undefined ? [] : [['Ready after', `${startToToolsMs} ms`] as [string, string]]),
    ...(latency
      ? [
          [
            'Calls',
            `p50 ${latency.p50.toFixed(1)} ms, p95 ${latency.p95.toFixed(1)} ms, ${latency.calls} calls`,
          ] as [string, string],
        ]
      : []),
    ...(resources
      ? [
          [
            'Memory',
            `at most ${mib(resources.peakMemoryBytes)} of ${mib(resources.memoryLimitBytes)} MiB; processor ${resources.cpuMs} ms; ${resources.peakProcesses} processes and threads`,
          ] as [string, string],
        ]
      : []),
    ...(egress ? [['Tries to reach the network', String(egress.attempts)] as [string, string]] : []),
    ...(engine ? [['Engine', `${engine.version}, ${engine.runtime}`] as [string, string]] : []),
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

function check({ id, status, detail, ms, evidence = [] }: CheckResult): string {
  const said = detail === '' && status === 'skipped' ? 'not asked any more' : detail;
  const more = evidence.length > 0 ? `<pre>${escaped(evidence.join('\n'))}</pre>` : '';
  return `<div class="check ${status}"><b title="${status}" role="img" aria-label="${status}">${MARKS[status]}</b><div><strong>${escaped(TRIAL_EN.checks[id] ?? id)}</strong>: ${escaped(said)}${more}</div><small>${ms} ms</small></div>`;
}

function memory({ resources }: TrialReport): string {
  if (!resources || resources.memoryCurve.length < 2) return '';
  const { memoryCurve: curve, memoryLimitBytes: limit } = resources;
  const last = curve.at(-1)?.[0] ?? 1;
  const points = curve.map(
    ([ms, bytes]) => `${((ms / last) * 1000).toFixed(1)},${(100 - (bytes / limit) * 100).toFixed(1)}`,
  );
  return `<h2>Memory, up to its limit of ${mib(limit)} MiB, over ${(last / 1000).toFixed(0)} s</h2><svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="memory over time"><polyline fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke" points="${points.join(' ')}"/></svg>`;
}

function tools({ tools: tried }: TrialReport): string {
  if (tried.length === 0) return '';
  const rows = tried.map(
    ({ name, effect }) => `<tr><td><code>${escaped(name)}</code></td><td>${escaped(effect)}</td></tr>`,
  );
  return `<h2>Tools</h2><table><thead><tr><th>name</th><th>effect</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
