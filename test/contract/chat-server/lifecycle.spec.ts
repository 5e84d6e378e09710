import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RestClient } from './support/rest-client';
import { BOT, Workspace, type Message } from './support/workspace';

const ROOT = join(__dirname, '../../..');

describe('the life of the chat server', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-chat-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('started again on its data it has the same users, tokens, rooms and messages', async () => {
    const dataFile = join(folder, 'deep', 'chat.db');
    const first = await Workspace.start({ dataFile });
    const person = await first.anonymous.enterAs('Ola');
    const direct = await first.direct(person);
    await first.say(person, direct, 'remember this', { _id: 'kept' });
    await person.post('channels.create', { name: 'kept' });
    await first.stop();

    const second = await Workspace.start({ dataFile });
    const again = new RestClient(second.url, person.session);
    expect((await again.get('me')).body['username']).toBe('ola');
    expect(await second.direct(again)).toBe(direct);
    const { body } = await again.get('im.history', { roomId: direct });
    expect((body['messages'] as Message[]).map(({ _id, msg }) => [_id, msg])).toEqual([
      ['kept', 'remember this'],
    ]);
    const names = ((await again.get('subscriptions.get')).body['update'] as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names.sort()).toEqual(['general', 'kept', BOT.username]);
    expect(second.bot.session?.userId).toBe(first.bot.session?.userId);
    await second.stop();
  });

  it('gives the bot a new password, takes the old tokens, and takes the name from a person who holds it', async () => {
    const dataFile = join(folder, 'bot.db');
    const first = await Workspace.start({ dataFile });
    const person = await first.anonymous.enterAs('Helper');
    await first.stop();
    const second = await Workspace.start({ dataFile, bot: { username: 'helper', password: 'x' } }).catch(
      (error: Error) => error,
    );
    // The harness logs in with the old name and its old password, which still hold.
    if (second instanceof Error) throw second;
    expect((await new RestClient(second.url, person.session).get('me')).status).toBe(401);
    const bot = await second.anonymous.loginAs('helper', 'x');
    expect((await bot.get('me')).body['roles']).toEqual(['user', 'bot']);
    await second.stop();
  });

  describe('as a program', () => {
    let program: string;
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      const sources = ['src/embedded/chat-server', 'src/shared', 'src/storage'];
      const options = [
        '-d',
        join(folder, 'dist'),
        '--strip-leading-paths',
        '--copy-files',
        '--extensions',
        '.ts',
      ];
      const swc = spawnSync(
        process.execPath,
        [join(ROOT, 'node_modules/@swc/cli/bin/swc.js'), ...sources, ...options],
        {
          cwd: ROOT,
          encoding: 'utf8',
        },
      );
      if (swc.status !== 0) throw new Error(swc.stderr);
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      program = join(folder, 'dist/embedded/chat-server/main.js');
    });
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    const run = (environment: Record<string, string>) => {
      const child = spawn(process.execPath, [program], {
        env: {
          PATH: process.env['PATH'],
          HOST: '127.0.0.1',
          DATA_FILE: ':memory:',
          BOT_PASSWORD: 'p',
          ...environment,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      children.push(child);
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      // Not 'exit': what it said may come later than that.
      const exit = once(child, 'close').then(([code]) => code as number | null);
      const ready = async (): Promise<{ ready: boolean; port: number; url: string }> => {
        while (!output.includes('\n'))
          await Promise.race([
            once(child.stdout, 'data'),
            exit.then(() => Promise.reject(new Error(errors))),
          ]);
        return JSON.parse(output) as { ready: boolean; port: number; url: string };
      };
      return { child, exit, ready, errors: () => errors };
    };

    it('says on one line where it listens, serves, and ends on SIGTERM with connections open', async () => {
      const { child, exit, ready } = run({ PORT: '0' });
      const { url, port } = await ready();
      expect(url).toBe(`http://127.0.0.1:${port}`);
      expect(await (await fetch(`${url}/api/info`)).json()).toEqual({ version: '8.8', success: true });
      expect((await fetch(`${url}/livez`)).status).toBe(200);
      expect((await fetch(url)).status).toBe(200);
      const began = performance.now();
      child.kill('SIGTERM');
      expect(await exit).toBe(0);
      expect(performance.now() - began).toBeLessThan(1500);
    });

    it('tells that a port is in use and ends with 1', async () => {
      const { port } = await run({ PORT: '0' }).ready();
      const second = run({ PORT: String(port) });
      expect(await second.exit).toBe(1);
      expect(second.errors()).toContain(`Port ${port} is in use`);
    });

    it('ends with its parent only where asked to', async () => {
      const bound = run({ PORT: '0', EXIT_ON_STDIN_EOF: '1' });
      const free = run({ PORT: '0' });
      const { url } = await free.ready();
      await bound.ready();
      bound.child.stdin.end();
      free.child.stdin.end();
      expect(await bound.exit).toBe(0);
      expect((await fetch(`${url}/api/info`)).status).toBe(200);
    });

    it.each([
      [{ PORT: 'http' }, 'PORT is "http"'],
      [{ PORT: '0', CHAT_LANGUAGE: 'tlh' }, 'CHAT_LANGUAGE is "tlh"'],
      [{ PORT: '0', BOT_PASSWORD: '' }, 'BOT_PASSWORD is missing'],
    ])('names a wrong setting: %j', async (environment, complaint) => {
      const { exit, errors } = run(environment);
      expect(await exit).toBe(1);
      expect(errors()).toContain(complaint);
    });

    it('refuses a damaged data file and leaves it as it is', async () => {
      const file = join(folder, 'damaged.db');
      await writeFile(file, 'this is no database, and it is long enough to be looked at'.repeat(20));
      const { exit, errors } = run({ PORT: '0', DATA_FILE: file });
      expect(await exit).toBe(1);
      expect(errors()).toContain('damaged.db');
    });
  });
});
