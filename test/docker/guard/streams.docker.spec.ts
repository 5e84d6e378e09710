import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { type GuardRig, missing, startGuardRig } from './support/guard-rig';

const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED docker-guard streams: ${missing}\n`);

const CAT = {
  Cmd: ['/bin/busybox', 'cat'],
  OpenStdin: true,
  StdinOnce: true,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
};

suite('docker-guard: streams through it', () => {
  let rig: GuardRig;
  beforeAll(async () => {
    rig = await startGuardRig();
  }, 60_000);
  afterAll(() => rig.close(), 60_000);

  it('a hijacked attach with a body: echo, a long silence, half-close, and the output that comes after it', async () => {
    const made = await rig.container('echo', {
      ...CAT,
      Cmd: ['/bin/busybox', 'sh', '-c', '/bin/busybox cat; echo after'],
    });
    const container = rig.guarded.getContainer(made.id);
    const stream = (await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    })) as Duplex;
    await container.start();
    const heard = collect(stream);
    stream.write('first\n');
    await heard.until('first');
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    stream.write('second\n');
    await heard.until('second');
    stream.end();
    await heard.until('after');
    expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
  }, 40_000);

  it('a hijacked attach without a body, and 4 MB through it unharmed', async () => {
    const made = await rig.container('big', CAT);
    const stream = await hijackWithoutBody(
      rig.socket,
      `/v1.41/containers/${made.id}/attach?stream=1&stdin=1&stdout=1`,
    );
    await rig.guarded.getContainer(made.id).start();
    const heard = collect(stream);
    const block = `${'x'.repeat(1023)}\n`;
    for (let n = 0; n < 4096; n++) if (!stream.write(block)) await once(stream, 'drain');
    stream.end();
    await heard.ended;
    expect(payloadOf(heard.text()) === block.repeat(4096)).toBe(true);
  }, 40_000);

  it('follows logs, stats and events, of ours only', async () => {
    const events = (await rig.guarded.getEvents({
      filters: JSON.stringify({ type: ['container', 'network'] }),
    })) as Readable;
    const seen = collect(events);
    const foreign = await rig.container('foreign', { Labels: { 'rdzen.managed': 'false' } });
    await foreign.start();
    const made = await rig.container('talker', {
      Cmd: [
        '/bin/busybox',
        'sh',
        '-c',
        'for n in 1 2 3; do echo line-$n; /bin/busybox sleep 1; done; /bin/busybox sleep 60',
      ],
    });
    const container = rig.guarded.getContainer(made.id);
    await container.start();
    const logs = (await container.logs({ follow: true, stdout: true, stderr: true })) as unknown as Readable;
    const lines = collect(logs);
    await lines.until('line-1');
    await lines.until('line-3');
    const stats = collect((await container.stats({ stream: true })) as unknown as Readable);
    await stats.until('memory_stats');
    await container.kill();
    await seen.until('"Action":"die"');
    const told = seen.text();
    expect(told).toContain(made.id);
    expect(told).not.toContain(foreign.id);
    // A network event of ours, which has no labels, is told as well.
    expect(told).toContain('"Type":"network"');
    for (const stream of [events, logs]) stream.destroy();
  }, 40_000);

  it('ends the engine-side stream when the client goes away', async () => {
    const made = await rig.container('left', CAT);
    const container = rig.guarded.getContainer(made.id);
    const stream = (await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      hijack: true,
    })) as Duplex;
    await container.start();
    stream.destroy();
    // StdinOnce: the engine ends its input, and cat ends with it.
    expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
  }, 30_000);
});

function collect(stream: Readable): {
  text(): string;
  until(word: string): Promise<void>;
  ended: Promise<unknown>;
} {
  let all = '';
  stream.on('data', (chunk: Buffer) => (all += chunk.toString('latin1')));
  stream.on('error', () => undefined);
  const until = async (word: string): Promise<void> => {
    for (let tries = 0; tries < 300; tries++) {
      if (all.includes(word)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`"${word}" did not come within 15 s, but: ${all.slice(-500)}`);
  };
  return { text: () => all, until, ended: once(stream, 'end') };
}

/** What was written, out of the frames of a stream without a terminal: kind, three noughts, length (big-endian), payload. */
function payloadOf(framed: string): string {
  const bytes = Buffer.from(framed, 'latin1');
  const payloads: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    payloads.push(bytes.toString('latin1', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return payloads.join('');
}

function hijackWithoutBody(socketPath: string, path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const call = request({
      socketPath,
      path,
      method: 'POST',
      headers: { Connection: 'Upgrade', Upgrade: 'tcp' },
    });
    call.on('upgrade', (_answer, socket) => resolve(socket));
    call.on('response', (answer) =>
      reject(new Error(`answered with ${answer.statusCode} and not with an upgrade`)),
    );
    call.on('error', reject);
    call.end();
  });
}
