import { eventually } from '../../support/chat-person';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };
const ROOT = { id: 'root-id', username: 'root' };

describe('the availability report', () => {
  let sut: InProcessRdzen;
  let begun: number;

  beforeAll(async () => {
    begun = Date.now();
    sut = await InProcessRdzen.ready();
    sut.chat.roles.set('admin', [ROOT.id]);
  });
  afterAll(() => sut?.stop());

  const report = (query = ''): Promise<Reply> => sut.ask('GET', `/api/v1/failover/report${query}`);
  const history = async (query: string): Promise<number[]> => {
    const { text } = await sut.ask('GET', `/api/v1/failover/history?${query}`);
    return (JSON.parse(text) as { epoch: number }[]).map(({ epoch }) => epoch);
  };

  it('of a cluster that has only just begun says where its memory begins', async () => {
    const { status, body } = await report();
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ hours: 24, cut: true, since: expect.any(String), until: expect.any(String) },
        switches: { automatic: 0, planned: 0, by_hand: 0 },
        causes: [],
        minutes: { blackout: expect.any(Number), single: expect.any(Number), off: 0 },
        degraded: [],
        answers: { given: 0, continued: 0, restarted: 0, fenced: 0, since: expect.any(String) },
        repairs: [],
      },
    });
    const since = Date.parse(String(body.since));
    expect(since).toBeGreaterThanOrEqual(begun);
    expect(since).toBeLessThanOrEqual(Date.parse(String(body.until)));
    // The moment from the start until a core had proven itself.
    expect((body.minutes as { blackout: number }).blackout).toBeGreaterThan(0);
    expect((body.minutes as { blackout: number }).blackout).toBeLessThan(0.3);
  });

  it('tells what happened: a failure in mid-answer, a switch by hand, and how long people waited', async () => {
    const question = await sut.longAnswer(ANN, 40);
    await sut.fall(1);
    await sut.becomes(({ active_core: active }) => active === 2);
    await eventually(
      () => sut.answersTo(question),
      (texts) => texts.some((text) => text.includes('word39') && !text.endsWith('▍')),
      10_000,
      'the whole answer, after the notice of the switch',
    );
    sut.cores.down.clear();
    await sut.proven();
    await sut.idle();
    await sut.ask('POST', '/switch_core', { body: { core_id: 1 } });
    const { body } = await eventually(
      () => report('?hours=1'),
      (seen) => seen.body.longest_wait_ms !== undefined,
      5_000,
      'the wait is in the report',
    );
    expect(body).toMatchObject({
      hours: 1,
      switches: { automatic: 1, planned: 0, by_hand: 1 },
      causes: [{ kind: 'unreachable', count: 1 }],
      answers: { given: 1 },
    });
    const { answers, detected_ms: detected, switched_ms: switched, longest_wait_ms: waited, minutes } = body;
    const { continued, restarted } = answers as Record<string, number>;
    expect((continued ?? 0) + (restarted ?? 0)).toBe(1);
    for (const spread of [detected, switched] as Record<string, number>[]) {
      expect(Object.keys(spread)).toEqual(['p50', 'p95', 'max']);
      expect(spread.max).toBeGreaterThanOrEqual(0);
      expect(spread.max).toBeLessThan(5_000);
    }
    expect(waited).toBeGreaterThanOrEqual(0);
    expect(waited).toBeLessThan(10_000);
    expect((minutes as Record<string, number>).single).toBeGreaterThan(0);
  });

  it('says the same in the chat, in the language of the room', async () => {
    const room = sut.chat.direct(ROOT);
    const say = (text: string): Promise<string> => sut.answerTo(sut.say(ROOT, room, text));
    const english = await say('!report');
    expect(english).toMatch(
      /^\*\*The last 24h, of which I remember what was since \d{4}-\d\d-\d\d \d\d:\d\d UTC\*\*$/m,
    );
    expect(english).toContain('- switches: 1 because a core failed, 1 by hand');
    expect(english).toContain('- 1 × the core broke the connection, or took none');
    expect(english).toMatch(/^- answers: 1; /m);
    await say('!language pl');
    const polish = await say('!report 7d');
    expect(polish).toMatch(/^\*\*Ostatnie 7d; pamiętam to, co było od \d{4}/);
    expect(polish).toContain('- przełączenia: 1 z powodu awarii rdzenia, 1 na polecenie');
    expect(polish).toContain('- 1 × rdzeń zerwał połączenie albo żadnego nie przyjął');
    expect(polish).not.toMatch(/\b(core|the|was|switch|answer|repair)/i);
    expect(polish.split('\n').length).toBe(english.split('\n').length);
    expect(await say('!report 91d')).toBe(
      'Użyj `!report`, by zobaczyć ostatnie 24h, albo podaj inny czas, na przykład `!report 7d`; najwyżej 90d.',
    );
    await say('!language en');
    for (const wrong of ['yesterday', '0h', '-1h', '24', '2161h', '1h now'])
      expect(await say(`!report ${wrong}`)).toBe(
        'Use `!report` for the last 24h, or say for how long, for example `!report 7d`; at most 90d.',
      );
  });

  it.each(['hours=0', 'hours=2161', 'hours=x', 'hours=1.5', 'hours=', 'hours=-1', 'hours=1e9', 'days=1'])(
    'is refused with %s',
    async (query) => {
      expectProblem(await report(`?${query}`), 'BAD_REQUEST');
    },
  );

  describe('GET /api/v1/failover/history', () => {
    it('tells of a time, by its beginning or by hours', async () => {
      expect(await history('')).toEqual([3, 2]);
      expect(await history('hours=1')).toEqual([3, 2]);
      const { text } = await sut.ask('GET', '/api/v1/failover/history?limit=1');
      const [{ at = '' } = {}] = JSON.parse(text) as { at: string }[];
      expect(await history(`since=${at}`)).toEqual([3]);
      expect(await history(`since=${at}&hours=2160`)).toEqual([3]);
      const later = new Date(Date.parse(at) + 1).toISOString();
      expect(await history(`since=${later}`)).toEqual([]);
      expect(await history(`since=${encodeURIComponent('2026-01-01T00:00:00+01:00')}&limit=1`)).toEqual([3]);
    });

    it.each([
      'since=yesterday',
      'since=2026-11-27',
      'since=2026-11-27T14:00:00',
      'since=2026-02-30T14:00:00Z',
      'since=1700000000',
      'since=',
      'hours=0',
      'hours=2161',
      'hours=x',
    ])('is refused with %s', async (query) => {
      expectProblem(await sut.ask('GET', `/api/v1/failover/history?${query}`), 'BAD_REQUEST');
    });
  });
});
