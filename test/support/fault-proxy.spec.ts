import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './chat-person';
import { FaultProxy, type LineFaults } from './fault-proxy';

/** One side of a connection, and what came of it. */
class Side {
  text = '';
  ended = false;
  readonly chunks: number[] = [];
  closed?: string;

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString();
      this.chunks.push(bytes.length);
    });
    socket.on('end', () => (this.ended = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.closed = error.code));
    socket.on('close', () => (this.closed ??= 'closed'));
  }

  heard(text: string, withinMs = 1_000): Promise<unknown> {
    return eventually(
      () => this.text,
      (all) => all === text,
      withinMs,
      `"${text}" came`,
    );
  }

  over(how: string): Promise<unknown> {
    return eventually(
      () => this.closed,
      (code) => code === how,
      1_000,
      `it ends with ${how}`,
    );
  }
}

describe(FaultProxy.name, () => {
  const sides: Side[] = [];
  const accepted: Side[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new Side(socket)));
  let sut: FaultProxy;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(async () => {
    const address = server.address();
    sut = await FaultProxy.start(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  });
  afterEach(async () => {
    for (const { socket } of [...sides.splice(0), ...accepted.splice(0)]) socket.destroy();
    await sut.close();
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function pair(faults: LineFaults = {}): Promise<{ client: Side; far: Side }> {
    await sut.set(faults);
    const count = accepted.length;
    const socket = connect({ port: Number(new URL(sut.url).port), host: '127.0.0.1', allowHalfOpen: true });
    const client = new Side(socket);
    sides.push(client);
    const far = await eventually(() => accepted[count], Boolean, 1_000, 'the server is reached');
    if (!far) throw new Error('not reached');
    return { client, far };
  }

  async function elapsed(work: Promise<unknown>): Promise<number> {
    const began = performance.now();
    await work;
    return performance.now() - began;
  }

  it('carries bytes, an end and a reset both ways', async () => {
    const { client, far } = await pair();
    client.socket.write('question');
    await far.heard('question');
    far.socket.end('answer');
    await client.heard('answer');
    await eventually(() => client.ended, Boolean, 1_000, 'the end came');
    client.socket.write(', and more');
    await far.heard('question, and more');
    client.socket.resetAndDestroy();
    await far.over('ECONNRESET');
    await eventually(
      () => sut.connections,
      (count) => count === 0,
      1_000,
      'nothing is left',
    );
  });

  it('delays by latency and jitter, in order', async () => {
    const { client, far } = await pair({ down: { latencyMs: 200, jitterMs: 50 } });
    far.socket.write('a');
    await sleep(20);
    far.socket.write('b');
    await sleep(20);
    far.socket.write('c');
    const took = await elapsed(client.heard('abc'));
    expect(took).toBeGreaterThan(100);
    expect(took).toBeLessThan(500);
    client.socket.write('up is as ever');
    expect(await elapsed(far.heard('up is as ever'))).toBeLessThan(100);
  });

  it('keeps to a bandwidth', async () => {
    const { client, far } = await pair({ down: { bytesPerSecond: 2_000 } });
    const text = 'x'.repeat(1_000);
    far.socket.write(text.slice(0, 600));
    far.socket.write(text.slice(600));
    expect(await elapsed(client.heard(text, 2_000))).toBeGreaterThan(400);
  });

  it('slices', async () => {
    const { client, far } = await pair({ down: { sliceBytes: 2, sliceMs: 20 } });
    far.socket.write('abcdef');
    await client.heard('abcdef');
    expect(client.chunks).toEqual([2, 2, 2]);
  });

  it('cuts off after so many bytes', async () => {
    const { client, far } = await pair({ down: { limitBytes: 4 } });
    far.socket.write('abcdef');
    await client.heard('abcd');
    await eventually(() => client.ended, Boolean, 1_000, 'it ended');
    expect(client.text).toBe('abcd');
    await eventually(() => far.closed ?? far.ended, Boolean, 1_000, 'the server is left as well');
  });

  it('is a black hole in the middle of a connection, and lets go of what it swallowed when it is healed', async () => {
    const { client, far } = await pair();
    far.socket.write('before');
    await client.heard('before');
    await sut.set({ up: { timeoutMs: 0 }, down: { timeoutMs: 0 } });
    far.socket.write(', meanwhile');
    client.socket.write('anybody there?');
    await sleep(150);
    expect([client.text, far.text, client.closed]).toEqual(['before', '', undefined]);
    await sut.heal();
    await client.heard('before, meanwhile');
    await far.heard('anybody there?');
  });

  it('tells nobody who leaves a black hole', async () => {
    const { client, far } = await pair({ up: { timeoutMs: 0 }, down: { timeoutMs: 0 } });
    client.socket.resetAndDestroy();
    await sleep(150);
    expect([far.closed, far.ended]).toEqual([undefined, false]);
    await sut.heal();
    await far.over('ECONNRESET');
  });

  it('ends a connection after a time of silence', async () => {
    const { client, far } = await pair({ down: { timeoutMs: 150 } });
    far.socket.write('lost');
    await sleep(60);
    expect(client.closed).toBeUndefined();
    await eventually(() => client.ended, Boolean, 1_000, 'it ended');
    expect(client.text).toBe('');
  });

  it('resets those that stand and each new one', async () => {
    const { client, far } = await pair();
    await sut.set({ reset: true });
    await Promise.all([client.over('ECONNRESET'), far.over('ECONNRESET')]);
    const again = new Side(connect(Number(new URL(sut.url).port), '127.0.0.1'));
    await again.over('ECONNRESET');
    await sut.heal();
    const { client: third, far: opposite } = await pair();
    third.socket.write('well again');
    await opposite.heard('well again');
  });

  it('refuses connections, and listens on the same port again', async () => {
    const { client } = await pair();
    const { url } = sut;
    await sut.set({ refused: true });
    await client.over('ECONNRESET');
    await new Side(connect(Number(new URL(url).port), '127.0.0.1')).over('ECONNREFUSED');
    await sut.heal();
    expect(sut.url).toBe(url);
    await pair();
  });

  it('half-closes: the client hears an end, the server still hears the client', async () => {
    const { client, far } = await pair();
    await sut.set({ halfClosed: true });
    await eventually(() => client.ended, Boolean, 1_000, 'the end came');
    far.socket.write('into the void');
    client.socket.write('still here');
    await far.heard('still here');
    expect(client.text).toBe('');
  });

  it('tells an end late', async () => {
    const { client, far } = await pair({ down: { slowCloseMs: 200 } });
    far.socket.end('bye');
    await client.heard('bye');
    expect(client.ended).toBe(false);
    expect(await elapsed(eventually(() => client.ended, Boolean, 1_000, 'it ended'))).toBeGreaterThan(100);
  });

  it('cuts or freezes those that stand, and serves new ones', async () => {
    const first = await pair();
    sut.cut();
    await first.client.over('ECONNRESET');
    const second = await pair();
    sut.freeze();
    second.far.socket.write('lost');
    const third = await pair();
    third.far.socket.write('heard');
    await third.client.heard('heard');
    expect([second.client.text, second.client.closed]).toEqual(['', undefined]);
    await sut.heal();
    await second.client.heard('lost');
  });

  it('is as dead as its server', async () => {
    let target = 'http://127.0.0.1:1';
    const own = await FaultProxy.start(() => target);
    try {
      await new Side(connect(Number(new URL(own.url).port), '127.0.0.1')).over('ECONNRESET');
      target = sut.url;
      const side = new Side(connect(Number(new URL(own.url).port), '127.0.0.1'));
      sides.push(side);
      await eventually(() => accepted.length, Boolean, 1_000, 'it goes to the new one');
    } finally {
      await own.close();
    }
  });
});
