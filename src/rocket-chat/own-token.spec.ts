import { Logger } from '@nestjs/common';
import { AccountWorkspace } from '../../test/support/fakes/account-workspace';
import { SeededRandom } from '../../test/support/seeded-random';
import { SystemClock } from '../shared/system-clock';
import { OwnToken } from './own-token';
import { RestChatApi } from './rest-chat-api';

describe(OwnToken.name, () => {
  let chat: AccountWorkspace;
  let url: string;
  let file: string | undefined;
  let hidden: string[];
  let told: string[];
  let write: (text: string) => Promise<void>;
  const open: RestChatApi[] = [];

  /** The assistant as it comes up. */
  const start = (more: { name?: string; url?: string } = {}): RestChatApi => {
    const sut = new RestChatApi({
      url: more.url ?? url,
      username: 'system-bot',
      password: 'secret-of-bot',
      clock: new SystemClock(),
      random: new SeededRandom(1),
      ownToken: {
        name: more.name ?? 'rdzen-1',
        read: () => Promise.resolve(file),
        write: (text) => write(text),
        hide: (secret) => void hidden.push(secret),
      },
    });
    open.push(sut);
    return sut;
  };
  const live = (): string[] => [...chat.tokens.values()];

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    chat = new AccountWorkspace();
    chat.accounts.push({
      _id: 'bot',
      username: 'system-bot',
      password: 'secret-of-bot',
      roles: ['bot', 'user'],
      active: true,
    });
    url = await chat.open();
    file = undefined;
    write = (text) => {
      file = text;
      return Promise.resolve();
    };
    hidden = [];
    told = [];
    for (const level of ['log', 'warn', 'error'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...words: unknown[]) => void told.push(String(words[0])));
  });
  afterEach(() => {
    open.splice(0).forEach((api) => api.close());
    chat.close();
    jest.restoreAllMocks();
    expect(told.join('\n')).not.toMatch(/secret-of/);
  });

  it('is made at the first login, and used for REST and the socket from then on', async () => {
    const sut = start();
    await sut.login();
    expect(await sut.socketToken()).toBe('secret-of-token-1');
    expect(JSON.parse(file ?? '')).toEqual({
      server: url,
      username: 'system-bot',
      userId: 'bot',
      token: 'secret-of-token-1',
    });
    expect(hidden).toEqual(['secret-of-token-1']);
    await sut.usersInPublicRole('admin').catch(() => undefined);
    expect(chat.count('login')).toBe(1);
  });

  it('needs no password at the next start', async () => {
    await start().login();
    chat.calls.length = 0;
    const sut = start();
    await sut.login();
    expect(await sut.socketToken()).toBe('secret-of-token-1');
    expect(chat.calls).toEqual(['me']);
    expect(hidden).toEqual(['secret-of-token-1', 'secret-of-token-1']);
  });

  it.each([1, 2, 3, 4])(
    'is one and the same however it was broken off: the reply to call %i is lost',
    async (call) => {
      chat.loseReplyTo = call;
      await start()
        .login()
        .catch(() => undefined);
      const sut = start();
      await sut.login();
      expect(live()).toEqual([await sut.socketToken()]);
      chat.loseReplyTo = 0;
      chat.calls.length = 0;
      await start().login();
      expect(chat.calls).toEqual(['me']);
    },
  );

  it('is made anew when the renewal itself was broken off', async () => {
    await start().login();
    chat.tokens.clear();
    // me, login, generate: of the last one the reply is lost
    chat.loseReplyTo = chat.calls.length + 3;
    const broken = start();
    await broken.login();
    const sut = start();
    await sut.login();
    expect(live()).toEqual([await sut.socketToken()]);
    expect(await sut.socketToken()).toMatch(/^secret-of-token/);
  });

  it('is renewed once where the server refuses it, and then left for the password', async () => {
    const sut = start();
    await sut.login();
    const call = (): Promise<unknown> => sut.usersInPublicRole('admin').catch(() => undefined);
    chat.tokens.clear();
    await call();
    expect(await sut.socketToken()).toBe('secret-of-token-2');
    expect(JSON.parse(file ?? '')).toMatchObject({ token: 'secret-of-token-2' });
    chat.tokens.clear();
    await call();
    expect(await sut.socketToken()).toBe('token-of-bot');
    await call();
    expect(chat.count('users.generatePersonalAccessToken')).toBe(2);
    expect(chat.tokens.size).toBe(0);
  });

  it('is renewed where the socket is refused with it', async () => {
    const sut = start();
    await sut.login();
    sut.forgetToken(await sut.socketToken());
    expect(await sut.socketToken()).toBe('secret-of-token-2');
    expect(live()).toEqual(['secret-of-token-2']);
  });

  it('gives way to the password where the account may not make one, which is said once', async () => {
    chat.bot!.roles = ['bot'];
    const sut = start();
    await sut.login();
    expect(await sut.socketToken()).toBe('token-of-bot');
    sut.forgetToken('token-of-bot');
    await sut.login();
    expect(chat.count('users.generatePersonalAccessToken')).toBe(1);
    expect(told.filter((line) => line.includes('CHAT_TOKEN_REFUSED'))).toEqual([
      expect.stringMatching(/role user.*create-personal-access-tokens/),
    ]);
    expect(file).toBeUndefined();
  });

  it('works without being kept where the disk takes nothing, and says so', async () => {
    write = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    const sut = start();
    await sut.login();
    expect(await sut.socketToken()).toBe('secret-of-token-1');
    expect(told.join('\n')).toMatch(/CHAT_TOKEN_NOT_KEPT.*ENOSPC/);
  });

  it.each([
    ['of another server', (text: string) => text.replace('127.0.0.1', '127.0.0.2')],
    ['of another account', (text: string) => text.replace('system-bot', 'somebody')],
    ['that was cut off', (text: string) => text.slice(0, 20)],
  ])('is not taken from a file %s', async (_, change) => {
    await start().login();
    file = change(file ?? '');
    chat.calls.length = 0;
    await start().login();
    expect(chat.calls[0]).toBe('login');
    expect(JSON.parse(file)).toMatchObject({ server: url, username: 'system-bot', token: live()[0] });
  });

  it('leaves the tokens of another data folder alone', async () => {
    await start().login();
    const first = file;
    file = undefined;
    await start({ name: 'rdzen-2' }).login();
    expect(live()).toHaveLength(2);
    file = first;
    chat.calls.length = 0;
    await start().login();
    expect(chat.calls).toEqual(['me']);
  });
});
