import { createHash } from 'node:crypto';
import WebSocket from 'ws';
import { chatFaults, type ChatServerFaults } from '../../../src/embedded/chat-server/chat-server-faults';
import { vendor } from './support/vendor';
import { BOT, Workspace } from './support/workspace';

/** The part of the vendor's SDK that is used here. */
interface Sdk {
  connection: { status: string; ws?: WebSocket; connect(): Promise<boolean>; close(): void };
  timeoutControl: { stop(): void };
  account: {
    uid?: string;
    user?: { token?: string; username?: string };
    loginWithPassword(username: string, digest: string): Promise<void>;
    loginWithToken(token: string): Promise<unknown>;
  };
  client: { callAsync(method: string, ...params: unknown[]): Promise<unknown> };
  stream(
    name: string,
    key: string,
    listener: (...args: unknown[]) => void,
  ): { ready(): Promise<void>; onChange(listener: (payload: object) => void): void; stop(): void };
}

/** 1.1.2 says ready() only to those who ask before it happened, so the change is awaited. */
function subscribed(
  sdk: Sdk,
  name: string,
  key: string,
  listener: (...args: unknown[]) => void,
): Promise<object> {
  return new Promise((resolve) => sdk.stream(name, key, listener).onChange(resolve));
}

async function until(condition: () => boolean, withinMs = 3000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("the vendor's realtime client against the chat server", () => {
  const faults: ChatServerFaults = {};
  let workspace: Workspace;
  const sdks: Sdk[] = [];

  beforeAll(async () => {
    Object.assign(globalThis, { WebSocket });
    workspace = await Workspace.start({ faults, realtimeLimit: null });
  });
  afterEach(() => {
    for (const { connection, timeoutControl } of sdks.splice(0)) {
      connection.close();
      connection.ws?.terminate();
      // Its own close leaves the timers of one minute running.
      timeoutControl.stop();
    }
  });
  afterAll(() => workspace.stop());

  const create = (): Sdk => {
    const { create: make } = vendor().DDPSDK as { create(url: string, retry: object): Sdk };
    const sdk = make.call(vendor().DDPSDK, workspace.url, { retryCount: 5, retryTime: 20 });
    sdks.push(sdk);
    return sdk;
  };
  const resumed = async (): Promise<Sdk> => {
    const sdk = create();
    await sdk.connection.connect();
    await sdk.account.loginWithToken(workspace.bot.session?.authToken ?? '');
    return sdk;
  };

  it('connects and logs in with a password digest', async () => {
    const sdk = create();
    await sdk.connection.connect();
    await sdk.account.loginWithPassword(
      BOT.username,
      createHash('sha256').update(BOT.password).digest('hex'),
    );
    expect(sdk.connection.status).toBe('connected');
    expect(sdk.account.uid).toBe(workspace.bot.session?.userId);
    expect(sdk.account.user?.username).toBe(BOT.username);
  });

  it('is told about a wrong password and a dead token', async () => {
    const sdk = create();
    await sdk.connection.connect();
    await expect(sdk.account.loginWithPassword(BOT.username, 'nonsense')).rejects.toMatchObject({
      error: 403,
    });
    await expect(sdk.account.loginWithToken('nonsense')).rejects.toMatchObject({ error: 403 });
  });

  it('subscribes and receives messages with their meta argument', async () => {
    const sdk = await resumed();
    const heard: unknown[][] = [];
    expect(
      await subscribed(sdk, 'room-messages', '__my_messages__', (...args) => heard.push(args)),
    ).toMatchObject({
      msg: 'ready',
    });
    const person = await workspace.anonymous.enterAs('Listener');
    await workspace.say(person, await workspace.general(), 'hello @system-bot');
    await until(() => heard.some(([message]) => (message as { msg: string }).msg === 'hello @system-bot'));
    expect(heard.at(-1)?.[1]).toEqual({ roomParticipant: true, roomType: 'c', roomName: 'general' });
  });

  it('is refused what it may not hear', async () => {
    const sdk = await resumed();
    const answer = await subscribed(sdk, 'notify-user', 'somebody-else/message', () => undefined);
    expect(answer).toMatchObject({ msg: 'nosub', error: { error: 'not-allowed' } });
  });

  it('calls methods', async () => {
    const sdk = await resumed();
    const rid = await workspace.general();
    const sent = await sdk.client.callAsync('sendMessage', { _id: 'by-method', rid, msg: 'by method' });
    expect(sent).toMatchObject({ _id: 'by-method', rid, msg: 'by method' });
    await expect(sdk.client.callAsync('noSuchMethod')).rejects.toMatchObject({ error: 404 });
  });

  it('reconnects after a broken connection, logs in again and hears again', async () => {
    const sdk = await resumed();
    const heard: unknown[] = [];
    await subscribed(sdk, 'room-messages', '__my_messages__', (message) => heard.push(message));
    workspace.server.dropRealtime();
    await until(() => sdk.connection.status !== 'connected');
    await until(() => sdk.connection.status === 'connected');
    const person = await workspace.anonymous.enterAs('Second');
    const rid = await workspace.general();
    // The client subscribes before its new login is answered and is refused; it does not try again by itself.
    await subscribed(sdk, 'room-messages', rid, (message) => heard.push(message));
    await workspace.say(person, rid, 'after the break');
    await until(() => heard.some((message) => (message as { msg: string }).msg === 'after the break'));
    expect(sdk.account.uid).toBe(workspace.bot.session?.userId);
  });

  it('meets refused subscriptions where a test asks for them', async () => {
    faults.refuseSubscription = (name) => name === 'stream-room-messages';
    faults.beforeCall = ({ route }) => (route === 'me' ? chatFaults.unauthorized() : undefined);
    const sdk = await resumed();
    const answer = await subscribed(sdk, 'room-messages', '__my_messages__', () => undefined);
    expect(answer).toMatchObject({ msg: 'nosub', error: { error: 'not-allowed' } });
    expect((await workspace.bot.get('me')).status).toBe(401);
    delete faults.refuseSubscription;
    delete faults.beforeCall;
  });
});
