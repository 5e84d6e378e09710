import type { TrialWords } from './trial-text';

const VERDICTS = {
  pass: '✅ przeszedł próbę',
  pass_with_warnings: '🟡 przeszedł próbę, ale najpierw coś trzeba przeczytać',
  fail: '❌ nie przeszedł próby',
  inconclusive: '⚪ nie dał się ocenić',
} as const;

export const TRIAL_PL: TrialWords = {
  head: (title, version, verdict, seconds) => `${title} ${version} ${VERDICTS[verdict]} (${seconds} s)`,
  tools: ({ read, write, destructive }) =>
    `Jego narzędzia: ${[
      read > 0 ? `tylko czytające: ${read}` : '',
      write > 0 ? `zapisujące: ${write}` : '',
      destructive > 0 ? `mogące coś zniszczyć: ${destructive}` : '',
    ]
      .filter(Boolean)
      .join(', ')}.`,
  rights: (network, state, secrets) =>
    [
      network ? 'Prosi o dostęp do sieci.' : 'Nie ma dostępu do sieci.',
      state ? 'Przechowuje dane.' : 'Niczego nie przechowuje.',
      secrets > 0 ? `Potrzebuje twoich tajnych danych: ${secrets}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  costs: ({ memory, latencyMs, startMs }) =>
    [
      memory ? `Zajął ${memory.peakMiB} z ${memory.limitMiB} MiB pamięci` : '',
      startMs === undefined ? '' : `był gotowy po ${(startMs / 1000).toFixed(1).replace('.', ',')} s`,
      latencyMs === undefined ? '' : `a 95 % odpowiedzi przyszło w ciągu ${latencyMs} ms`,
    ]
      .filter(Boolean)
      .join(', ')
      .concat('.'),
  finding: ({ check, status, detail }) =>
    `${{ failed: 'Błąd', warned: 'Ostrzeżenie', review: 'Do przeczytania' }[status]}, ${check}: „${detail}”.`,
  more: (number) => `Dalszych uwag: ${number}; są w raporcie.`,
  problem: (problem) => `To nic nie mówi o komponencie: „${problem}”`,
  notMeasured: (checks) => `Nie zmierzono tutaj: ${checks.join(', ')}.`,
  rating: (value, reasons) => `Ocena ${value} na 8${reasons === '' ? '.' : ` (${reasons}).`}`,
  reasons: {
    'no-network': 'bez sieci',
    'reads-only': 'tylko czyta',
    signed: 'podpisany',
    'wants-network': 'chce sieci',
    'keeps-state': 'przechowuje dane',
    'destructive-tools': 'może niszczyć',
    'wants-secrets': 'chce tajnych danych',
    'for-review': 'coś do przeczytania',
    'tried-network': 'próbował sieci',
    'did-not-pass': 'nie przeszedł próby',
  },
  checks: {
    admission: 'dopuszczenie',
    image: 'obraz',
    start: 'start',
    protocol: 'protokół',
    tools: 'lista narzędzi',
    text: 'opisy narzędzi',
    calls: 'zadeklarowane wywołania',
    'bad-input': 'błędne dane',
    effects: 'zmienione pliki',
    resources: 'pamięć, procesor i procesy',
    latency: 'szybkość',
    egress: 'sieć',
    concurrency: 'wiele wywołań naraz',
    crash: 'po zabiciu',
    output: 'to, co wypisuje',
    stability: 'stałość',
    generation: 'generowanie',
    'model-fit': 'wybór przez model',
    stop: 'zakończenie',
  },
  limits:
    'Próba nie pokaże komponentu, który zepsuje się później; dlatego jego obraz jest przypięty skrótem.',
  page: (link) => `Cały raport: ${link}`,
};
