import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

/** Servers that behave as a test says, down to the socket; {@link close} ends them all. */
export class MisbehavingServers {
  private readonly closers: (() => Promise<void>)[] = [];

  /** @returns the base address. */
  async http(listener: http.RequestListener): Promise<string> {
    const server = http.createServer(listener);
    return this.listen(server, () => server.closeAllConnections());
  }

  async socket(listener: (socket: net.Socket) => void): Promise<string> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      listener(socket);
    });
    return this.listen(server, () => sockets.forEach((socket) => socket.destroy()));
  }

  /** A 200 with these lines and a clean end. */
  streaming(...lines: string[]): Promise<string> {
    return this.http((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      for (const line of lines) response.write(line);
      response.end();
    });
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0)) await close();
  }

  private async listen(server: net.Server, cut: () => void): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.closers.push(async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}
