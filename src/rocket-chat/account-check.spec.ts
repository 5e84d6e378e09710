import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { checkAccount } from './account-check';
import { RestChatApi } from './rest-chat-api';

describe(checkAccount.name, () => {
  let fake: FakeRocketChat;
  let api: RestChatApi;

  beforeEach(async () => {
    fake = await FakeRocketChat.start();
    api = new RestChatApi({
      url: fake.url,
      username: 'system-bot',
      password: 'secret',
      clock: new VirtualClock(Date.now()),
      random: new SystemRandom(),
    });
  });

  afterEach(async () => {
    api.close();
    await fake.close();
  });

  const setRoles = (...roles: string[]): void =>
    void Object.assign(fake.state.users.get('bot-id') ?? {}, { roles });
  const codes = async (noticeRoom?: string): Promise<string[]> =>
    (await checkAccount(api, noticeRoom)).map((problem) => problem.code);

  it('finds nothing where all is well, and posts nothing', async () => {
    expect(await checkAccount(api, '#general')).toEqual([]);
    expect(fake.requests.filter((request) => request.method === 'POST' && request.route !== 'login')).toEqual(
      [],
    );
  });

  it('names each missing role, its effect and the remedy', async () => {
    setRoles();
    const problems = await checkAccount(api);
    expect(problems.map((problem) => problem.code)).toEqual(['role-bot-missing', 'role-user-missing']);
    expect(problems[0]?.message).toContain('10 posts or edits a minute');
    expect(problems[0]?.remedy).toContain('system-bot');
  });

  it('asks an admin account for no more roles', async () => {
    setRoles('admin');
    expect(await codes()).toEqual([]);
  });

  it('explains a refused login and stops there', async () => {
    fake.faults.secondFactor = true;
    expect(await codes('#general')).toEqual(['login-refused']);
  });

  it('tells what settings cost', async () => {
    Object.assign(fake.state.settings, { Message_AllowEditing: false, Threads_enabled: false });
    expect(await codes()).toEqual(['editing-off', 'threads-off']);
  });

  it('tells why nobody can be recognised as admin', async () => {
    fake.state.users.get('anna-id')?.roles.splice(0);
    expect(await codes()).toEqual(['no-admin-seen']);
    fake.faults.publicRolesRefused = true;
    expect(await codes()).toEqual(['admins-unreadable']);
  });

  it.each([8, 9] as const)('checks the notice room (%s.x)', async (style) => {
    fake.faults.style = style;
    expect(await codes('#nowhere')).toEqual(['notice-room-missing']);
    fake.state.addRoom({ _id: 'hidden', t: 'p', name: 'hidden', members: ['anna-id'] });
    expect(await codes('#hidden')).toEqual(['notice-room-missing']);
    fake.state.addRoom({ _id: 'ops', t: 'c', name: 'ops', members: ['anna-id'], ro: true });
    const problems = await checkAccount(api, '#ops');
    expect(problems.map((problem) => problem.code)).toEqual(['notice-room-closed', 'notice-room-not-joined']);
    expect(problems[1]?.remedy).toContain('/invite @system-bot');
  });

  it('says nothing about an account it could not ask for', async () => {
    fake.faults.proxyPage = Infinity;
    await expect(checkAccount(api)).rejects.toMatchObject({ kind: 'unreachable', transient: true });
  });
});
