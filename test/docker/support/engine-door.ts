import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket before the engine's own: everything passes, until it is told to hang or to close. */
export class EngineDoor {
  private readonly sockets = new Set<Socket>();
  private hanging = false;

  private constructor(
    readonly path: string,
    private readonly server: Server,
  ) {}

  static async open(engine: string): Promise<EngineDoor> {
    const path = join(tmpdir(), `rdzen-door-${process.pid}-${Math.random().toString(16).slice(2, 8)}.sock`);
    const server = createServer({ allowHalfOpen: true });
    const door = new EngineDoor(path, server);
    server.on('connection', (client) => door.pass(client, engine));
    await new Promise<void>((done) => server.listen(path, done));
    return door;
  }

  /** Nothing passes any more, of what is open and of what comes. */
  hang(): void {
    this.hanging = true;
    for (const socket of this.sockets) socket.pause();
  }

  goOn(): void {
    this.hanging = false;
    // What was asked meanwhile is lost, as with an engine that is started anew.
    for (const socket of this.sockets) socket.destroy();
  }

  /** Every connection breaks; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
    rmSync(this.path, { force: true });
  }

  private pass(client: Socket, engine: string): void {
    const upstream = createConnection(engine);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
      if (this.hanging) socket.unpipe(other).pause();
    }
  }
}
