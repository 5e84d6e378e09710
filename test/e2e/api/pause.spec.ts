import { eventually } from '../../support/chat-person';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };

describe('pausing the cluster', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  beforeEach(() => sut.settled());
  afterAll(() => sut?.stop());

  const pause = (body: object): Promise<Reply> => sut.ask('POST', '/api/v1/failover/pause', { body });
  const resume = (body: object = {}): Promise<Reply> => sut.ask('POST', '/api/v1/failover/resume', { body });
  const now = async () => (await sut.ask('GET', '/api/v1/failover')).body;
  const active = () => now().then(({ active_core: id }) => id);

  it('keeps a dead core active, while the other one answers; resuming leaves it', async () => {
    const { status, body } = await pause({ ttl: '1h30m', reason: 'upgrade' });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ kind: 'paused', reason: 'upgrade', by: `api:${sut.adminKey.slice(4, 12)}` },
        ...{ since: expect.stringMatching(/Z$/), until: expect.stringMatching(/Z$/) },
      },
    });
    expect(Date.parse(String(body.until)) - Date.parse(String(body.since))).toBe(90 * 60_000);
    const { epoch } = await sut.status();
    await sut.fall(1);
    expect(await sut.answerTo(sut.say(ANN, sut.chat.direct(ANN), 'Are you there?'))).toBe(
      'You said: Are you there?',
    );
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await sut.status()).toMatchObject({ mode: 'PAUSED', active_core: 1, epoch });
    const resumed = await resume({ reason: 'done' });
    expect(resumed.status).toBe(200);
    expect(resumed.body).toMatchObject({ conditions: [] });
    await eventually(active, (id) => id === 2, 5_000, 'the dead core is left');
    expect((await sut.status()).epoch).toBe(Number(epoch) + 1);
  });

  it('ends by itself', async () => {
    await pause({ ttl: '3s' });
    await sut.fall(1);
    expect(await sut.status()).toMatchObject({ mode: 'PAUSED', active_core: 1 });
    await eventually(active, (id) => id === 2, 6_000, 'the pause is over, and the dead core left');
    expect(await now()).toMatchObject({ conditions: [] });
  });

  it('is replaced by another one, and told as it is', async () => {
    await pause({ ttl: '1m' });
    await pause({ ttl: '2d', reason: ' ' });
    const { conditions } = (await now()) as {
      conditions: { since: string; until: string; reason: string }[];
    };
    expect(conditions).toHaveLength(1);
    const [{ since = '', until = '', reason = '' } = {}] = conditions;
    expect([Date.parse(until) - Date.parse(since), reason]).toEqual([2 * 86_400_000, 'asked for']);
  });

  it('does not hinder a switch by hand', async () => {
    await pause({ ttl: '1m' });
    expect((await sut.ask('POST', '/switch_core', { body: { core_id: 2 } })).body).toEqual({
      ...{ success: true, active_core: 2 },
    });
    expect(await now()).toMatchObject({ mode: 'PAUSED' });
  });

  describe('is refused, and nothing changes', () => {
    it.each([
      [{}, /ttl/],
      [{ ttl: '' }, /ttl is ""; it must be a duration/],
      [{ ttl: 'forever' }, /ttl is "forever"/],
      [{ ttl: 'Infinity' }, /ttl/],
      [{ ttl: '0' }, /ttl is "0"/],
      [{ ttl: '0s' }, /ttl is "0s"/],
      [{ ttl: '-5m' }, /ttl is "-5m"/],
      [{ ttl: '30' }, /ttl is "30"/],
      [{ ttl: '30 m' }, /ttl/],
      [{ ttl: '1e3s' }, /ttl/],
      [{ ttl: '5m forever' }, /ttl/],
      [{ ttl: '8d' }, /at most 7d/],
      [{ ttl: '999999d' }, /at most 7d/],
      [{ ttl: '1m'.repeat(11) }, /ttl/],
      [{ ttl: 30 }, /ttl/],
      [{ ttl: null }, /ttl/],
      [{ ttl: ['30m'] }, /ttl/],
      [{ ttl: '30m', reason: null }, /reason/],
      [{ ttl: '30m', reason: 7 }, /reason/],
      [{ ttl: '30m', reason: 'x'.repeat(201) }, /reason/],
      [{ ttl: '30m', forever: true }, /forever should not exist/],
    ])('asked with %j', async (body, detail) => {
      expectProblem(await pause(body), 'BAD_REQUEST', detail);
      expect(await now()).toMatchObject({ mode: 'NORMAL', conditions: [] });
    });

    it('ended where there is none', async () => {
      expectProblem(await resume(), 'OPERATION_OVER', /neither paused nor pinned/);
    });
  });
});
