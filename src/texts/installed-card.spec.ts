import type { InstalledCard, InstalledLine } from './installation-texts';
import { texts } from './texts';

const USE = { days: 7, calls: 42, errors: 1, errorRate: 2.4 };
const LINE: InstalledLine = {
  ...{ name: 'io.github.someone/memory', title: 'Memory', version: '1.0.0', state: 'active' },
};
const CARD: InstalledCard = {
  ...LINE,
  reason: 'promoted by @ann',
  approvedBy: ['@ann', 'backup script (API)'],
  trialId: 'k3R9xq',
  digest: 'sha256:abababababab',
  rights: {
    egress: ['api.example.org:443'],
    internal: [],
    stateMiB: 64,
    secrets: ['TOKEN'],
    tools: [
      { name: 'read_graph', effect: 'read' },
      { name: 'create_entities', effect: 'write' },
      { name: 'delete_entities', effect: 'destructive' },
    ],
  },
  refused: [
    { target: 'evil.example:443', reason: 'not-listed', times: 12, last: '2026-03-01 12:00 UTC' },
    { target: '10.0.0.1:80', reason: 'private-address', times: 1, last: '2026-03-01 11:00 UTC' },
  ],
  earlier: ['0.9.0', '0.8.0'],
  history: [
    {
      at: '2026-03-01 10:00 UTC',
      from: 'canary',
      to: 'active',
      version: '1.0.0',
      reason: 'promoted by @ann',
      by: '@ann',
    },
    {
      at: '2026-02-28 10:00 UTC',
      from: 'installing',
      to: 'canary',
      version: '1.0.0',
      reason: 'image and tools are those that were tried',
    },
    {
      at: '2026-02-28 09:59 UTC',
      from: 'none',
      to: 'installing',
      version: '1.0.0',
      reason: 'approved under K3R9XQ',
      by: '@ann',
    },
  ],
  use: {
    ...USE,
    tools: [{ name: 'read_graph', calls: 40, errors: 1, errorRate: 2.5, p95Ms: 12 }],
    memory: { usedMiB: 30, limitMiB: 256 },
    kept: { usedMiB: 3.5, limitMiB: 64, isOver: false },
  },
};
const nothing = { days: 7, calls: 0, errors: 0, errorRate: 0, tools: [] };
const shown = (language: 'en' | 'pl', card: InstalledCard): string[] =>
  texts(language).installedCard(card).split('\n');

