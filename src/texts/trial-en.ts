import type { TrialWords } from './trial-text';

const VERDICTS = {
  pass: '✅ passed its trial',
  pass_with_warnings: '🟡 passed its trial, with something to read first',
  fail: '❌ did not pass its trial',
  inconclusive: '⚪ could not be judged',
} as const;
const count = (number: number, one: string): string => `${number} ${one}`;

export const TRIAL_EN: TrialWords = {
  head: (title, version, verdict, seconds) => `${title} ${version} ${VERDICTS[verdict]} (${seconds} s)`,
  tools: ({ read, write, destructive }) =>
    `Its tools: ${[
      read > 0 ? count(read, 'only read') : '',
      write > 0 ? count(write, 'write') : '',
      destructive > 0 ? count(destructive, 'can destroy something') : '',
    ]
      .filter(Boolean)
      .join(', ')}.`,
  rights: (network, state, secrets) =>
    [
      network ? 'It asks for the network.' : 'It has no network.',
      state ? 'It keeps data.' : 'It keeps nothing.',
      secrets > 0 ? `It needs ${secrets} ${secrets === 1 ? 'secret' : 'secrets'} of yours.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  costs: ({ memory, latencyMs, startMs }) =>
    [
      memory ? `It took ${memory.peakMiB} of ${memory.limitMiB} MiB of memory` : '',
      startMs === undefined ? '' : `was ready after ${(startMs / 1000).toFixed(1)} s`,
      latencyMs === undefined ? '' : `and 95 % of its answers came within ${latencyMs} ms`,
    ]
      .filter(Boolean)
      .join(', ')
      .concat('.'),
  finding: ({ check, status, detail }) =>
    `${{ failed: 'Failed', warned: 'Warning', review: 'Please read' }[status]}, ${check}: ${detail}.`,
  more: (number) => `And ${number} more; they stand in the report.`,
  problem: (problem) => `That says nothing of the component: ${problem}`,
  notMeasured: (checks) => `Not measured here: ${checks.join(', ')}.`,
  rating: (value, reasons) => `Rating ${value} of 8${reasons === '' ? '.' : ` (${reasons}).`}`,
  reasons: {
    'no-network': 'no network',
    'reads-only': 'only reads',
    signed: 'signed',
    'wants-network': 'wants the network',
    'keeps-state': 'keeps data',
    'destructive-tools': 'can destroy',
    'wants-secrets': 'wants secrets',
    'for-review': 'something to read',
    'tried-network': 'tried the network',
    'did-not-pass': 'did not pass',
  },
  checks: {
    admission: 'admission',
    image: 'image',
    start: 'start',
    protocol: 'protocol',
    tools: 'list of tools',
    text: 'texts of the tools',
    calls: 'declared calls',
    'bad-input': 'wrong input',
    effects: 'files it changed',
    resources: 'memory, processor and processes',
    latency: 'speed',
    egress: 'network',
    concurrency: 'many calls at once',
    crash: 'after a kill',
    output: 'its output',
    stability: 'constancy',
    generation: 'generation',
    'model-fit': 'choice by a model',
    stop: 'its end',
  },
  limits:
    'A trial cannot show a component that turns bad later; that is why its image is pinned by a digest.',
  page: (link) => `The whole report: ${link}`,
};
