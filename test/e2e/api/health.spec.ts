import { EventBus } from '../../../src/events/event-bus';
import { InProcessRdzen } from './support/in-process-rdzen';

describe('health probes', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.launch({}, ({ chat }) => chat.broken.set('login', 'unreachable'));
  });
  afterAll(() => sut?.stop());

  const probe = (which: 'live' | 'ready') =>
    sut.ask('GET', `/health/${which}`, { key: '', from: '203.0.113.9' });

  it('is alive but not ready without the chat, ready with both, not ready without cores', async () => {
    await sut.becomes(({ mode }) => mode === 'NORMAL');
    expect(await probe('live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const without = await probe('ready');
    expect(without.status).toBe(503);
    expect(without.body).toEqual({ status: 'not ready', chat: false, mode: 'NORMAL' });

    sut.chat.broken.clear();
    await sut.becomes(({ rocketchat_connected }) => rocketchat_connected === true);
    const ready = await probe('ready');
    expect(ready.status).toBe(200);
    expect(ready.body).toEqual({ status: 'ready', chat: true, mode: 'NORMAL' });

    for (const { url } of sut.definitions) sut.cores.down.add(url);
    await sut.becomes(({ mode }) => mode === 'BLACKOUT');
    const blackout = await probe('ready');
    expect(blackout.status).toBe(503);
    expect(blackout.body).toEqual({ status: 'not ready', chat: true, mode: 'BLACKOUT' });
    expect((await probe('live')).status).toBe(200);
  });

  it('is not ready, though alive, from the moment it is told to stop', async () => {
    sut.cores.down.clear();
    await sut.becomes(({ mode }) => mode === 'NORMAL');
    expect((await probe('ready')).status).toBe(200);
    sut.app.get(EventBus).emit('process.stopping', { at: Date.now() });
    expect((await probe('ready')).status).toBe(503);
    expect((await probe('live')).status).toBe(200);
  });
});