describe('what is shown of installed components', () => {
  it('is a line each in a list', () => {
    const components: InstalledLine[] = [
      { ...LINE, use: { ...USE, tools: [] } },
      { ...LINE, state: 'canary', use: nothing },
      { ...LINE, next: { version: '1.1.0', state: 'canary' }, use: nothing },
      { ...LINE, state: 'quarantined', use: nothing },
      { ...LINE, state: 'installing', use: nothing },
    ];
    const head = '- **Memory** 1.0.0 (`io.github.someone/memory`): ';
    const list = (language: 'en' | 'pl'): string[] =>
      texts(language).installedList({ components }).split('\n').slice(1);
    expect(list('en').map((line) => line.replace(head, ''))).toEqual([
      '✅ active; 42 calls in 7 days, 1 failed (2.4 %)',
      '🐤 canary: only in the room that asked, reading tools only; not called in 7 days',
      '✅ active; upgrade to 1.1.0: canary in the room that asked; not called in 7 days',
      '⛔ quarantined: nothing of it runs; not called in 7 days',
      '⏳ being installed',
    ]);
    expect(list('pl').map((line) => line.replace(head, ''))).toEqual([
      '✅ aktywny; wywołania przez 7 dni: 42, nieudane: 1 (2,4 %)',
      '🐤 kanarek: tylko w pokoju, w którym o niego proszono, tylko narzędzia czytające; przez 7 dni ani jednego wywołania',
      '✅ aktywny; w drodze wersja 1.1.0: kanarek w pokoju, w którym o nią proszono; przez 7 dni ani jednego wywołania',
      '⛔ kwarantanna: nic z niego nie działa; przez 7 dni ani jednego wywołania',
      '⏳ w trakcie instalacji',
    ]);
  });

  it('is a card with all that is to be known of one', () => {
    expect(shown('en', CARD)).toEqual([
      '**Memory** 1.0.0 (`io.github.someone/memory`): ✅ active',
      '- why: promoted by @ann',
      '- may reach: the internet, but only api.example.org:443',
      '- keeps: files of up to 64 MiB',
      '- is told: the secrets TOKEN',
      '- tools that only read: read_graph',
      '- tools that change something: create_entities',
      '- tools that destroy or overwrite something: delete_entities',
      '- approved by: @ann, backup script (API); trial k3R9xq; image `sha256:abababababab`',
      '- used: 42 calls in 7 days, 1 failed (2.4 %)',
      '- `read_graph`: 40 calls, 1 failed (2.5 %), 95 % of them within 12 ms',
      '- takes now: 30 MiB of the 256 MiB it may take',
      '- keeps now: 3.5 MiB of the 64 MiB it may keep',
      '- wanted to reach and was refused: `evil.example:443` 12 times, last 2026-03-01 12:00 UTC (not in its list); `10.0.0.1:80` once, last 2026-03-01 11:00 UTC (no public address)',
      '- can go back to: 0.9.0, 0.8.0 (`!rollback io.github.someone/memory 0.9.0`)',
      '**History**',
      '- 2026-03-01 10:00 UTC: canary → active, 1.0.0 (promoted by @ann)',
      '- 2026-02-28 10:00 UTC: being installed → canary, 1.0.0 (image and tools are those that were tried, by itself)',
      '- 2026-02-28 09:59 UTC: new → being installed, 1.0.0 (approved under K3R9XQ, by @ann)',
    ]);
  });

  it('is in Polish with the reasons as well', () => {
    const card = shown('pl', CARD);
    expect(card[1]).toBe('- powód: dla wszystkich z decyzji: @ann');
    expect(card.slice(-4)).toEqual([
      '**Historia**',
      '- 2026-03-01 10:00 UTC: kanarek → aktywny, 1.0.0 (dla wszystkich z decyzji: @ann)',
      '- 2026-02-28 10:00 UTC: w trakcie instalacji → kanarek, 1.0.0 (obraz i narzędzia są takie jak w próbie, samoczynnie)',
      '- 2026-02-28 09:59 UTC: nowy → w trakcie instalacji, 1.0.0 (zgoda pod kodem K3R9XQ, przez @ann)',
    ]);
    expect(card).toContain(
      '- odmówiono dostępu do: `evil.example:443` (razy: 12, ostatnio 2026-03-01 12:00 UTC; nie ma go na liście); `10.0.0.1:80` (razy: 1, ostatnio 2026-03-01 11:00 UTC; to nie jest adres publiczny)',
    );
  });

  it('tells how far a canary is', () => {
    const calls = { version: '1.1.0', calls: 7, failures: 1, needed: 20 };
    expect(shown('en', { ...CARD, calls })).toContain(
      '- 1.1.0 as a canary: 7 of 20 calls and a day, then it is for everybody; 1 failed',
    );
    expect(shown('pl', { ...CARD, calls })).toContain(
      '- 1.1.0 jako kanarek: wywołania 7 z 20 (i doba), potem dla wszystkich; nieudane: 1',
    );
  });

  it('does not say of what is quarantined that it sleeps, and says when it keeps too much', () => {
    const kept = { usedMiB: 64, limitMiB: 64, isOver: true };
    const card: InstalledCard = { ...CARD, state: 'quarantined', use: { ...USE, tools: [], kept } };
    expect(shown('en', card)).toContain('- takes now: nothing');
    expect(shown('en', card).join()).toMatch(
      /more than the 64 MiB it may keep; its tools that write are not called/,
    );
    expect(shown('pl', card)).toContain('- pamięć teraz: żadna');
    expect(shown('pl', card).join()).toMatch(/więcej niż dozwolone 64 MiB/);
  });

  it('is short of what was removed, and tells whether its data stays', () => {
    const gone: InstalledCard = {
      ...CARD,
      state: 'removed',
      reason: 'removed by @ann, with its data',
      use: undefined,
    };
    expect(shown('en', gone).slice(0, 3)).toEqual([
      '**Memory** 1.0.0 (`io.github.someone/memory`): removed',
      '- why: removed by @ann, with its data',
      '**History**',
    ]);
    expect(shown('pl', gone)[1]).toBe('- powód: usunięcie wraz z danymi: @ann');
    const done = { ...LINE, state: 'removed' as const, dataStays: true };
    expect(texts('en').installedDone(done)).toMatch(
      /removed; what it keeps stays; `!remove \S+ data` takes it away$/,
    );
    expect(texts('pl').installedDone(done)).toMatch(
      /usunięty; jego dane zostają; usuwa je `!remove \S+ dane`$/,
    );
  });

  it('of a service tells who uses it, and of one that is gone whom that leaves without', () => {
    const service = { state: 'healthy' as const, restarts: 0 };
    const usedBy = ['io.github.someone/notes', 'io.github.someone/search'];
    expect(shown('en', { ...CARD, service, usedBy })).toContain(
      '- used by: `io.github.someone/notes`, `io.github.someone/search`',
    );
    expect(shown('pl', { ...CARD, service, usedBy: [] })).toContain('- korzystają z niej: nikt');
    const gone = {
      ...LINE,
      state: 'removed' as const,
      service: { ...service, state: 'stopped' as const },
      usedBy,
    };
    expect(texts('en').installedDone(gone)).toMatch(
      /removed; ⚠️ calls of `\S+notes`, `\S+search` fail until it is installed again$/,
    );
    expect(texts('pl').installedDone({ ...gone, usedBy: [] })).toMatch(/: usunięty$/);
  });

  it.each([
    [
      'removed',
      'removed by @ann, with its data',
      'is removed by @ann, with its data.',
      'usunięty (usunięcie wraz z danymi: @ann).',
    ],
    ['active', '1 of 20 calls failed', '(1 of 20 calls failed)', '(nieudane wywołania: 1 z 20)'],
    [
      'quarantined',
      'the tool "a" is new; the description of "b" is another',
      'the tool "a" is new;',
      'doszło narzędzie "a"; narzędzie "b" ma inny opis',
    ],
    ['failed', 'The registry is down.', ': The registry is down.', ': The registry is down.'],
    [
      'back-to',
      'taken back by @ann, with its data of T',
      '(taken back by @ann,',
      '(cofnięcie, z danymi z T: @ann)',
    ],
  ] as const)('a change is told: %s', (change, reason, en, pl) => {
    const values = { title: 'Memory', version: '1.0.0', change, reason };
    expect(texts('en').componentChanged(values)).toContain(en);
    expect(texts('pl').componentChanged(values)).toContain(pl);
  });
});
