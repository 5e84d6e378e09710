import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../shared/clock';
import type { Brain } from './brain';
import { CoreApi } from './core-api';

export interface CoreAddress {
  port: number;
  url: string;
}

export interface CoreServerOptions {
  brain: Brain;
  clock: Clock;
  host?: string;
  /** 0: any free one. */
  port?: number;
  /** Sees every request first; for tests. Default: straight to the API. */
  handle?: (api: CoreApi, request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** A core: a brain that answers in Ollama's tongue on a port. */
export class CoreServer {
  private readonly server: Server;
  private readonly api: CoreApi;
  private readonly host: string;
  private readonly port: number;

  constructor({ brain, clock, host = '127.0.0.1', port = 0, handle }: CoreServerOptions) {
    this.host = host;
    this.port = port;
    const api = new CoreApi(brain, clock);
    this.api = api;
    this.server = createServer((request, response) => {
      void (handle ? handle(api, request, response) : api.handle(request, response));
    });
  }

  /** Rejects when the port is taken. */
  async start(): Promise<CoreAddress> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const { port } = this.server.address() as AddressInfo;
    return { port, url: `http://${this.host}:${port}` };
  }

  /** Cuts what is running, as Ollama does when it is told to end. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** {@link close}, and the model is let go: what a program does before it ends. */
  async dispose(): Promise<void> {
    await this.close();
    await this.api.close();
  }
}
