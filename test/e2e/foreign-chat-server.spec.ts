import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChatServer } from '../../src/embedded/chat-server/chat-server';
import { ChatPerson, eventually } from '../support/chat-person';
import { freePort } from '../../src/shared/free-port';
import { RunningRdzen } from '../support/running-rdzen';

jest.setTimeout(60_000);

describe('a chat server that others run', () => {
  it('is waited for, and nothing is made there but a private room for alerts', async () => {
    const port = await freePort();
    const rdzen = await RunningRdzen.create({
      ROCKETCHAT_URL: `http://127.0.0.1:${port}`,
      ROCKETCHAT_USER: 'assistant',
      ROCKETCHAT_PASSWORD: 'correct horse battery',
      RDZEN_NOTICE_ROOM: 'operations',
    });
    const server = new ChatServer({
      port,
      dataFile: ':memory:',
      bot: { username: 'assistant', password: 'correct horse battery' },
    });
    try {
      await rdzen.launch();
      await eventually(
        () => rdzen.output,
        (text) => text.includes('Waiting for the chat server'),
        15_000,
        'it says that it waits',
      );
      expect((await rdzen.status()).rocketchat_connected).toBe(false);
      expect((await rdzen.api('GET', '/health/ready')).status).toBe(503);

      const { url } = await server.start();
      await rdzen.ready(40_000);
      const ann = await ChatPerson.enter(url, 'Ann');
      const room = await ann.direct('assistant');
      await ann.say(room, 'Hello?');
      expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
      expect(rdzen.output).toMatch(/operations.*(invite|RDZEN_NOTICE_ROOM)/i);
      await expect(ann.call('GET', 'rooms.info?roomName=operations')).rejects.toThrow();
      await expect(ann.call('GET', 'rooms.info?roomName=rdzen-admin')).rejects.toThrow(/not.allowed/i);
      expect(rdzen.output).toContain('Made the private room #rdzen-admin');
      expect(rdzen.output).not.toContain('correct horse battery');
      ann.leave();
    } finally {
      await rdzen.close();
      await server.close();
    }
  });

  it('gets an account and a token of its own from an administrator, and needs no password after that', async () => {
    const server = new ChatServer({
      port: 0,
      dataFile: ':memory:',
      bot: { username: 'other-bot', password: 'x' },
      admin: { username: 'admin', password: 'password-of-admin' },
      settings: { twoFactorByEmail: true },
    });
    const { url } = await server.start();
    const rdzen = await RunningRdzen.create({
      ROCKETCHAT_URL: url,
      ROCKETCHAT_USER: 'assistant',
      ROCKETCHAT_ADMIN_USER: 'admin',
      ROCKETCHAT_ADMIN_PASSWORD: 'password-of-admin',
    });
    const file = join(rdzen.data, 'chat-token.json');
    const kept = (): { token: string } => JSON.parse(readFileSync(file, 'utf8')) as { token: string };
    try {
      await rdzen.launch();
      await rdzen.ready(40_000);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const { token } = kept();
      const ann = await ChatPerson.enter(url, 'Ann');
      const room = await ann.direct('assistant');
      await ann.say(room, 'Hello?');
      expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
      const { chat_server: seen } = await rdzen.status();
      expect(seen).toMatchObject({ version: '8.8', tested: true, read_only: false });
      expect(seen.account_problem).toBeUndefined();

      rdzen.signal('SIGKILL');
      await rdzen.exit();
      await rdzen.launch();
      await rdzen.ready(40_000);
      expect(kept().token).toBe(token);
      expect(rdzen.output).not.toContain(token);
      expect(rdzen.output.match(/Made a personal access token/g)).toHaveLength(1);
      ann.leave();
    } finally {
      await rdzen.close();
      await server.close();
    }
  });

  it('says on /status what keeps the account from being made, and that it is read-only', async () => {
    const server = new ChatServer({
      port: 0,
      dataFile: ':memory:',
      bot: { username: 'assistant', password: 'of the bot' },
      admin: { username: 'admin', password: 'right' },
      version: '10.0',
      settings: { readOnlyInDays: 0 },
    });
    const { url } = await server.start();
    const rdzen = await RunningRdzen.create({
      ROCKETCHAT_URL: url,
      ROCKETCHAT_USER: 'assistant',
      ROCKETCHAT_PASSWORD: 'of the bot',
      ROCKETCHAT_ADMIN_USER: 'admin',
      ROCKETCHAT_ADMIN_PASSWORD: 'wrong-password',
      RDZEN_LANGUAGE: 'pl',
    });
    try {
      await rdzen.launch();
      await rdzen.ready(40_000);
      const seen = await eventually(
        () => rdzen.status(),
        ({ chat_server: chat }) => chat.read_only,
        40_000,
        'it sees that the workspace is read-only',
      );
      expect(seen.chat_server).toMatchObject({
        version: '10.0',
        tested: false,
        read_only_in_days: 0,
        account_problem: 'CHAT_ADMIN_LOGIN_REFUSED',
      });
      expect(rdzen.output).toMatch(/Alert chat-server-version:10.0: .*version 10.0/);
      expect(rdzen.output).toMatch(/Alert workspace-read-only:[\d-]+: .*collector.rocket.chat/);
      expect(rdzen.output).not.toContain('wrong-password');
    } finally {
      await rdzen.close();
      await server.close();
    }
  });

  it('is told apart from one that refuses the password, with the remedy', async () => {
    const server = new ChatServer({
      port: 0,
      dataFile: ':memory:',
      bot: { username: 'assistant', password: 'right' },
    });
    const { url } = await server.start();
    const rdzen = await RunningRdzen.create({
      ROCKETCHAT_URL: url,
      ROCKETCHAT_USER: 'assistant',
      ROCKETCHAT_PASSWORD: 'wrong-password',
    });
    try {
      await rdzen.launch();
      await eventually(
        () => rdzen.output,
        (text) => /Waiting for the chat server.*(password|refuse)/i.test(text),
        15_000,
        'it says what is refused',
      );
      expect(rdzen.output).not.toContain('wrong-password');
    } finally {
      await rdzen.close();
      await server.close();
    }
  });

  it('names the role its account lacks, and the room it has not', async () => {
    const server = new ChatServer({
      port: 0,
      dataFile: ':memory:',
      bot: { username: 'other-bot', password: 'x' },
    });
    const { url } = await server.start();
    const plain = await ChatPerson.enter(url, 'Plain user');
    const other = await ChatPerson.enter(url, 'Other');
    await other.call('POST', 'groups.create', { name: 'rdzen-admin' });
    const rdzen = await RunningRdzen.create({
      ROCKETCHAT_URL: url,
      ROCKETCHAT_USER: plain.username,
      ROCKETCHAT_USER_ID: plain.userId,
      ROCKETCHAT_TOKEN: plain.token,
    });
    try {
      await rdzen.launch();
      await eventually(
        () => rdzen.output,
        (text) => /lacks the role bot/.test(text),
        20_000,
        'it names the role',
      );
      await eventually(
        () => rdzen.output,
        (text) => /Alerts cannot be posted in #rdzen-admin: .*exists.* invite @plain.user/.test(text),
        5_000,
        'it says that the room for alerts is there without it',
      );
      expect(rdzen.output).not.toContain(plain.token);
    } finally {
      plain.leave();
      other.leave();
      await rdzen.close();
      await server.close();
    }
  });
});
