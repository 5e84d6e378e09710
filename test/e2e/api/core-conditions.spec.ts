import { eventually } from '../../support/chat-person';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };
const WHOLE = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');

describe('what a core is held in', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  beforeEach(() => sut.settled());
  afterAll(() => sut?.stop());

  const hold = (id: unknown, what: string, body?: object): Promise<Reply> =>
    sut.ask('POST', `/api/v1/cores/${String(id)}/${what}`, { body });
  const release = (id: unknown, what: string): Promise<Reply> =>
    sut.ask('DELETE', `/api/v1/cores/${String(id)}/${what}`);
  const core = async (id: number) => (await sut.ask('GET', `/api/v1/cores/${id}`)).body;
  const everything = async () => [
    (await sut.ask('GET', '/api/v1/cores')).text,
    (await sut.ask('GET', '/api/v1/failover')).text,
  ];
  /** A refused request must have changed nothing. */
  const refused = async (
    request: () => Promise<Reply>,
    ...problem: [Parameters<typeof expectProblem>[1], RegExp?]
  ) => {
    const before = await everything();
    expectProblem(await request(), ...problem);
    expect(await everything()).toEqual(before);
  };

  it('is listed by core, as it is', async () => {
    const { status, text } = await sut.ask('GET', '/api/v1/cores');
    expect({ status, cores: JSON.parse(text) }).toEqual({
      status: 200,
      cores: [1, 2].map((id) => ({
        ...{ id, kind: 'external', role: id === 1 ? 'active' : 'standby', state: 'ready', health: 'ready' },
        ...{ conditions: [], in_flight: 0, failures: expect.any(Number) },
        ...{ reason: expect.any(String), since: expect.stringMatching(/Z$/) },
      })),
    });
  });

  describe.each([
    ['maintenance', { ttl: '10m', reason: 'dusting' }, 'maintenance'],
    ['drain', { reason: 'dusting' }, 'draining'],
  ])('POST /api/v1/cores/{id}/%s', (what, body, kind) => {
    it('of the active core has the other one take over first, and breaks no answer', async () => {
      const question = await sut.longAnswer(ANN);
      const asked = sut.cores.asked.length;
      const reply = await hold(1, what, body);
      expect(reply).toMatchObject({
        status: 200,
        body: {
          ...{ id: 1, role: 'standby', state: kind, health: 'ready', in_flight: 1 },
          conditions: [{ kind, reason: 'dusting', by: `api:${sut.adminKey.slice(4, 12)}` }],
        },
      });
      expect(await core(2)).toMatchObject({ role: 'active' });
      expect(await sut.answerTo(question)).toBe(WHOLE);
      expect(sut.cores.asked).toHaveLength(asked);
      const history = await sut.ask('GET', '/api/v1/failover/history?limit=1');
      expect(JSON.parse(history.text)).toMatchObject([{ from: 1, to: 2, cause: 'dusting' }]);
    });

    it('of the standby switches nothing, stands in its history, and is ended by DELETE', async () => {
      const { epoch } = await sut.status();
      await hold(2, what, body);
      expect(await core(2)).toMatchObject({ role: 'standby', state: kind });
      expect((await release(2, what)).body).toMatchObject({ id: 2, state: 'ready', conditions: [] });
      expect((await sut.status()).epoch).toBe(epoch);
      const rows = await eventually(
        async () =>
          JSON.parse((await sut.ask('GET', '/api/v1/cores/2/history?limit=2')).text) as { from: string }[],
        ([newest]) => newest?.from === `-${kind}`,
        2_000,
        'the history tells it',
      );
      expect(rows).toMatchObject([
        { core: 2, from: `-${kind}`, to: '' },
        { core: 2, from: '', to: `+${kind}`, evidence: 'dusting' },
      ]);
    });

    it('is refused where there is no stand-in', async () => {
      await sut.fall(2);
      await refused(() => hold(1, what, body), 'NO_STAND_IN', /Core 1 cannot be spared/);
    });

    it('is refused of the one that alone can answer, whatever is called active', async () => {
      await sut.ask('POST', '/api/v1/failover/pause', { body: { ttl: '10m' } });
      await sut.fall(1);
      await refused(() => hold(2, what, body), 'NO_STAND_IN', /Core 2 cannot be spared/);
    });

    it('is refused of an unknown core', async () => {
      await refused(() => hold(9, what, body), 'CORE_NOT_FOUND', /no core 9/);
      await refused(() => release(9, what), 'CORE_NOT_FOUND');
    });

    it('ended where there is none changes nothing', async () => {
      const before = await everything();
      expect((await release(1, what)).status).toBe(200);
      expect(await everything()).toEqual(before);
    });
  });

  it('maintenance keeps a core out of work, not even when no other is left, and ends by itself', async () => {
    await hold(2, 'maintenance', { ttl: '4s' });
    await sut.fall(1);
    const question = sut.say(ANN, sut.chat.direct(ANN), 'Are you there?');
    await sut.becomes(({ mode }) => mode === 'BLACKOUT');
    expect(sut.answersTo(question).filter((text) => text.startsWith('You said'))).toEqual([]);
    const answers = await eventually(
      () => sut.answersTo(question),
      (texts) => texts.includes('You said: Are you there?'),
      10_000,
      'the maintenance is over, and the question answered',
    );
    expect(answers).not.toContainEqual(expect.stringContaining('▍'));
    expect(await core(2)).toMatchObject({ role: 'active', conditions: [] });
  });

  it.each([{}, { ttl: 'forever' }, { ttl: '0m' }, { ttl: '-1h' }, { ttl: '8d' }, { ttl: 60 }, { ttl: null }])(
    'maintenance is refused for %j',
    (body) => refused(() => hold(2, 'maintenance', body), 'BAD_REQUEST', /ttl/),
  );

  it.each([
    { drain_seconds: -1 },
    { drain_seconds: 601 },
    { drain_seconds: null },
    { drain_seconds: 'ever' },
  ])('a drain and a stop are refused for %j', async (body) => {
    for (const what of ['drain', 'stop'])
      await refused(() => hold(1, what, body), 'BAD_REQUEST', /drain_seconds/);
  });

  it.each(['0', '-1', '1.5', 'x', '1000', 'NaN'])('no core has the id %s', async (id) => {
    for (const what of ['maintenance', 'drain', 'stop', 'start'])
      await refused(() => hold(id, what, what === 'maintenance' ? { ttl: '1m' } : {}), 'BAD_REQUEST', /id/);
    for (const path of [`/api/v1/cores/${id}`, `/api/v1/cores/${id}/history`])
      expectProblem(await sut.ask('GET', path), 'BAD_REQUEST', /id/);
  });

  it('knows no core 9', async () => {
    for (const path of ['/api/v1/cores/9', '/api/v1/cores/9/history'])
      expectProblem(await sut.ask('GET', path), 'CORE_NOT_FOUND', /no core 9/);
    for (const what of ['stop', 'start'])
      await refused(() => hold(9, what, {}), 'CORE_NOT_FOUND', /no core 9/);
  });

  it.each(['stop', 'start'])('a %s of a core that others run is refused', (what) =>
    refused(() => hold(2, what, {}), 'CORE_NOT_OURS', /Core 2 is external.*See to it where it runs/),
  );

  it('needs no body where there is nothing to say', async () => {
    expect((await hold(2, 'drain')).status).toBe(200);
    expect((await core(2)).conditions).toMatchObject([{ kind: 'draining', reason: 'asked for' }]);
  });
});
