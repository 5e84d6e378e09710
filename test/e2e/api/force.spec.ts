import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };

describe('forcing a core to be active', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  beforeEach(() => sut.settled());
  afterAll(() => sut?.stop());

  const force = (body: object): Promise<Reply> => sut.ask('POST', '/api/v1/failover', { body });
  const now = async () => (await sut.ask('GET', '/api/v1/failover')).body;

  it('works where no core is well, and is committed when it returns', async () => {
    // Else the cluster would leave the dead core that is forced by itself.
    await sut.ask('POST', '/api/v1/failover/pause', { body: { ttl: '10m' } });
    await sut.fall(2);
    await sut.fall(1);
    const { epoch } = await sut.status();
    expect(await now()).toMatchObject({ mode: 'BLACKOUT', active_core: 1 });
    const { status, body } = await force({ to: 2, force: true, reason: 'core 1 is on fire' });
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { kind: 'forced', from: 1, to: 2, epoch: Number(epoch) + 1, drain_seconds: 0 },
    });
    expect(await now()).toMatchObject({ active_core: 2 });
    const history = await sut.ask('GET', '/api/v1/failover/history?limit=1');
    expect(JSON.parse(history.text)).toMatchObject([{ cause: 'core 1 is on fire', by: body.by }]);
  });

  it('moves a running answer at once, without losing or doubling it', async () => {
    const question = await sut.longAnswer(ANN);
    const before = sut.cores.asked.length;
    const { body } = await force({ to: 2, force: true });
    expect(body).toMatchObject({ state: 'done', outcome: 'answers that had to move: 1' });
    expect(await sut.answerTo(question)).toContain('word59');
    expect(sut.answersTo(question)).toHaveLength(1);
    expect(sut.cores.asked).toHaveLength(before + 1);
  });

  it('lets it be finished where drain_seconds say so', async () => {
    const question = await sut.longAnswer(ANN);
    const before = sut.cores.asked.length;
    expect((await force({ to: 2, force: true, drain_seconds: 30 })).body.state).toBe('draining');
    expect(await sut.answerTo(question)).toMatch(/^word0 .* word59$/);
    expect(sut.cores.asked).toHaveLength(before);
  });

  it('takes the place of a planned one', async () => {
    await sut.longAnswer(ANN, 100);
    const planned = await sut.ask('POST', '/api/v1/failover/switchover', { body: { from: 1, to: 2 } });
    await sut.becomes(({ active_core: active }) => active === 2);
    expect((await force({ to: 1, force: true, drain_seconds: 60 })).status).toBe(202);
    const { body } = await sut.ask('GET', `/api/v1/failover/operations/${String(planned.body.id)}`);
    expect(body).toMatchObject({ state: 'overtaken', outcome: 'a forced switch took its place' });
    expect(await now()).toMatchObject({ active_core: 1 });
  });

  it('ends that a core gets no new work', async () => {
    await sut.ask('POST', '/api/v1/cores/2/drain', { body: {} });
    await force({ to: 2, force: true });
    expect((await sut.ask('GET', '/api/v1/cores/2')).body).toMatchObject({ role: 'active', conditions: [] });
  });

  describe('is refused, and nothing changes', () => {
    const refused = async (body: object, ...problem: [Parameters<typeof expectProblem>[1], RegExp?]) => {
      const before = await now();
      expectProblem(await force(body), ...problem);
      expect(await now()).toEqual(before);
    };

    it('onto a core in maintenance, which is an administrator’s word', async () => {
      await sut.ask('POST', '/api/v1/cores/2/maintenance', { body: { ttl: '10m', reason: 'dusting' } });
      await refused({ to: 2, force: true }, 'CORE_NOT_READY', /in maintenance.*End that first/);
    });

    it('onto an unknown core, or the active one', async () => {
      await refused({ to: 9, force: true }, 'CORE_NOT_FOUND', /no core 9/);
      await refused({ to: 1, force: true }, 'CORE_NOT_READY', /nowhere to go/);
    });

    it.each([
      [{ to: 2 }, /force/],
      [{ to: 2, force: false }, /force/],
      [{ to: 2, force: 'true' }, /force/],
      [{ to: 2, force: 1 }, /force/],
      [{ force: true }, /to/],
      [{ to: 2, force: true, from: 1 }, /from should not exist/],
      [{ to: 2, force: true, drain_seconds: -5 }, /drain_seconds/],
    ])('asked with %j', (body, detail) => refused(body, 'BAD_REQUEST', detail));
  });
});
