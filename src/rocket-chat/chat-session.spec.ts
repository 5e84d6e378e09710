import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { ChatError } from './chat-error';
import { ChatSession } from './chat-session';
import { RestChatApi, type RestChatApiOptions } from './rest-chat-api';

let fake: FakeRocketChat;
let clock: VirtualClock;
const open: RestChatApi[] = [];

beforeEach(async () => {
  fake = await FakeRocketChat.start();
  clock = new VirtualClock(Date.now());
});

afterEach(async () => {
  open.splice(0).forEach((api) => api.close());
  await fake.close();
});

function api(options: Partial<RestChatApiOptions> = {}): RestChatApi {
  const credentials = options.token ? {} : { password: 'secret' };
  const sut = new RestChatApi({
    url: fake.url,
    username: 'system-bot',
    ...credentials,
    clock,
    random: new SystemRandom(),
    ...options,
  });
  open.push(sut);
  return sut;
}

async function refused(call: Promise<unknown>): Promise<ChatError> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ChatError)) throw new Error(`expected a ChatError, got ${String(error)}`);
  return error;
}

const post = (text = 'hello', id = 'answer-1'): { id: string; roomId: string; text: string } => ({
  id,
  roomId: 'GENERAL',
  text,
});

describe(ChatSession.name, () => {
  it('uses the password once, however many calls begin at a time', async () => {
    const sut = api();
    await Promise.all([sut.login(), sut.limits(), sut.sendMessage(post()), sut.socketToken()]);
    expect(fake.asked('POST login')).toHaveLength(1);
    expect(fake.asked('POST login')[0]?.body).toEqual({ username: 'system-bot', password: 'secret' });
    expect(sut.identity).toEqual({
      userId: 'bot-id',
      username: 'system-bot',
      name: 'System Bot',
      roles: ['bot', 'user'],
    });
  });

  it('uses a personal access token without any login call', async () => {
    const token = fake.state.newToken('bot-id');
    const sut = api({ userId: 'bot-id', token });
    expect((await sut.login()).username).toBe('system-bot');
    expect(await sut.socketToken()).toBe(token);
    expect(fake.asked('POST login')).toHaveLength(0);
  });

  it('falls back to the password where the token is dead', async () => {
    const sut = api({ userId: 'bot-id', token: 'revoked', password: 'secret' });
    await sut.sendMessage(post());
    expect(fake.state.messages.has('answer-1')).toBe(true);
  });

  it('tells what to do about a dead personal access token', async () => {
    const error = await refused(api({ userId: 'bot-id', token: 'revoked-token' }).login());
    expect(error.kind).toBe('login-refused');
    expect(error.message).toContain('ROCKETCHAT_TOKEN');
    expect(error.message).not.toContain('revoked-token');
  });

  it('tells what to do about a second factor', async () => {
    fake.faults.secondFactor = true;
    const error = await refused(api().login());
    expect(error.kind).toBe('login-refused');
    expect(error.message).toContain('bypassTwoFactor');
  });

  it('lets a refusal stand for 30 s instead of hammering the login', async () => {
    const sut = api({ password: 'wrong' });
    expect((await refused(sut.login())).kind).toBe('login-refused');
    await clock.advance(10_000);
    const again = await refused(sut.limits());
    expect(again.kind).toBe('login-refused');
    expect(again.details.retryAfterMs).toBe(20_000);
    expect(fake.asked('POST login')).toHaveLength(1);
    await clock.advance(20_000);
    const account = fake.state.users.get('bot-id');
    if (account) account.password = 'wrong';
    expect((await sut.login()).userId).toBe('bot-id');
  });

  it('never names the password', async () => {
    const error = await refused(api({ password: 'hunter2-wrong' }).login());
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });

  it('asks anew for the roles after a while', async () => {
    const sut = api();
    await sut.login();
    fake.state.users.get('bot-id')?.roles.splice(0);
    expect((await sut.login()).roles).toEqual(['bot', 'user']);
    await clock.advance(30_000);
    expect((await sut.login()).roles).toEqual([]);
    expect(sut.identity?.roles).toEqual([]);
  });

  it('logs in once more on 401 and repeats the calls', async () => {
    const sut = api();
    await sut.login();
    fake.state.tokens.clear();
    await Promise.all([sut.sendMessage(post('a', 'a1')), sut.sendMessage(post('b', 'b1')), sut.limits()]);
    expect(fake.asked('POST login')).toHaveLength(2);
    expect(fake.state.messages.size).toBe(2);
  });

  it('knows who we are also while a dead token is renewed, and when that is refused', async () => {
    const sut = api();
    await sut.login();
    fake.state.tokens.clear();
    const seen: unknown[] = [];
    const sending = sut.sendMessage(post()).then(() => seen.push('sent'));
    while (!seen.length) {
      expect(sut.identity?.userId).toBe('bot-id');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sending;
    expect(fake.asked('POST login')).toHaveLength(2);
    fake.state.tokens.clear();
    fake.faults.secondFactor = true;
    await refused(sut.limits());
    expect(sut.identity?.userId).toBe('bot-id');
  });

  it('is unauthorized where the new login is refused', async () => {
    const sut = api();
    await sut.login();
    fake.state.tokens.clear();
    fake.faults.secondFactor = true;
    const error = await refused(sut.sendMessage(post()));
    expect(error.kind).toBe('unauthorized');
    expect(error.message).toContain('bypassTwoFactor');
  });

  it('keeps a newer token when an older one is forgotten', async () => {
    const sut = api();
    const first = await sut.socketToken();
    sut.forgetToken(first);
    const second = await sut.socketToken();
    sut.forgetToken(first);
    expect(await sut.socketToken()).toBe(second);
    expect(second).not.toBe(first);
  });

  it.each([
    ['chat.example', {}],
    ['ftp://chat.example', {}],
    ['http://u:p@chat.example', {}],
    ['http://chat.example', { password: '', token: 'without user id' }],
  ])('refuses to be built for %s', (url, more) => {
    expect(() => api({ url, ...more })).toThrow();
  });
});
