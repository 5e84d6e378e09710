import { createHash } from 'node:crypto';
import type { ChatServerFaults } from '../../../src/embedded/chat-server/chat-server-faults';
import type { RestClient } from './support/rest-client';
import { Wire } from './support/wire';
import { BOT, Workspace, type Message } from './support/workspace';

describe('the realtime side of the chat server', () => {
  const faults: ChatServerFaults = {};
  let workspace: Workspace;
  let person: RestClient;
  let general: string;
  const opened: Wire[] = [];

  beforeAll(async () => {
    workspace = await Workspace.start({ faults });
    person = await workspace.anonymous.enterAs('Ela');
    general = await workspace.general(person);
  });
  afterEach(() => {
    for (const wire of opened.splice(0)) wire.close();
    for (const name of Object.keys(faults)) delete faults[name as keyof ChatServerFaults];
  });
  afterAll(() => workspace.stop());

  const raw = async (): Promise<Wire> => {
    const wire = await Wire.open(workspace.url);
    opened.push(wire);
    return wire;
  };
  const wireOf = async (client?: RestClient): Promise<Wire> => {
    const wire = await Wire.connected(workspace.url, client?.session?.authToken);
    opened.push(wire);
    return wire;
  };

  it('wants connect first, and version 1', async () => {
    const early = await raw();
    early.send({ msg: 'ping' });
    expect(await early.closed).toBe(1002);
    const old = await raw();
    old.send({ msg: 'connect', version: 'pre1', support: ['pre1'] });
    await old.next((frame) => frame['msg'] === 'failed' && frame['version'] === '1');
    await old.closed;
  });

  it('closes for a frame without a name and for binary frames', async () => {
    const nameless = await wireOf();
    nameless.send({ msg: 'method', id: '1' });
    expect(await nameless.closed).toBe(1002);
    const binary = await wireOf();
    binary.send(Buffer.from([1, 2, 3]));
    expect(await binary.closed).toBe(1007);
    const garbage = await wireOf();
    garbage.send('{"msg":');
    expect(await garbage.closed).toBe(1002);
  });

  it('answers pings with their id, pings the silent and then closes', async () => {
    // One of its own: others are silent while the server computes for them.
    const impatient = await Workspace.start({ heartbeatMs: 150 });
    const wire = await Wire.connected(impatient.url);
    wire.send({ msg: 'ping', id: 'k' });
    await wire.next((frame) => frame['msg'] === 'pong' && frame['id'] === 'k');
    await wire.next((frame) => frame['msg'] === 'ping');
    expect(await wire.closed).toBe(4000);
    await impatient.stop();
  });

  it('logs in by digest and by token, with an EJSON date, and tells who we are', async () => {
    const wire = await wireOf();
    const digest = createHash('sha256').update(BOT.password).digest('hex');
    const credentials = { user: { username: BOT.username }, password: { digest, algorithm: 'sha-256' } };
    const { result } = await wire.method('login', [credentials]);
    expect(result).toMatchObject({ id: workspace.bot.session?.userId, type: 'password' });
    const { token, tokenExpires } = result as { token: string; tokenExpires: { $date: number } };
    expect(tokenExpires.$date).toBeGreaterThan(Date.now());
    await wire.next((frame) => frame['msg'] === 'added' && frame['collection'] === 'users');
    await wire.next((frame) => frame['msg'] === 'updated');
    const second = await wireOf();
    expect((await second.method('login', [{ resume: token }])).result).toMatchObject({ type: 'resume' });
  });

  it('refuses wrong passwords, dead tokens and unknown methods', async () => {
    const wire = await wireOf();
    const wrong = { user: { username: BOT.username }, password: { digest: 'x', algorithm: 'sha-256' } };
    expect((await wire.method('login', [wrong])).error).toMatchObject({
      error: 403,
      reason: 'Incorrect password',
    });
    expect((await wire.method('login', [{ resume: 'x' }])).error).toMatchObject({ error: 403 });
    expect((await wire.method('login', [{}])).error).toMatchObject({ error: 400 });
    expect((await wire.method('nothing', [])).error).toMatchObject({ error: 404, errorType: 'Meteor.Error' });
  });

  it('refuses streams before the login, streams of others and streams that are not there', async () => {
    const anonymous = await wireOf();
    expect((await anonymous.subscribe('stream-room-messages', '__my_messages__')).msg).toBe('nosub');
    const wire = await wireOf(person);
    const others = `${workspace.bot.session?.userId}/message`;
    expect(await wire.subscribe('stream-notify-user', others)).toMatchObject({
      msg: 'nosub',
      error: { error: 'not-allowed' },
    });
    expect((await wire.subscribe('stream-nothing', 'x')).error).toMatchObject({ error: 404 });
    const secret = (await workspace.bot.post('groups.create', { name: 'shut' })).body['group'] as {
      _id: string;
    };
    expect((await wire.subscribe('stream-room-messages', secret._id)).msg).toBe('nosub');
    expect((await wire.subscribe('stream-notify-room', `${secret._id}/user-activity`)).msg).toBe('nosub');
  });

  it('tells of messages with the meta argument, of their changes, and of unjoined channels', async () => {
    const wire = await wireOf(workspace.bot);
    await wire.subscribe('stream-room-messages', '__my_messages__');
    await wire.subscribe('stream-room-messages', general);
    await workspace.say(person, general, 'hello', { _id: 'm1' });
    const [message, meta] = await wire.event('__my_messages__');
    expect(message).toMatchObject({ _id: 'm1', msg: 'hello', ts: { $date: expect.any(Number) as number } });
    expect(meta).toEqual({ roomParticipant: true, roomType: 'c', roomName: 'general' });
    expect(await wire.event(general)).toHaveLength(1);
    await person.post('chat.update', { roomId: general, msgId: 'm1', text: 'hello again' });
    const [edited] = await wire.event(
      '__my_messages__',
      ([changed]) => (changed as Message).msg === 'hello again',
    );
    expect(edited).toMatchObject({ _id: 'm1', editedAt: { $date: expect.any(Number) as number } });

    const direct = await workspace.direct(person);
    await workspace.say(person, direct, 'in private', { _id: 'd1' });
    const [, directMeta] = await wire.event(
      '__my_messages__',
      ([candidate]) => (candidate as Message)._id === 'd1',
    );
    expect(directMeta).toEqual({ roomParticipant: true, roomType: 'd' });

    const { _id: other } = (await person.post('channels.create', { name: 'unjoined' })).body[
      'channel'
    ] as Message;
    await workspace.say(person, other, 'among ourselves', { _id: 'u1' });
    const [, outside] = await wire.event(
      '__my_messages__',
      ([candidate]) => (candidate as Message)._id === 'u1',
    );
    expect(outside).toEqual({ roomParticipant: false, roomType: 'c', roomName: 'unjoined' });
  });

  it('keeps private rooms from those outside', async () => {
    const wire = await wireOf(person);
    await wire.subscribe('stream-room-messages', '__my_messages__');
    const { _id: hidden } = (await workspace.bot.post('groups.create', { name: 'hidden' })).body[
      'group'
    ] as Message;
    await workspace.say(workspace.bot, hidden, 'secret');
    await workspace.say(workspace.bot, general, 'public');
    await wire.event('__my_messages__', ([message]) => (message as Message).msg === 'public');
    expect(wire.events('__my_messages__').map(([message]) => (message as Message).msg)).not.toContain(
      'secret',
    );
  });

  it('tells a thread’s root again after each reply', async () => {
    await workspace.say(person, general, 'root', { _id: 'wire-root' });
    const wire = await wireOf(workspace.bot);
    await wire.subscribe('stream-room-messages', '__my_messages__');
    await workspace.say(person, general, 'reply', { tmid: 'wire-root' });
    const [root] = await wire.event(
      '__my_messages__',
      ([message]) => (message as Message)._id === 'wire-root',
    );
    expect(root).toMatchObject({ tcount: 1 });
  });

  it('tells of rooms, subscriptions, deletions and the end of a membership', async () => {
    const uid = workspace.bot.session?.userId ?? '';
    const wire = await wireOf(workspace.bot);
    for (const event of ['rooms-changed', 'subscriptions-changed', 'message']) {
      await wire.subscribe('stream-notify-user', `${uid}/${event}`);
    }
    const { _id: rid } = (await person.post('channels.create', { name: 'short', members: [BOT.username] }))
      .body['channel'] as Message;
    const [inserted, subscription] = await wire.event(`${uid}/subscriptions-changed`);
    expect([inserted, subscription]).toMatchObject(['inserted', { rid, name: 'short', t: 'c' }]);
    await wire.subscribe('stream-notify-room', `${rid}/deleteMessage`);
    await workspace.say(person, rid, 'soon gone', { _id: 'soon-gone' });
    await wire.event(
      `${uid}/rooms-changed`,
      ([, room]) => (room as { lastMessage?: Message }).lastMessage?._id === 'soon-gone',
    );
    await person.post('chat.delete', { roomId: rid, msgId: 'soon-gone' });
    expect(await wire.event(`${rid}/deleteMessage`)).toEqual([{ _id: 'soon-gone' }]);
    await person.post('channels.kick', { roomId: rid, userId: uid });
    await wire.event(`${uid}/subscriptions-changed`, ([change]) => change === 'removed');
    await wire.next(
      (frame) => frame['msg'] === 'nosub' && frame['id'] === `stream-notify-room ${rid}/deleteMessage`,
    );
  });

  it('relays typing under the own username only, not to oneself, thread included', async () => {
    const [typist, watcher] = [await wireOf(workspace.bot), await wireOf(person)];
    const key = `${general}/user-activity`;
    await typist.subscribe('stream-notify-room', key);
    await watcher.subscribe('stream-notify-room', key);
    expect(
      (await typist.method('stream-notify-room', [key, 'ela', ['user-typing'], {}])).error,
    ).toBeUndefined();
    await typist.method('stream-notify-room', [key, BOT.username, ['user-typing'], { tmid: 'root' }]);
    await typist.method('stream-notify-room', [key, BOT.username, []]);
    await watcher.event(key, ([, activities]) => (activities as []).length === 0);
    expect(watcher.events(key)).toEqual([
      [BOT.username, ['user-typing'], { tmid: 'root' }],
      [BOT.username, [], {}],
    ]);
    expect(typist.events(key)).toEqual([]);
  });

  it('sendMessage hides most failures and tells them in private', async () => {
    const wire = await wireOf(workspace.bot);
    const uid = workspace.bot.session?.userId ?? '';
    await wire.subscribe('stream-notify-user', `${uid}/message`);
    const sent = await wire.method('sendMessage', [{ _id: 'by-wire', rid: general, msg: 'hi' }]);
    expect(sent.result).toMatchObject({ _id: 'by-wire', msg: 'hi' });
    const hidden = await wire.method('sendMessage', [{ rid: general, msg: 'x'.repeat(5001) }]);
    expect(hidden).not.toHaveProperty('error');
    expect(hidden).not.toHaveProperty('result');
    expect(await wire.event(`${uid}/message`)).toMatchObject([{ rid: general, private: true }]);
    const { _id: foreign } = (await person.post('groups.create', { name: 'foreign' })).body[
      'group'
    ] as Message;
    const told = await wire.method('sendMessage', [{ rid: foreign, msg: 'x' }]);
    expect(told.error).toMatchObject({ error: 'error-not-allowed' });
    const extra = await wire.method('sendMessage', [{ rid: general, msg: 'x', alias: 'Boss' }]);
    expect(extra.error).toMatchObject({ error: 400 });
  });

  it('limits calls of one name on one connection, and the page not at all', async () => {
    const wire = await wireOf(workspace.bot);
    const key = `${general}/user-activity`;
    for (let count = 0; count < 40; count += 1)
      await wire.method('stream-notify-room', [key, BOT.username, []]);
    const refused = await wire.method('stream-notify-room', [key, BOT.username, []]);
    expect(refused.error).toMatchObject({
      error: 'too-many-requests',
      details: { timeToReset: expect.any(Number) as number },
    });
    const page = await wireOf(person);
    for (let count = 0; count < 45; count += 1) {
      expect((await page.method('stream-notify-room', [key, 'ela', []])).error).toBeUndefined();
    }
  });

  it('can swallow frames, go silent and come back', async () => {
    const wire = await wireOf(workspace.bot);
    await wire.subscribe('stream-room-messages', '__my_messages__');
    faults.dropOutgoing = (frame) => frame['msg'] === 'changed';
    await workspace.say(person, general, 'lost');
    await wire.settled();
    delete faults.dropOutgoing;
    let silent = true;
    faults.silent = () => silent;
    wire.send({ msg: 'ping', id: 'unheard' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(wire.frames.some((frame) => frame['id'] === 'unheard')).toBe(false);
    silent = false;
    await wire.settled();
    expect(wire.events('__my_messages__')).toEqual([]);
  });
});
