import { createServer, request as forward, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** An HTTP proxy: absolute addresses and CONNECT; with `password` it refuses whoever does not say it. */
export class SmallProxy {
  readonly passed: string[] = [];
  private readonly tunnels = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly credentials?: string,
  ) {}

  static async start(credentials?: string): Promise<SmallProxy> {
    const server = createServer();
    const proxy = new SmallProxy(server, credentials);
    proxy.serve();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    for (const tunnel of this.tunnels) tunnel.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private serve(): void {
    this.server.on('request', (request, response) => {
      const { host, port, pathname, search } = new URL(request.url ?? '');
      this.passed.push(`${request.method} ${host}`);
      const onward = forward(
        {
          host: '127.0.0.1',
          port,
          path: pathname + search,
          method: request.method,
          headers: request.headers,
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    this.server.on('connect', (request, socket: Socket) => {
      this.passed.push(`CONNECT ${request.url}`);
      socket.on('error', () => undefined);
      if (this.credentials !== undefined && request.headers['proxy-authorization'] !== this.credentials) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const port = Number(request.url?.split(':')[1]);
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const end of [socket, onward]) {
        this.tunnels.add(end);
        end.on('error', () => [socket, onward].forEach((each) => each.destroy()));
      }
    });
  }
}
