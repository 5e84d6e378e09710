import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatFaults, type ChatServerFaults } from '../../../src/embedded/chat-server/chat-server-faults';
import type { RestClient } from './support/rest-client';
import { BOT, Workspace } from './support/workspace';

describe('refusals of the chat server', () => {
  const faults: ChatServerFaults = {};
  let now: number;
  let folder: string;
  let adminKeyFile: string;
  let workspace: Workspace;

  const start = async (input: Parameters<typeof Workspace.start>[0] = {}) => {
    now = Date.now();
    workspace = await Workspace.start({ faults, now: () => now, ...input });
  };
  /** A person known by password, so neither bot nor from the page. */
  const plainUser = async (): Promise<RestClient> => {
    const admin = await workspace.anonymous.enterAs('Boss', 'key');
    await admin.post('users.create', {
      email: 'p@example.org',
      name: 'P',
      username: 'plain',
      password: 'p',
      roles: ['user'],
    });
    return workspace.anonymous.loginAs('plain', 'p');
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-chat-'));
    adminKeyFile = join(folder, 'admin.key');
    await writeFile(adminKeyFile, 'key');
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    for (const name of Object.keys(faults)) delete faults[name as keyof ChatServerFaults];
    await workspace.stop();
  });

  it('wrong, dead and missing tokens are 401, a pair that does not belong together too', async () => {
    await start();
    const person = await workspace.anonymous.enterAs('Ola');
    expect(await workspace.anonymous.get('rooms.get')).toMatchObject({
      status: 401,
      body: { success: false, error: 'You must be logged in to do this.' },
    });
    const mixed = {
      'X-Auth-Token': person.session?.authToken ?? '',
      'X-User-Id': workspace.bot.session?.userId ?? '',
    };
    expect((await workspace.anonymous.call('GET', '/api/v1/me', undefined, mixed)).status).toBe(401);
    expect((await workspace.bot.post('logout')).body).toMatchObject({ status: 'success' });
    expect((await workspace.bot.get('me')).status).toBe(401);
    now += 91 * 24 * 3600_000;
    expect((await person.get('me')).status).toBe(401);
  });

  it('logins: every form of password and name, and one answer to every mistake', async () => {
    await start();
    const login = (body: object) => workspace.anonymous.post('login', body);
    const digest = createHash('sha256').update(BOT.password).digest('hex');
    expect((await login({ username: BOT.username, password: BOT.password })).status).toBe(200);
    expect((await login({ user: BOT.username, password: { digest, algorithm: 'sha-256' } })).status).toBe(
      200,
    );
    expect((await login({ resume: workspace.bot.session?.authToken })).body).toMatchObject({
      data: { authToken: workspace.bot.session?.authToken },
    });
    const refused = { status: 401, body: { success: false, error: 'unauthorized' } };
    expect(await login({ user: BOT.username, password: 'wrong' })).toMatchObject(refused);
    expect(await login({ user: 'nobody', password: 'wrong' })).toMatchObject(refused);
    expect(await login({ resume: 'x' })).toMatchObject(refused);
    expect(await login({ user: BOT.username })).toMatchObject(refused);
  });

  it('malformed, oversized and unknown requests', async () => {
    await start();
    const raw = (body: string) =>
      workspace.bot.call('POST', '/api/v1/chat.sendMessage', body, { 'Content-Type': 'application/json' });
    expect((await raw('{"message":')).status).toBe(400);
    expect((await raw('[]')).status).toBe(400);
    expect((await raw(JSON.stringify({ message: 'x'.repeat(3_000_000) }))).status).toBe(413);
    expect((await workspace.bot.get('chat.nothing')).status).toBe(404);
    expect((await workspace.bot.get('chat.sendMessage')).status).toBe(404);
  });

  it('limits plain users per address, route and method, and tells when to come back', async () => {
    await start({ adminKeyFile });
    const user = await plainUser();
    const answers = [];
    for (let count = 0; count < 11; count += 1) answers.push(await user.get('rooms.get'));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    const last = answers.at(-1);
    expect(last?.body['error']).toMatch(/You must wait \d+ seconds .*\[error-too-many-requests]/);
    expect(last?.headers.get('x-ratelimit-limit')).toBe('10');
    expect(last?.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(last?.headers.get('x-ratelimit-reset'))).toBe(now + 60_000);
    expect(last?.headers.get('retry-after')).toBeNull();
    expect((await user.get('subscriptions.get')).status).toBe(200);
    now += 60_001;
    expect((await user.get('rooms.get')).status).toBe(200);
  });

  it('does not limit bots and people on the page, and always limits the login', async () => {
    await start();
    const person = await workspace.anonymous.enterAs('Ola');
    for (let count = 0; count < 15; count += 1) {
      expect((await person.get('rooms.get')).status).toBe(200);
      const { status, headers } = await workspace.bot.get('rooms.get');
      expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, null]);
    }
    const statuses = [];
    for (let count = 0; count < 10; count += 1) {
      statuses.push(
        (await workspace.bot.post('login', { user: BOT.username, password: BOT.password })).status,
      );
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it.each([
    ['8', 400, 'error-not-allowed'],
    ['9', 403, 'error-forbidden'],
  ] as const)('missing permissions in the shape of %s.x', async (errorShape, status, errorType) => {
    await start({ errorShape });
    const person = await workspace.anonymous.enterAs('Ola');
    const { _id } = (await workspace.bot.post('groups.create', { name: 'secret' })).body['group'] as {
      _id: string;
    };
    expect(await person.get('rooms.info', { roomId: _id })).toMatchObject({
      status,
      body: { success: false, errorType },
    });
    expect(await person.get('rooms.info', { roomId: 'nowhere' })).toMatchObject({
      status: 400,
      body: { errorType: 'error-room-not-found' },
    });
  });

  it('only admins create users, whose roles and addresses stay hidden from others', async () => {
    await start({ adminKeyFile });
    const fields = { email: 'n@example.org', name: 'N', username: 'new', password: 'p' };
    expect((await workspace.bot.post('users.create', fields)).status).toBe(400);
    const admin = await workspace.anonymous.enterAs('Boss', 'key');
    const made = await admin.post('users.create', { ...fields, roles: ['bot', 'user'] });
    expect(made.body['user']).toMatchObject({ username: 'new', roles: ['bot', 'user'], type: 'user' });
    expect(JSON.stringify(made.body)).not.toContain('password');
    expect(await admin.post('users.create', fields)).toMatchObject({
      status: 400,
      body: { errorType: 'error-field-unavailable' },
    });
    expect((await workspace.bot.get('users.info', { username: 'new' })).body['user']).not.toHaveProperty(
      'roles',
    );
    expect((await admin.get('users.info', { username: 'new' })).body['user']).toHaveProperty('roles');
  });

  it('moderators and owners', async () => {
    await start();
    const [owner, other] = [
      await workspace.anonymous.enterAs('Owner'),
      await workspace.anonymous.enterAs('Other'),
    ];
    const { _id: roomId } = (await owner.post('channels.create', { name: 'ruled', members: ['other'] })).body[
      'channel'
    ] as { _id: string };
    const userId = other.session?.userId;
    expect((await other.post('channels.addModerator', { roomId, userId })).status).toBe(400);
    expect((await owner.post('channels.addModerator', { roomId, userId })).status).toBe(200);
    const roles = (await other.get('channels.roles', { roomId })).body['roles'] as {
      u: { username: string };
      roles: string[];
    }[];
    expect(roles.map(({ u, roles: held }) => [u.username, held])).toEqual([
      ['owner', ['owner']],
      ['other', ['moderator']],
    ]);
    expect((await owner.post('channels.removeModerator', { roomId, userId })).status).toBe(200);
    expect((await owner.post('channels.addOwner', { roomId, userId })).status).toBe(200);
  });

  it('faults: a lost reply to a stored message, a reply before anything happened, a broken proxy', async () => {
    await start();
    const rid = await workspace.general();
    const send = (_id: string) => workspace.bot.post('chat.sendMessage', { message: { _id, rid, msg: _id } });
    faults.afterCall = ({ route }) => (route === 'chat.sendMessage' ? { kind: 'drop' } : undefined);
    await expect(send('stored')).rejects.toThrow();
    delete faults.afterCall;
    expect((await workspace.bot.get('chat.getMessage', { msgId: 'stored' })).status).toBe(200);

    const before = [
      [chatFaults.tooManyRequests(7, now + 7000), 429],
      [chatFaults.restrictedWorkspace(), 400],
      [chatFaults.unauthorized(), 401],
      [chatFaults.internalError(), 500],
    ] as const;
    for (const [fault, status] of before) {
      faults.beforeCall = () => fault;
      expect((await send('never')).status).toBe(status);
    }
    faults.beforeCall = () => chatFaults.proxyPage();
    const page = await fetch(`${workspace.url}/api/v1/me`);
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    faults.beforeCall = () => ({ kind: 'delay', ms: 30 });
    const began = performance.now();
    expect((await workspace.bot.get('chat.getMessage', { msgId: 'never' })).status).toBe(400);
    expect(performance.now() - began).toBeGreaterThanOrEqual(29);
    faults.beforeCall = () => ({ kind: 'hang' });
    const hanging = fetch(`${workspace.url}/api/v1/me`, { signal: AbortSignal.timeout(50) });
    await expect(hanging).rejects.toThrow();
  });
});
