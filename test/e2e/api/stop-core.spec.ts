import { ChatPerson, eventually } from '../../support/chat-person';
import { exists } from '../../support/process-tree';
import { RunningRdzen, type CoreView, type StatusView } from '../../support/running-rdzen';

jest.setTimeout(120_000);

describe('stopping and starting cores of the real process', () => {
  let rdzen: RunningRdzen;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
  });
  afterAll(() => rdzen?.close());

  const stop = (id: number, body: object = {}) => rdzen.api('POST', `/api/v1/cores/${id}/stop`, body);
  const start = (id: number) => rdzen.api('POST', `/api/v1/cores/${id}/start`, {});
  const core = async (id: number): Promise<CoreView> => {
    const found = (await rdzen.status()).cores.find((each) => each.id === id);
    if (!found) throw new Error(`no core ${id}`);
    return found;
  };
  const becomes = (good: (status: StatusView) => boolean, what: string) =>
    eventually(() => rdzen.status(), good, 15_000, what);

  it('ends the active core once its answer is finished, by the very core that began it', async () => {
    const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    try {
      const room = await ann.direct();
      const { pid = 0 } = await core(1);
      await ann.say(room, 'What are you?');
      await becomes(({ cores }) => cores[0]?.in_flight === 1, 'core 1 is writing');
      const { status, body } = await stop(1, { reason: 'new graphics card' });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { id: 1, role: 'standby', state: 'stopped', in_flight: 0 },
      });
      expect(exists(pid)).toBe(false);
      expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
      expect(await rdzen.status()).toMatchObject({ active_core: 2, epoch: 2, mode: 'SINGLE' });
      const { body: report } = await rdzen.api('GET', '/api/v1/failover/report');
      expect(report).toMatchObject({
        switches: { automatic: 0, by_hand: 1 },
        answers: { given: 1, continued: 0, restarted: 0 },
      });
    } finally {
      ann.leave();
    }
  });

  it('is not ended by time, nor by a restart of Rdzen, orderly or not', async () => {
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      rdzen.signal(how);
      await rdzen.exit(30_000);
      await rdzen.launch();
      await rdzen.ready(20_000, 1);
      expect(rdzen.output).toContain('core1 stays stopped, as an administrator wants it');
      await becomes(({ cores }) => cores[0]?.state === 'stopped', 'core 1 is held stopped');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(await core(1)).toMatchObject({ state: 'stopped', role: 'standby', reason: 'new graphics card' });
      expect((await core(1)).pid).toBeUndefined();
      const { body } = await rdzen.api('GET', '/api/v1/cores/1');
      expect(body).toMatchObject({
        ...{ health: 'down', state: 'stopped' },
        conditions: [{ kind: 'stopped', reason: 'new graphics card' }],
      });
    }
    expect(await rdzen.status()).toMatchObject({ active_core: 2, mode: 'SINGLE', epoch: 2 });
  });

  it('refuses to stop the last one, and to kill or switch to the stopped one', async () => {
    const before = await core(2);
    expect((await stop(2)).body).toMatchObject({ code: 'NO_STAND_IN' });
    expect((await rdzen.api('POST', '/api/v1/cores/1/kill')).body).toMatchObject({
      code: 'CORE_NOT_KILLABLE',
    });
    expect((await rdzen.api('POST', '/switch_core', { core_id: 1 })).body).toMatchObject({
      code: 'CORE_NOT_READY',
      detail: expect.stringMatching(/^Core 1 is stopped \(by api:\w+: new graphics card\)/),
    });
    const forced = { to: 1, force: true };
    expect((await rdzen.api('POST', '/api/v1/failover', forced)).body).toMatchObject({
      code: 'CORE_NOT_READY',
    });
    expect(await core(2)).toMatchObject({ pid: before.pid, role: 'active' });
  });

  it('starts it again, and it is as good as new', async () => {
    expect((await start(1)).body).toMatchObject({ id: 1, conditions: [] });
    const { cores, mode } = await rdzen.ready();
    expect([mode, cores.map(({ state }) => state)]).toEqual(['NORMAL', ['ready', 'ready']]);
    const { pid } = await core(1);
    expect(exists(pid ?? 0)).toBe(true);
    expect((await start(1)).status).toBe(200);
    expect((await core(1)).pid).toBe(pid);
    expect((await rdzen.api('POST', '/switch_core', { core_id: 1 })).status).toBe(200);
    const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann again');
    try {
      const room = await ann.direct();
      await ann.say(room, 'Are you there?');
      expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
    } finally {
      ann.leave();
    }
  });

  it('is remembered over restarts as started, too', async () => {
    await rdzen.exitCleanly();
    await rdzen.launch();
    expect(await rdzen.ready()).toMatchObject({ mode: 'NORMAL' });
  });
});
