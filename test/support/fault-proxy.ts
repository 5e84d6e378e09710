import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultPipe, type Toxics } from './fault-pipe';

/** What is wrong with the line; nothing is with `{}`. */
export interface LineFaults {
  /** On the way to the client. */
  down?: Toxics;
  /** On the way to the server. */
  up?: Toxics;
  /** Nobody listens: connections are refused, and those that stood are reset. */
  refused?: boolean;
  /** A real RST for those that stand and for each new connection. */
  reset?: boolean;
  /** The client is told at once that nothing more will come, while what it sends still arrives. */
  halfClosed?: boolean;
}

interface Line {
  client: Socket;
  server: Socket;
  down: FaultPipe;
  up: FaultPipe;
  /** Dead, whatever becomes of the others. */
  frozen: boolean;
}

const BLACK_HOLE: Toxics = { timeoutMs: 0 };

/** A TCP proxy on loopback that does to its connections what networks do. It knows nothing of what passes. */
export class FaultProxy {
  private readonly lines = new Set<Line>();
  private faults: LineFaults = {};
  private port = 0;
  private listener?: Server;

  private constructor(private readonly target: () => string) {}

  /** @param target address of the server, such as `http://127.0.0.1:11434`; a function is asked at each connection. */
  static async start(target: string | (() => string)): Promise<FaultProxy> {
    const proxy = new FaultProxy(typeof target === 'string' ? () => target : target);
    await proxy.listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many connections stand, dead ones included. */
  get connections(): number {
    return this.lines.size;
  }

  /** Holds for connections that stand and for those to come, in place of what held before. */
  async set(faults: LineFaults): Promise<void> {
    const before = this.faults;
    this.faults = faults;
    for (const line of this.lines) this.apply(line);
    if (faults.refused && !before.refused) await this.unlisten();
    if (!faults.refused && before.refused) await this.listen();
  }

  /** What was held back goes on, late, as after a network's trouble; where one side has left meanwhile it is reset. */
  async heal(): Promise<void> {
    for (const line of this.lines) {
      line.frozen = false;
      if (line.client.destroyed || line.server.destroyed) reset(line);
    }
    await this.set({});
  }

  /** A real RST for those that stand; new ones are as well as {@link set} said. */
  cut(): void {
    for (const line of this.lines) reset(line);
  }

  /** Those that stand are dead from now on, and nobody is told; new ones are as well as {@link set} said. */
  freeze(): void {
    for (const line of this.lines) {
      line.frozen = true;
      this.apply(line);
    }
  }

  async close(): Promise<void> {
    await this.unlisten();
  }

  private listen(): Promise<void> {
    // Each side ends for itself, or a connection could not be half-closed.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client));
    this.listener = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => {
        const address = server.address();
        if (typeof address === 'object' && address) this.port = address.port;
        resolve();
      });
    });
  }

  private async unlisten(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    const closed = new Promise<void>((resolve) => {
      if (listener) listener.close(() => resolve());
      else resolve();
    });
    this.cut();
    await closed;
  }

  private accept(client: Socket): void {
    const { hostname, port } = new URL(this.target());
    const server = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    const line: Line = {
      client,
      server,
      down: new FaultPipe(server, client),
      up: new FaultPipe(client, server),
      frozen: false,
    };
    this.lines.add(line);
    for (const { source } of [line.down, line.up]) {
      source.on('error', () => this.lost(line, source, reset));
      source.on('close', () => this.lost(line, source, endBoth));
    }
    this.apply(line);
  }

  /** What one side suffers the other one suffers, too: a reset stays a reset. Unless nothing passes. */
  private lost(line: Line, side: Socket, tell: (line: Line) => void): void {
    const pipe = line.down.source === side ? line.down : line.up;
    if (!pipe.silent) tell(line);
    if (line.client.destroyed && line.server.destroyed) this.lines.delete(line);
  }

  private apply(line: Line): void {
    const { down = {}, up = {}, reset: resets, halfClosed } = this.faults;
    line.down.toxics = line.frozen ? BLACK_HOLE : down;
    line.up.toxics = line.frozen ? BLACK_HOLE : up;
    if (line.frozen) return;
    if (resets) reset(line);
    else if (halfClosed) {
      line.down.mute();
      line.client.end();
    }
  }
}

function reset({ client, server, down, up }: Line): void {
  for (const pipe of [down, up]) pipe.mute();
  for (const socket of [client, server]) abort(socket);
}

/**
 * RST at once. `resetAndDestroy` says goodbye with a FIN first, and where an error of the other side comes in between
 * Node loses the handle, and spins at its end for ever. The same happens to one that is just saying goodbye by itself.
 */
function abort(socket: Socket): void {
  const leaving = socket.writableEnded && !socket.writableFinished;
  if (!socket.connecting && !leaving && !socket.destroyed) Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}

function endBoth({ client, server }: Line): void {
  for (const socket of [client, server]) if (!socket.destroyed) socket.destroySoon();
}
