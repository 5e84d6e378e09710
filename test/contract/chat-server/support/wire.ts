import WebSocket from 'ws';

export type Frame = Record<string, unknown>;

/** A realtime connection in its rawest form: frames out, frames in, nothing automatic. */
export class Wire {
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  private readonly waiting = new Set<() => void>();
  private counter = 0;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      for (const check of [...this.waiting]) check();
    });
  }

  static async open(url: string): Promise<Wire> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`);
    const wire = new Wire(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return wire;
  }

  /** Opened, greeted and, with a token, logged in. */
  static async connected(url: string, token?: string): Promise<Wire> {
    const wire = await Wire.open(url);
    wire.send({ msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] });
    await wire.next((frame) => frame['msg'] === 'connected');
    if (token !== undefined) {
      const answer = await wire.method('login', [{ resume: token }]);
      if (answer['error']) throw new Error(`login: ${JSON.stringify(answer['error'])}`);
    }
    return wire;
  }

  send(frame: Frame | string | Buffer): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The first frame, past or to come, that fits. */
  next(fits: (frame: Frame) => boolean, withinMs = 10_000): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.frames.find(fits);
        if (!found) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no such frame among ${JSON.stringify(this.frames)}`));
      }, withinMs);
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(check);
      };
      this.waiting.add(check);
      check();
    });
  }

  async method(name: string, params: unknown[]): Promise<Frame> {
    const id = String((this.counter += 1));
    this.send({ msg: 'method', id, method: name, params });
    return this.next((frame) => frame['msg'] === 'result' && frame['id'] === id);
  }

  /** The ready or the nosub. */
  async subscribe(stream: string, key: string, id = `${stream} ${key}`): Promise<Frame> {
    this.send({ msg: 'sub', id, name: stream, params: [key, { useCollection: false, args: [] }] });
    return this.next(
      (frame) =>
        (frame['msg'] === 'ready' && (frame['subs'] as string[]).includes(id)) ||
        (frame['msg'] === 'nosub' && frame['id'] === id),
    );
  }

  /** Arguments of every event seen so far under a key. */
  events(key: string): unknown[][] {
    return this.frames
      .filter((frame) => frame['msg'] === 'changed')
      .map((frame) => frame['fields'] as { eventName: string; args: unknown[] })
      .filter(({ eventName }) => eventName === key)
      .map(({ args }) => args);
  }

  /** Waits until an event under `key` fits. */
  async event(key: string, fits: (args: unknown[]) => boolean = () => true): Promise<unknown[]> {
    const frame = await this.next((candidate) => {
      if (candidate['msg'] !== 'changed') return false;
      const { eventName, args } = candidate['fields'] as { eventName: string; args: unknown[] };
      return eventName === key && fits(args);
    });
    return (frame['fields'] as { args: unknown[] }).args;
  }

  /** Resolves once everything sent so far has been answered: frames are handled in order. */
  async settled(): Promise<void> {
    const id = `settled ${(this.counter += 1)}`;
    this.send({ msg: 'ping', id });
    await this.next((frame) => frame['msg'] === 'pong' && frame['id'] === id);
  }

  close(): void {
    this.socket.terminate();
  }
}
