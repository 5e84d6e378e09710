import { createServer, type AddressInfo, type Server } from 'node:net';
import type { FakeDdpSocket } from '../../test/support/fakes/fake-rocket-chat/fake-ddp-socket';
import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { RecordingListener } from '../../test/support/fakes/fake-rocket-chat/recording-listener';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { DdpChatRealtime } from './ddp-chat-realtime';
import { RestChatApi } from './rest-chat-api';

/** Time is virtual, the sockets are real: waits for what the other side does, without moving time. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 2_000) throw new Error(`never came true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe(DdpChatRealtime.name, () => {
  let fake: FakeRocketChat;
  let clock: VirtualClock;
  let api: RestChatApi;
  let sut: DdpChatRealtime;
  let seen: RecordingListener;

  beforeEach(async () => {
    fake = await FakeRocketChat.start('/chat');
    clock = new VirtualClock(Date.now());
    build(fake.url);
  });

  afterEach(async () => {
    await sut.stop();
    api.close();
    await fake.close();
    expect(clock.timers).toBe(0);
  });

  function build(url: string): void {
    const random = new SystemRandom();
    api = new RestChatApi({ url, username: 'system-bot', password: 'secret', clock, random });
    sut = new DdpChatRealtime({ url, account: api, clock, random });
    seen = new RecordingListener();
  }

  const socket = (index: number): FakeDdpSocket => {
    const found = fake.sockets[index];
    if (!found) throw new Error(`no socket ${index}`);
    return found;
  };
  const live = async (generation = 1): Promise<void> => {
    if (generation === 1) sut.start(seen);
    await until(() => seen.has(`live ${generation}`));
  };
  const say = (text: string, room = 'GENERAL'): void => void fake.state.say(room, 'anna-id', text);
  /** The longest first wait after a loss. */
  const firstBackoff = (): Promise<void> => clock.advance(2_000);

  it('connects, logs in with the REST token, subscribes, is live and hears', async () => {
    await live();
    expect(sut.connected).toBe(true);
    expect(socket(0).frames.map((frame) => frame.method ?? frame.params?.[0] ?? frame.msg)).toEqual([
      'connect',
      'login',
      '__my_messages__',
      'bot-id/subscriptions-changed',
    ]);
    fake.state.addRoom({ _id: 'other', t: 'c', name: 'other', members: [] });
    say('hi');
    say('psst', 'direct');
    say('elsewhere', 'other');
    socket(0).event('stream-notify-user', 'bot-id/subscriptions-changed', [
      'inserted',
      { _id: 's', rid: 'new' },
    ]);
    await until(() => seen.has('inserted new 1'));
    expect(seen.log).toEqual([
      'live 1',
      'hi channel 1',
      'psst direct 1',
      'elsewhere channel unjoined 1',
      'inserted new 1',
    ]);
  });

  it('needs no end of the token, and lives through garbage', async () => {
    fake.faults.noTokenExpires = true;
    await live();
    for (const frame of [null, [], { msg: 'changed' }, { msg: 'result' }, { msg: 'ready', subs: 'x' }])
      socket(0).send(frame);
    socket(0).event('stream-room-messages', '__my_messages__', [{ nonsense: true }, null]);
    say('still here');
    await until(() => seen.has('still here channel 1'));
  });

  it('answers pings and sends its own in silence', async () => {
    await live();
    socket(0).send({ msg: 'ping', id: 'p1' });
    await until(() => socket(0).frames.some((frame) => frame.msg === 'pong' && frame.id === 'p1'));
    await clock.advance(20_000);
    await until(() => socket(0).frames.some((frame) => frame.msg === 'ping'));
    expect(sut.connected).toBe(true);
  });

  it('connects anew after a drop and hears everything once', async () => {
    await live();
    socket(0).drop();
    await until(() => seen.has('down 1'));
    expect(sut.connected).toBe(false);
    await firstBackoff();
    await live(2);
    say('after');
    await until(() => seen.has('after channel 2'));
    expect(seen.log.filter((entry) => entry.startsWith('after'))).toEqual(['after channel 2']);
    expect(fake.asked('POST login')).toHaveLength(1);
  });

  it('hears nothing more from a connection it gave up', async () => {
    await live();
    sut.reconnect('test');
    socket(0).message(fake.state.say('GENERAL', 'anna-id', 'late'));
    await live(2);
    say('new');
    await until(() => seen.has('new channel 2'));
    expect(seen.log.filter((entry) => entry.endsWith(' 1'))).toEqual(['live 1', 'down 1']);
  });

  it('hears nothing more that arrived together with the last thing heard', async () => {
    await live();
    seen.onMessage = () => sut.reconnect('enough');
    socket(0).together(() => ['one', 'two', 'three'].forEach((text) => say(text)));
    await live(2);
    expect(seen.log).toEqual(['live 1', 'one channel 1', 'down 1', 'live 2']);
  });

  it('reconnects at once when told to, also out of a wait', async () => {
    await live();
    sut.reconnect('zombie');
    await live(2);
    socket(1).drop();
    await until(() => seen.has('down 2'));
    sut.reconnect('now');
    await live(3);
  });

  it('does not take a refused subscription for live, and tries again', async () => {
    fake.faults.nosub = 1;
    sut.start(seen);
    await until(() => seen.has('down 1'));
    await firstBackoff();
    await live(2);
    expect(seen.log).toEqual(['down 1', 'live 2']);
  });

  it('begins anew when the server takes the subscription away', async () => {
    await live();
    socket(0).revoke('__my_messages__');
    await until(() => seen.has('down 1'));
    await firstBackoff();
    await live(2);
  });

  it('gives up a socket that is silent for 30 s', async () => {
    await live();
    fake.faults.silentSocket = true;
    await clock.advance(10_000);
    expect(sut.connected).toBe(true);
    await clock.advance(20_000);
    await until(() => seen.has('down 1'));
    fake.faults.silentSocket = false;
    await firstBackoff();
    await live(2);
  });

  it('gives up a server that accepts and never says a word', async () => {
    fake.faults.silentSocket = true;
    sut.start(seen);
    await until(() => fake.sockets.length === 1);
    await clock.advance(15_000);
    await until(() => seen.has('down 1'));
  });

  it('gets a new token when the socket refuses the old one', async () => {
    // All that REST has to tell is known, so that the socket finds the dead token first.
    await api.login();
    await api.limits();
    const dead = await api.socketToken();
    fake.state.tokens.delete(dead);
    await live();
    expect(fake.asked('POST login')).toHaveLength(2);
    expect(fake.sockets).toHaveLength(1);
    expect(await api.socketToken()).not.toBe(dead);
  });

  it('does not spin when every token is refused', async () => {
    await api.login();
    fake.state.tokens.clear();
    jest.spyOn(fake.state.tokens, 'get').mockReturnValue(undefined);
    sut.start(seen);
    await until(() => seen.has('down 1'));
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.advance(20);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(fake.sockets).toHaveLength(1);
    expect(fake.asked('POST login').length).toBeLessThanOrEqual(3);
  });

  it('waits for a server that is not there yet', async () => {
    fake.faults.proxyPage = 2;
    sut.start(seen);
    await until(() => seen.has('down 1'));
    expect(fake.sockets).toHaveLength(0);
    await firstBackoff();
    await until(() => seen.has('down 2'));
    await clock.advance(4_000);
    await live(3);
    expect(sut.connected).toBe(true);
  });

  it('survives a socket port that speaks no HTTP', async () => {
    const deaf: Server = createServer((connection) => connection.resume().end('nonsense\r\n\r\n'));
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const random = new SystemRandom();
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    sut = new DdpChatRealtime({ url, account: api, clock, random });
    sut.start(seen);
    await until(() => seen.has('down 1'));
    await new Promise((resolve) => deaf.close(resolve));
  });

  it('begins anew when its listener fails, so that the message comes again by catch-up', async () => {
    await live();
    seen.onMessage = () => {
      seen.onMessage = () => undefined;
      throw new Error('store is full');
    };
    say('poison');
    await until(() => seen.has('down 1'));
    expect(seen.reasons).toEqual(['a listener failed: store is full']);
    await firstBackoff();
    await live(2);
  });

  it('shows typing in room and thread under the username, and hides it', async () => {
    await live();
    sut.typing('GENERAL', true, 'root');
    await clock.advance(0);
    await until(() => typingFrames().length === 1);
    await clock.advance(6_000);
    sut.typing('GENERAL', false, 'root');
    await clock.advance(2_000);
    await until(() => typingFrames().length === 3);
    const shown = ['GENERAL/user-activity', 'system-bot', ['user-typing'], { tmid: 'root' }];
    expect(typingFrames()).toEqual([
      shown,
      shown,
      ['GENERAL/user-activity', 'system-bot', [], { tmid: 'root' }],
    ]);
  });

  it('shows typing under the display name where the server shows those', async () => {
    fake.state.settings['UI_Use_Real_Name'] = true;
    await live();
    sut.typing('direct', true);
    await clock.advance(0);
    await until(() => typingFrames().length === 1);
    expect(typingFrames()[0]).toEqual(['direct/user-activity', 'System Bot', ['user-typing']]);
  });

  it('stops at once in every state, and starts only once', async () => {
    sut.start(seen);
    await sut.stop();
    expect(seen.log).toEqual([]);
    sut.start(seen);
    await live(2);
    expect(() => sut.start(seen)).toThrow();
    await sut.stop();
    expect(seen.log.filter((entry) => entry.startsWith('down'))).toEqual([]);
    expect(sut.connected).toBe(false);
  });

  function typingFrames(): unknown[] {
    return fake.sockets.flatMap((one) =>
      one.frames.filter((frame) => frame.method === 'stream-notify-room').map((frame) => frame.params),
    );
  }
});
