import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passwordFactor } from '../../../src/rocket-chat/auth-headers';
import { RestClient, type RestAnswer } from './support/rest-client';
import { BOT, Workspace } from './support/workspace';

const factor = passwordFactor(BOT.password);

describe('personal access tokens', () => {
  let folder: string;
  let workspace: Workspace;
  const start = async (): Promise<void> => {
    workspace = await Workspace.start({ dataFile: join(folder, 'chat.db'), restLimit: null });
  };
  const ask = (
    route: string,
    body: Record<string, unknown>,
    headers: Record<string, string> = factor,
    client = workspace.bot,
  ): Promise<RestAnswer> => client.call('POST', `/api/v1/${route}`, body, headers);
  const generate = async (tokenName: string, bypassTwoFactor = true): Promise<RestClient> => {
    const { body } = await ask('users.generatePersonalAccessToken', { tokenName, bypassTwoFactor });
    const { userId, username } = workspace.bot.session!;
    return new RestClient(workspace.url, { userId, username, authToken: String(body['token']) });
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-tokens-'));
    await start();
  });
  afterEach(async () => {
    await workspace.stop();
    await rm(folder, { recursive: true });
  });

  it('ask for the password once more, and say so', async () => {
    const body = { tokenName: 'a', bypassTwoFactor: true };
    expect(await ask('users.generatePersonalAccessToken', body, {})).toMatchObject({
      status: 400,
      body: { errorType: 'totp-required', details: { method: 'password', availableMethods: [] } },
    });
    const wrong = passwordFactor('wrong');
    expect(await ask('users.generatePersonalAccessToken', body, wrong)).toMatchObject({
      status: 400,
      body: { errorType: 'totp-invalid' },
    });
    expect(await ask('users.generatePersonalAccessToken', body)).toMatchObject({ status: 200 });
  });

  it('have one name each, and the one made anew ends the old one', async () => {
    const first = await generate('a');
    expect((await first.get('me')).status).toBe(200);
    const body = { tokenName: 'a' };
    expect((await ask('users.generatePersonalAccessToken', body)).body['errorType']).toBe(
      'error-token-already-exists',
    );
    expect((await ask('users.regeneratePersonalAccessToken', body)).body['token']).toEqual(
      expect.any(String),
    );
    expect((await first.get('me')).status).toBe(401);
    expect((await ask('users.removePersonalAccessToken', body)).status).toBe(200);
    expect((await ask('users.regeneratePersonalAccessToken', body)).body['errorType']).toBe(
      'error-token-does-not-exists',
    );
  });

  it('spare the second factor where they are made to', async () => {
    const bypassing = await generate('a');
    const plain = await generate('b', false);
    const body = { tokenName: 'c' };
    expect((await ask('users.generatePersonalAccessToken', body, {}, plain)).status).toBe(400);
    expect((await ask('users.generatePersonalAccessToken', body, {}, bypassing)).status).toBe(200);
  });

  it('outlive a restart and fifty logins, and never end by age', async () => {
    const token = await generate('a');
    for (let logins = 0; logins < 51; logins++) await workspace.anonymous.loginAs(BOT.username, BOT.password);
    await workspace.stop();
    await start();
    const again = new RestClient(workspace.url, token.session);
    expect((await again.get('me')).status).toBe(200);
    const wire = await workspace.wire(again);
    const result = wire.frames.find(({ msg }) => msg === 'result')?.['result'];
    expect(result).toEqual({ id: token.session!.userId, token: token.session!.authToken, type: 'resume' });
  });

  it('are not for who has no role for them', async () => {
    const person = await workspace.anonymous.enterAs('Ola');
    const body = { userId: person.session!.userId, data: { password: 'x' } };
    expect((await ask('users.update', body)).body['errorType']).toBe('error-action-not-allowed');
    expect((await ask('roles.addUserToRole', { roleId: 'admin', username: 'ola' })).body['errorType']).toBe(
      'error-action-not-allowed',
    );
  });
});
