import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { ChatPerson, eventually } from '../../support/chat-person';
import { childrenOf } from '../../support/process-tree';
import { RunningRdzen } from '../../support/running-rdzen';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;

/** Peak resident memory of a process so far, bytes. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Sends `bytes` of text as the body; resolves with the status, or with what broke off the sending. */
function upload(url: string, key: string, bytes: number, announced: boolean): Promise<number | string> {
  return new Promise((resolve) => {
    const sending = request(`${url}/send`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        ...(announced ? { 'content-length': bytes } : {}),
      },
    });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    const push = (): void => {
      while (sent < bytes && !sending.destroyed) {
        sent += chunk.length;
        if (!sending.write(chunk)) return void sending.once('drain', push);
      }
      sending.end();
    };
    sending.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      sending.destroy();
    });
    sending.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    push();
  });
}

describe('the API of the real process', () => {
  let rdzen: RunningRdzen;
  let ann: ChatPerson;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
  });
  afterAll(async () => {
    ann?.leave();
    await rdzen?.close();
  });

  it('posts where the person reads it: in a channel and in a direct message', async () => {
    const room = await ann.direct();
    for (const [room_id, text] of [
      ['#general', 'Hello everybody'],
      [`@${ann.username}`, 'Hello Ann'],
      [room, 'Hello again'],
    ]) {
      const { status, body } = await rdzen.api('POST', '/send', { room_id, text });
      expect({ room_id, status, body }).toMatchObject({ status: 200, body: { success: true } });
      await eventually(
        () => ann.seen.find(({ id }) => id === body.message_id)?.text,
        (seen) => seen === text,
        5_000,
        `Ann reads "${text}"`,
      );
    }
    expect((await ann.answersIn(room)).map(({ text }) => text)).toEqual(['Hello Ann', 'Hello again']);
    expect(await rdzen.api('POST', '/send', { room_id: '#nowhere', text: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'ROOM_NOT_FOUND', success: false },
    });
  });

  it('switches the core, for /status and the shared file alike', async () => {
    const { status, body } = await rdzen.api('POST', '/switch_core', { core_id: 2 });
    expect({ status, body }).toEqual({ status: 200, body: { success: true, active_core: 2 } });
    expect(await rdzen.status()).toMatchObject({ active_core: 2, epoch: 2 });
    const shared = join(rdzen.data, 'shared', 'active_core');
    await eventually(
      () => readFileSync(shared, 'utf8'),
      (text) => text === '2',
      2_000,
      'the file names core 2',
    );
  });

  it.each([
    ['announced', true],
    ['unannounced', false],
  ])('refuses a body of 50 MB, %s, without taking it in', async (_what, announced) => {
    const before = peakMemory(rdzen.pid);
    const outcome = await upload(rdzen.apiUrl, rdzen.adminKey, 50 * MIB, announced);
    // The server may hang up on the rest before the reply is read.
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(outcome);
    expect(peakMemory(rdzen.pid) - before).toBeLessThan(25 * MIB);
    expect((await rdzen.status()).rocketchat_connected).toBe(true);
  });

  it('tells nothing secret on /status, and has the admin key in a file of its own', async () => {
    const key = rdzen.adminKey;
    expect(statSync(join(rdzen.data, 'admin.key')).mode & 0o777).toBe(0o600);
    const secret = readFileSync(join(rdzen.data, 'secret.key'), 'utf8').trim();
    for (const path of ['/status', '/docs-json', '/health/ready']) {
      const text = await (await fetch(`${rdzen.apiUrl}${path}`)).text();
      expect(text).not.toContain(key.split('.')[1]);
      expect(text).not.toContain(secret);
    }
    expect(rdzen.output).not.toContain(key);
    expect(rdzen.output).not.toContain(secret);
  });

  it('answers 503 in the shape of the original design while the chat server is down', async () => {
    const cores = new Set((await rdzen.status()).cores.map(({ pid }) => pid));
    const others = (await childrenOf(rdzen.pid)).filter((pid) => !cores.has(pid));
    const chatServer = others.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join('embedded', 'chat-server')),
    );
    expect(chatServer).toBeDefined();
    process.kill(chatServer ?? 0, 'SIGKILL');
    const { status, body } = await rdzen.api('POST', '/send', { room_id: '#general', text: 'x' });
    expect({ status, body }).toEqual({
      status: 503,
      body: expect.objectContaining({ success: false, error: expect.any(String), code: 'CHAT_UNAVAILABLE' }),
    });
    await rdzen.ready();
    expect((await rdzen.api('POST', '/send', { room_id: '#general', text: 'back' })).status).toBe(200);
  });
});
