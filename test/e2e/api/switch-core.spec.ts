import { InProcessRdzen } from './support/in-process-rdzen';
import { expectOriginalProblem, expectProblem } from './support/problem';

describe('POST /switch_core', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  const switchTo = (core_id: unknown) => sut.ask('POST', '/switch_core', { body: { core_id } });

  it('makes the core active, under the next epoch, and leaves a line in the history', async () => {
    const key = await sut.key('operate');
    const { status, body } = await sut.ask('POST', '/switch_core', { key, body: { core_id: 2 } });
    expect({ status, body }).toEqual({ status: 200, body: { success: true, active_core: 2 } });
    expect(await sut.status()).toMatchObject({ active_core: 2, epoch: 2 });
    const history = await sut.ask('GET', '/api/v1/failover/history');
    expect(JSON.parse(history.text)).toEqual([
      {
        epoch: 2,
        from: 1,
        to: 2,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        cause: 'asked for',
        evidence: 'it generates',
        by: `api:${key.slice(4, 12)}`,
      },
    ]);
  });

  it('leaves the epoch alone where the core is active already', async () => {
    const { epoch } = await sut.status();
    const { status, body } = await switchTo(2);
    expect({ status, body }).toEqual({ status: 200, body: { success: true, active_core: 2 } });
    expect((await sut.status()).epoch).toBe(epoch);
  });

  it('knows no other core', async () => {
    expectOriginalProblem(await switchTo(3), 'CORE_NOT_FOUND', /no core 3.*1, 2/);
  });

  it.each([['2'], [1.5], [0], [-1], [100], [null], [true], [[2]], [{ id: 2 }]])(
    'refuses core_id %j',
    async (given) => {
      const before = await sut.standing();
      expectOriginalProblem(await switchTo(given), 'BAD_REQUEST', /core_id/);
      expect(await sut.standing()).toEqual(before);
    },
  );

  it('does not switch to a core that is down, and says why', async () => {
    await sut.fall(1);
    const { epoch } = await sut.status();
    expectOriginalProblem(await switchTo(1), 'CORE_NOT_READY', /Core 1 is down/);
    expect(await sut.status()).toMatchObject({ epoch, active_core: 2 });
    sut.cores.down.clear();
    await sut.proven();
  });

  it('ends on one core and one epoch a switch, however many ask at once', async () => {
    const { epoch } = await sut.status();
    const replies = await Promise.all([1, 2, 1, 2, 1].map((id) => switchTo(id)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await sut.status()).toMatchObject({ active_core: 1, epoch: Number(epoch) + 5 });
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'other=1'])(
    'refuses a history asked with %s',
    async (query) => {
      expectProblem(await sut.ask('GET', `/api/v1/failover/history?${query}`), 'BAD_REQUEST');
    },
  );

  it('tells at most as much of the history as asked for, newest first', async () => {
    const { text } = await sut.ask('GET', '/api/v1/failover/history?limit=2');
    const epochs = (JSON.parse(text) as { epoch: number }[]).map(({ epoch }) => epoch);
    expect(epochs).toHaveLength(2);
    expect(epochs[0]).toBe((epochs[1] ?? 0) + 1);
  });
});
