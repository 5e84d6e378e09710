import { InProcessRdzen } from './support/in-process-rdzen';

describe('GET /status', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  it('has the three fields of the original design, the ones added since, and nothing else', async () => {
    const { status, body } = await sut.ask('GET', '/status', { key: '', from: '203.0.113.9' });
    expect(status).toBe(200);
    const core = (id: number, role: string): unknown => ({
      id,
      kind: 'external',
      role,
      state: 'ready',
      reason: 'it generates',
      model: 'fake',
      version: '0.0.0-fake',
      continues: expect.any(Boolean),
      in_flight: 0,
    });
    expect(body).toMatchObject({ status: 'online', active_core: 1 });
    expect(await sut.status()).toEqual({
      status: 'online',
      active_core: 1,
      rocketchat_connected: true,
      chat_server: {
        version: '8.0.0',
        tested: true,
        reachable_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        read_only: false,
      },
      mode: 'NORMAL',
      epoch: 1,
      cores: [core(1, 'active'), core(2, 'standby')],
    });
  });

  it('tells SINGLE, then BLACKOUT, as cores fall', async () => {
    await sut.fall(2);
    expect(await sut.status()).toMatchObject({
      mode: 'SINGLE',
      active_core: 1,
      cores: [{ state: 'ready' }, { state: 'down', reason: expect.stringContaining('refused') }],
    });
    await sut.fall(1);
    expect(await sut.status()).toMatchObject({ mode: 'BLACKOUT', epoch: 1 });
    sut.cores.down.clear();
    await sut.proven();
  });

  it('tells that the chat is gone', async () => {
    sut.realtime.connected = false;
    expect(await sut.status()).toMatchObject({ status: 'online', rocketchat_connected: false });
    sut.realtime.connected = true;
  });
});
