import { SWITCH_CAUSES } from '../failover/switch-cause';
import type { ReportValues } from './catalogue';
import { REPORT_EN } from './report-en';
import { REPORT_PL } from './report-pl';
import { texts } from './texts';

const CALM: ReportValues = {
  period: '24h',
  switches: { automatic: 0, byHand: 0, planned: 0 },
  causes: [],
  blackoutMs: 0,
  singleMs: 0,
  offMs: 0,
  degraded: [],
  repairs: [],
  given: 12,
  continued: 0,
  restarted: 0,
  fenced: 0,
};
const BUSY: ReportValues = {
  period: '7d',
  since: '2026-11-26 14:05 UTC',
  switches: { automatic: 3, byHand: 1, planned: 2 },
  causes: [
    { kind: 'died', count: 2 },
    { kind: 'slow', count: 2 },
    { kind: 'hung', count: 1 },
  ],
  detected: { p50: 41, max: 4_730 },
  switched: { p50: 8, max: 31 },
  longestWaitMs: 12_400,
  blackoutMs: 42_000,
  singleMs: 185_000,
  offMs: 300_000,
  degraded: [{ core: 2, ms: 180_000 }],
  repairs: [
    { step: 'unload', count: 1 },
    { step: 'restart', count: 2 },
  ],
  given: 240,
  continued: 3,
  restarted: 1,
  fenced: 1,
  answersSince: '2026-11-27 00:00 UTC',
};

describe('the availability report, read aloud', () => {
  it('of a calm day', () => {
    expect(texts('en').report(CALM)).toBe(
      [
        '**The last 24h**',
        '- a core could always answer, and another take over',
        '- no switches',
        '- no repairs',
        '- answers: 12; continued after a break: 0, begun anew: 0, too late and dropped: 0',
      ].join('\n'),
    );
    expect(texts('pl').report(CALM)).toBe(
      [
        '**Ostatnie 24h**',
        '- zawsze któryś rdzeń mógł odpowiadać, a inny przejąć pracę',
        '- bez przełączeń',
        '- bez napraw',
        '- odpowiedzi: 12; dokończone po przerwaniu: 0, zaczęte od nowa: 0, spóźnione i odrzucone: 0',
      ].join('\n'),
    );
  });

  it('of a bad week', () => {
    expect(texts('en').report(BUSY)).toBe(
      [
        '**The last 7d, of which I remember what was since 2026-11-26 14:05 UTC**',
        '- no core could answer for 42s in all',
        '- for 3m5s in all one core could answer, and no other take over',
        '- Rdzen was switched off for 5m',
        '- core 2 was slow for 3m',
        '- switches: 3 because a core failed, 1 by hand, 2 to a better core',
        "- 2 × the core's process died",
        '- 2 × the core had become slow',
        '- 1 × the core answered, but generated nothing',
        '- trouble was noticed within 41 ms (median), 4.73 s at most',
        '- after that the switch took 8 ms (median), 31 ms at most',
        '- the longest that an answer stood still: 12 s',
        '- repairs: 3 (model unloaded 1, restart 2)',
        '- answers since 2026-11-27 00:00 UTC: 240; continued after a break: 3, begun anew: 1, too late and dropped: 1',
      ].join('\n'),
    );
    expect(texts('pl').report(BUSY)).toBe(
      [
        '**Ostatnie 7d; pamiętam to, co było od 2026-11-26 14:05 UTC**',
        '- łącznie przez 42s żaden rdzeń nie mógł odpowiadać',
        '- łącznie przez 3m5s odpowiadać mógł jeden rdzeń, a żaden inny nie mógł przejąć pracy',
        '- Rdzen był wyłączony przez 5m',
        '- rdzeń 2 był powolny przez 3m',
        '- przełączenia: 3 z powodu awarii rdzenia, 1 na polecenie, 2 na lepszy rdzeń',
        '- 2 × padł proces rdzenia',
        '- 2 × rdzeń zwolnił',
        '- 1 × rdzeń odpowiadał, ale niczego nie generował',
        '- kłopot zauważono po 41 ms (mediana), najpóźniej po 4,73 s',
        '- samo przełączenie trwało potem 8 ms (mediana), najdłużej 31 ms',
        '- najdłuższy postój w pisaniu odpowiedzi: 12 s',
        '- naprawy: 3 (usunięcie modelu z pamięci 1, restart 2)',
        '- odpowiedzi od 2026-11-27 00:00 UTC: 240; dokończone po przerwaniu: 3, zaczęte od nowa: 1, spóźnione i odrzucone: 1',
      ].join('\n'),
    );
  });

  it('tells one time once', () => {
    const once = { ...BUSY, detected: { p50: 9, max: 9 }, switched: { p50: 2, max: 2 } };
    expect(texts('en').report(once)).toContain(
      '- trouble was noticed within 9 ms\n- after that the switch took 2 ms\n',
    );
    expect(texts('pl').report(once)).toContain(
      '- kłopot zauważono po 9 ms\n- samo przełączenie trwało potem 2 ms\n',
    );
  });

  it('does not make much of the moment between two cores', () => {
    const text = texts('en').report({ ...CALM, blackoutMs: 300, singleMs: 900 });
    expect(text).toContain('a core could always answer, and another take over');
  });

  it('has a sentence for every cause in both languages', () => {
    for (const { causes } of [REPORT_EN, REPORT_PL])
      expect(Object.keys(causes).sort()).toEqual([...SWITCH_CAUSES].sort());
  });

  it('calls a cause it does not know by no name of ours', () => {
    const text = texts('pl').report({ ...BUSY, causes: [{ kind: 'brand-new', count: 5 }] });
    expect(text).toContain('5 × inna przyczyna');
    expect(text).not.toContain('brand-new');
  });
});
