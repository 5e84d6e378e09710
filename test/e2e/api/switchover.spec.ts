import { eventually } from '../../support/chat-person';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };
const BEN = { id: 'ben-id', username: 'ben' };
const WHOLE = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');

describe('planned switchovers', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready({ cores: 3 });
  });
  beforeEach(() => sut.settled());
  afterAll(() => sut?.stop());

  const begin = (body: object): Promise<Reply> => sut.ask('POST', '/api/v1/failover/switchover', { body });
  const now = async () => (await sut.ask('GET', '/api/v1/failover')).body;
  const operation = async (id: unknown) =>
    (await sut.ask('GET', `/api/v1/failover/operations/${String(id)}`)).body;
  const becomes = (id: unknown, state: string) =>
    eventually(
      () => operation(id),
      (seen) => seen.state === state,
      10_000,
      `the switchover is ${state}`,
    );
  const cancel = (id: unknown): Promise<Reply> =>
    sut.ask('DELETE', `/api/v1/failover/operations/${String(id)}`);
  /** A refused request must have changed nothing. */
  const refused = async (
    request: () => Promise<Reply>,
    ...problem: [Parameters<typeof expectProblem>[1], RegExp?]
  ) => {
    const before = [await now(), await sut.standing()];
    expectProblem(await request(), ...problem);
    expect([await now(), await sut.standing()]).toEqual(before);
  };
  const attempts = (): number => sut.cores.asked.length;

  it('is accepted, can be followed, and is remembered when it is over', async () => {
    const { epoch } = await sut.status();
    const { status, body } = await begin({ from: 1, to: 2, reason: 'new graphics card', drain_seconds: 7 });
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        id: expect.stringMatching(/^\w{6,}$/),
        ...{
          kind: 'planned',
          from: 1,
          to: 2,
          state: 'proving',
          reason: 'new graphics card',
          drain_seconds: 7,
        },
        by: `api:${sut.adminKey.slice(4, 12)}`,
        asked_at: expect.stringMatching(/Z$/),
      },
    });
    expect(await becomes(body.id, 'done')).toMatchObject({
      epoch: Number(epoch) + 1,
      ended_at: expect.stringMatching(/Z$/),
      outcome: 'every answer begun before it was finished',
    });
    expect(await now()).toMatchObject({ active_core: 2, mode: 'NORMAL', conditions: [] });
    const { text } = await sut.ask('GET', '/api/v1/failover/operations');
    expect((JSON.parse(text) as { id: string }[])[0]).toEqual(await operation(body.id));
    const history = await sut.ask('GET', '/api/v1/failover/history?limit=1');
    expect(JSON.parse(history.text)).toMatchObject([{ from: 1, to: 2, cause: 'new graphics card' }]);
  });

  it('lets a running answer finish on the old core while new ones go to the new core', async () => {
    const question = await sut.longAnswer(ANN);
    const before = attempts();
    const { body } = await begin({ from: 1, to: 2 });
    await becomes(body.id, 'draining');
    expect(await now()).toMatchObject({
      ...{ active_core: 2, mode: 'SWITCHING', operation: { id: body.id, state: 'draining' } },
      conditions: [{ kind: 'switching', reason: 'core 1 -> core 2' }],
    });
    const second = await sut.longAnswer(BEN, 3);
    const { cores } = (await sut.status()) as { cores: { in_flight: number }[] };
    expect(cores.map(({ in_flight: count }) => count)).toEqual([1, 1, 0]);
    expect(await sut.answerTo(second)).toBe('word0 word1 word2');
    expect(await sut.answerTo(question)).toBe(WHOLE);
    expect(attempts()).toBe(before + 1);
    await becomes(body.id, 'done');
  });

  it('moves on what is left after drain_seconds, to the end of the same answer', async () => {
    const question = await sut.longAnswer(ANN);
    const before = attempts();
    const { body } = await begin({ from: 1, to: 2, drain_seconds: 1 });
    const { outcome, ended_at: ended, asked_at: asked } = await becomes(body.id, 'done');
    expect(outcome).toBe('answers that had to move: 1');
    expect(Date.parse(String(ended)) - Date.parse(String(asked))).toBeGreaterThan(900);
    expect(await sut.answerTo(question)).toContain('word59');
    expect(attempts()).toBe(before + 1);
    expect(sut.answersTo(question)).toHaveLength(1);
  });

  it('goes to the best of the others where it is not told where to', async () => {
    await sut.ask('POST', '/api/v1/cores/2/drain', { body: {} });
    const { body } = await begin({ from: 1 });
    expect(body).toMatchObject({ from: 1, to: 3 });
    await becomes(body.id, 'done');
  });

  it.each([{ from: 1, to: 2 }, { from: 1 }])(
    'only tells what it would do, asked with dry_run: %j',
    async (wish) => {
      const before = [await now(), (await sut.ask('GET', '/api/v1/failover/operations')).text];
      const { status, body } = await begin({ ...wish, dry_run: true });
      expect({ status, body }).toMatchObject({ status: 200, body: { from: 1, to: 2, state: 'wished' } });
      expect([await now(), (await sut.ask('GET', '/api/v1/failover/operations')).text]).toEqual(before);
      expectProblem(await cancel(body.id), 'OPERATION_NOT_FOUND');
    },
  );

  describe('taken back', () => {
    it('in mid-drain goes back, and breaks neither an old nor a new answer', async () => {
      const old = await sut.longAnswer(ANN);
      const { body } = await begin({ from: 1, to: 2, drain_seconds: 2 });
      await becomes(body.id, 'draining');
      const fresh = await sut.longAnswer(BEN);
      const before = attempts();
      const reply = await cancel(body.id);
      expect(reply).toMatchObject({ status: 200, body: { id: body.id, state: 'cancelled' } });
      expect(await now()).toMatchObject({ active_core: 1, mode: 'NORMAL', conditions: [] });
      expect([await sut.answerTo(old), await sut.answerTo(fresh)]).toEqual([WHOLE, WHOLE]);
      expect(attempts()).toBe(before);
    });

    it('is refused once it is over, and where there is none', async () => {
      const { body } = await begin({ from: 1, to: 2 });
      await becomes(body.id, 'done');
      await refused(() => cancel(body.id), 'OPERATION_OVER', /is over: done/);
      await refused(() => cancel('nosuchone'), 'OPERATION_NOT_FOUND', /nosuchone/);
      await refused(() => sut.ask('GET', '/api/v1/failover/operations/nosuchone'), 'OPERATION_NOT_FOUND');
    });

    it('is refused where the core that was left is wanted for something else since', async () => {
      const question = await sut.longAnswer(ANN);
      const { body } = await begin({ from: 1, to: 2 });
      await becomes(body.id, 'draining');
      await sut.ask('POST', '/api/v1/cores/1/maintenance', { body: { ttl: '10m', reason: 'dusting' } });
      await refused(() => cancel(body.id), 'CORE_NOT_READY', /Core 1 is in maintenance/);
      expect(await now()).toMatchObject({ active_core: 2, operation: { id: body.id, state: 'draining' } });
      expect(await sut.answerTo(question)).toBe(WHOLE);
    });
  });

  describe('are refused, and nothing changes', () => {
    it('from a core that is not the active one', () =>
      refused(
        () => begin({ from: 2, to: 3 }),
        'CORE_NOT_ACTIVE',
        /Core 2 is not the active one: that is core 1/,
      ));

    it('from or to a core that does not exist', async () => {
      await refused(() => begin({ from: 1, to: 9 }), 'CORE_NOT_FOUND', /no core 9.*1, 2, 3/);
      await refused(() => begin({ from: 9 }), 'CORE_NOT_FOUND', /no core 9/);
    });

    it('to the core that is active already', () =>
      refused(() => begin({ from: 1, to: 1 }), 'CORE_NOT_READY', /nowhere to go/));

    it('to a core that is down', async () => {
      await sut.fall(2);
      await refused(() => begin({ from: 1, to: 2 }), 'CORE_NOT_READY', /Core 2 is down/);
      await refused(() => begin({ from: 1, to: 2, dry_run: true }), 'CORE_NOT_READY');
    });

    it('to a core in maintenance, or one that is drained', async () => {
      await sut.ask('POST', '/api/v1/cores/2/maintenance', { body: { ttl: '10m', reason: 'dusting' } });
      await sut.ask('POST', '/api/v1/cores/3/drain', { body: {} });
      await refused(
        () => begin({ from: 1, to: 2 }),
        'CORE_NOT_READY',
        /in maintenance \(by api:\w+: dusting\)/,
      );
      await refused(() => begin({ from: 1, to: 3 }), 'CORE_NOT_READY', /not to be given new work/);
      await refused(() => begin({ from: 1 }), 'NO_STAND_IN', /Core 1 cannot be spared/);
    });

    it('while another is going on, from wherever it was asked', async () => {
      await sut.longAnswer(ANN, 200);
      const { body } = await begin({ from: 1, to: 2 });
      await becomes(body.id, 'draining');
      const busy = /from core 1 to core 2 is going on, for \d+ s more at most/;
      for (const again of [
        () => begin({ from: 2, to: 1 }),
        () => begin({ from: 2, dry_run: true }),
        () => sut.ask('POST', '/switch_core', { body: { core_id: 3 } }),
        () => sut.ask('POST', '/api/v1/cores/2/maintenance', { body: { ttl: '1m' } }),
        () => sut.ask('POST', '/api/v1/cores/2/drain', { body: {} }),
      ])
        expectProblem(await again(), 'OPERATION_RUNNING', busy);
      expect(await now()).toMatchObject({ active_core: 2, operation: { id: body.id } });
      await cancel(body.id);
    });

    it('all but one, of many at the same moment', async () => {
      await sut.longAnswer(ANN, 100);
      const replies = await Promise.all([2, 3, 2, 3].map((to) => begin({ from: 1, to })));
      expect(replies.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
      const begun = replies.find(({ status }) => status === 202);
      await becomes(begun?.body.id, 'draining');
      await cancel(begun?.body.id);
    });

    it.each([
      [{}, /from/],
      [{ from: '1' }, /from/],
      [{ from: 0 }, /from/],
      [{ from: 1.5 }, /from/],
      [{ from: 1, to: null }, /to/],
      [{ from: 1, to: [2] }, /to/],
      [{ from: 1, drain_seconds: -1 }, /drain_seconds/],
      [{ from: 1, drain_seconds: 601 }, /drain_seconds/],
      [{ from: 1, drain_seconds: null }, /drain_seconds/],
      [{ from: 1, drain_seconds: '30' }, /drain_seconds/],
      [{ from: 1, drain_seconds: 1e99 }, /drain_seconds/],
      [{ from: 1, dry_run: null }, /dry_run/],
      [{ from: 1, dry_run: 'true' }, /dry_run/],
      [{ from: 1, reason: null }, /reason/],
      [{ from: 1, reason: 'x'.repeat(201) }, /reason/],
      [{ from: 1, epoch: 7 }, /epoch should not exist/],
    ])('asked with %j', (body, detail) => refused(() => begin(body), 'BAD_REQUEST', detail));
  });
});
