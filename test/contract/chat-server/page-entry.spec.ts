import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RestClient } from './support/rest-client';
import { BOT, Workspace } from './support/workspace';

const KEY = 'the-admin-key-of-this-test';

describe('coming in from the page', () => {
  let folder: string;
  let keyFile: string;
  let workspace: Workspace;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-chat-'));
    keyFile = join(folder, 'admin.key');
    await writeFile(keyFile, `${KEY}\n`);
    workspace = await Workspace.start({ adminKeyFile: keyFile });
  });
  afterEach(async () => {
    await workspace.stop();
    await rm(folder, { recursive: true });
  });

  const enter = (body: object, client = workspace.anonymous, headers: Record<string, string> = {}) =>
    client.call('POST', '/embedded/enter', body, headers);
  const rolesOf = async (client: RestClient): Promise<unknown> => (await client.get('me')).body['roles'];

  it('makes a username of any name and brings the person into #general', async () => {
    const client = await workspace.anonymous.enterAs('  Zażółć   Gęślą ');
    expect(client.session?.username).toBe('zazolc.gesla');
    expect((await client.get('me')).body).toMatchObject({ name: 'Zażółć Gęślą', roles: ['user'] });
    expect((await client.get('subscriptions.get')).body['update']).toMatchObject([{ name: 'general' }]);
  });

  it.each(['', '   ', '!!!', '日本'])('refuses the name "%s", of which nothing is left', async (name) => {
    expect((await enter({ name })).status).toBe(400);
  });

  it('gives a name in use only to the holder of its token', async () => {
    const first = await workspace.anonymous.enterAs('Ola');
    expect((await enter({ name: 'Ola' })).body).toMatchObject({ username: 'ola-2', admin: false });
    expect((await enter({ name: 'OLA' }, first)).body).toMatchObject({
      username: 'ola',
      userId: first.session?.userId,
    });
    const forged = new RestClient(workspace.url, { ...first.session, authToken: 'x' } as never);
    expect((await enter({ name: 'Ola' }, forged)).body).toMatchObject({ username: 'ola-3' });
  });

  it('gives different people different names even at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => enter({ name: 'Same' })));
    expect(new Set(answers.map(({ body }) => body['userId'])).size).toBe(6);
  });

  it('lets nobody be the bot, with or without the key, nor take a name that misleads', async () => {
    const reserved = { status: 400, body: { errorType: 'reserved-name' } };
    const bot = BOT.username;
    for (const name of [bot, bot.toUpperCase(), bot.replace('-', ' '), `${bot}-2`, `${bot}\u200b`]) {
      expect(await enter({ name })).toMatchObject(reserved);
      expect(await enter({ name, adminKey: KEY })).toMatchObject(reserved);
      expect(await enter({ name }, workspace.bot)).toMatchObject(reserved);
    }
    for (const name of ['admin', 'Ad.min', 'System 2', 'all', 'ｒｏｏｔ'])
      expect(await enter({ name })).toMatchObject(reserved);
    const admin = await workspace.anonymous.enterAs('Admin', KEY);
    expect((await enter({ name: 'Admin' }, admin)).body).toMatchObject({ username: 'admin', admin: true });
  });

  it('shows people of one name under different names, and no sign that is not seen', async () => {
    const names = [];
    for (const name of ['Ann', 'Ann', 'A\u200bnn\u00ad', '\u202eAnn\u0007', 'Ａｎｎ'])
      names.push((await enter({ name })).body['name']);
    expect(names).toEqual(['Ann', 'Ann-2', 'Ann-3', 'Ann-4', 'Ann-5']);
    expect((await enter({ name: '\u200b\u2800\u3164' })).body['errorType']).toBe('invalid-name');
  });

  it('makes admin whoever holds the key, and lets only them be that admin again', async () => {
    const admin = await workspace.anonymous.enterAs('Ada', KEY);
    expect(await rolesOf(admin)).toEqual(['user', 'admin']);
    expect((await enter({ name: 'Ada' })).body).toMatchObject({ username: 'ada-2', admin: false });
    expect((await enter({ name: 'Ada', adminKey: KEY })).body['userId']).toBe(admin.session?.userId);
    expect((await enter({ name: 'Ada' }, admin)).body).toMatchObject({ username: 'ada', admin: true });
    const listed = await workspace.bot.get('roles.getUsersInPublicRoles');
    expect(listed.body['users']).toMatchObject([{ username: 'ada', roles: ['admin'] }]);
  });

  it('promotes a person who comes back with the key, but nobody else of that name', async () => {
    const person = await workspace.anonymous.enterAs('Iza');
    expect((await enter({ name: 'Iza', adminKey: KEY })).body).toMatchObject({
      username: 'iza-2',
      admin: true,
    });
    expect(await rolesOf(person)).toEqual(['user']);
    expect((await enter({ name: 'Iza', adminKey: KEY }, person)).body).toMatchObject({
      username: 'iza',
      admin: true,
    });
  });

  it('reads the key at each attempt and refuses a wrong, empty or missing one', async () => {
    expect((await enter({ name: 'Eve', adminKey: `${KEY}x` })).status).toBe(403);
    await writeFile(keyFile, 'another');
    expect((await enter({ name: 'Eve', adminKey: KEY })).status).toBe(403);
    expect((await enter({ name: 'Eve', adminKey: 'another' })).body['admin']).toBe(true);
    await writeFile(keyFile, '\n');
    expect((await enter({ name: 'Eve', adminKey: ' ' })).status).toBe(403);
    await rm(keyFile);
    expect((await enter({ name: 'Eve', adminKey: 'another' })).status).toBe(403);
  });

  describe('the room of the administrators', () => {
    const ADMIN_ROOM = 'admins';
    const roomsOf = async (client: RestClient): Promise<string[]> => {
      const { update } = (await client.get('subscriptions.get')).body as { update: { name: string }[] };
      return update.map(({ name }) => name).sort();
    };
    const make = async (client: RestClient): Promise<string> => {
      const { body } = await client.post('groups.create', { name: ADMIN_ROOM });
      return (body['group'] as { _id: string })._id;
    };

    beforeEach(async () => {
      await workspace.stop();
      workspace = await Workspace.start({ adminKeyFile: keyFile, adminRoom: ADMIN_ROOM });
    });

    it('is open to whoever enters with the key, once it is made, and to nobody else', async () => {
      const early = await workspace.anonymous.enterAs('Early', KEY);
      expect(await roomsOf(early)).toEqual(['general']);
      const roomId = await make(workspace.bot);
      const ada = await workspace.anonymous.enterAs('Ada', KEY);
      const wire = await workspace.wire(ada);
      await wire.subscribe('stream-room-messages', '__my_messages__');
      expect(await roomsOf(ada)).toEqual([ADMIN_ROOM, 'general']);
      const eve = await workspace.anonymous.enterAs('Eve');
      for (const client of [eve, early]) {
        expect(await roomsOf(client)).toEqual(['general']);
        for (const [path, query] of [
          ['rooms.info', { roomName: ADMIN_ROOM }],
          ['groups.history', { roomId }],
          ['groups.roles', { roomId }],
          ['chat.syncMessages', { roomId, lastUpdate: '2026-01-01T00:00:00.000Z' }],
        ] as const)
          expect({ path, status: (await client.get(path, query)).status }).toEqual({ path, status: 400 });
      }
      expect(JSON.stringify((await eve.get('channels.list')).body)).not.toContain(ADMIN_ROOM);
      await workspace.say(workspace.bot, roomId, 'an alert');
      await wire.event('__my_messages__', ([message]) => (message as { msg: string }).msg === 'an alert');
      await workspace.bot.post('groups.invite', { roomId, userId: early.session?.userId });
      expect(await roomsOf(early)).toEqual([ADMIN_ROOM, 'general']);
    });

    it('is entered once, whatever comes in again', async () => {
      const roomId = await make(workspace.bot);
      const ada = await workspace.anonymous.enterAs('Ada', KEY);
      await workspace.anonymous.enterAs('Ada', KEY);
      await workspace.bot.post('groups.invite', { roomId, userId: ada.session?.userId });
      const { messages } = (await ada.get('groups.history', { roomId })).body as {
        messages: { t?: string; msg: string }[];
      };
      expect(messages.map(({ t, msg }) => [t, msg])).toEqual([['uj', 'ada']]);
    });

    it('is none that a person made under its name', async () => {
      const roomId = await make(await workspace.anonymous.enterAs('Mallory'));
      const ada = await workspace.anonymous.enterAs('Ada', KEY);
      expect(await roomsOf(ada)).toEqual(['general']);
      expect((await ada.get('groups.history', { roomId })).status).toBe(400);
    });
  });

  it('slows down guessing', async () => {
    const answers = [];
    for (let count = 0; count < 11; count += 1)
      answers.push(await enter({ name: 'Eve', adminKey: `guess ${count}` }));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
    expect((await enter({ name: 'Eve' })).status).toBe(200);
  });

  it('refuses other origins, other content and unknown fields', async () => {
    expect((await enter({ name: 'A' }, undefined, { Origin: 'http://evil.example' })).status).toBe(403);
    expect((await enter({ name: 'A' }, undefined, { Origin: 'null' })).status).toBe(403);
    expect((await enter({ name: 'A' }, undefined, { Origin: workspace.url })).status).toBe(200);
    expect((await enter({ name: 'A' }, undefined, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await enter({ name: 'A', roles: ['admin'] })).status).toBe(400);
  });

  it('is not reached under a foreign host name (DNS rebinding)', async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(workspace.url);
      const headers = { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` };
      request({ host: '127.0.0.1', port, path: '/embedded/config', headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });

  it('serves the page under a strict policy, and nothing beside it', async () => {
    const page = await fetch(workspace.url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style="/);
    for (const [, path = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect({ path, status: (await fetch(workspace.url + path)).status }).toEqual({ path, status: 200 });
    }
    for (const path of ['/main.js', '/../main.js', '/%2e%2e/main.ts', '/page/app.mjs', '//', '//evil:x/']) {
      expect((await fetch(workspace.url + path)).status).toBe(404);
    }
  });
});
