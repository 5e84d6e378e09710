import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PageFiles } from '../page-files';
import type { DdpServer } from '../realtime/ddp-server';
import type { EmbeddedRoutes } from './embedded-routes';
import { hasLoopbackName, send, sendJson } from './http-exchange';
import type { RestDispatcher } from './rest-dispatcher';

/** The first look at every request: whose is it. */
export class HttpFront {
  constructor(
    private readonly rest: RestDispatcher,
    private readonly embedded: EmbeddedRoutes,
    private readonly realtime: DdpServer,
    private readonly page: PageFiles,
    private readonly options: { version: string; loopbackOnly: boolean },
  ) {}

  request(request: IncomingMessage, response: ServerResponse): void {
    this.route(request, response).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`${JSON.stringify({ level: 'error', error: text })}\n`);
      sendJson(response, 500, { success: false, error: 'Internal server error' });
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/websocket' && this.knownHost(request)) this.realtime.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.knownHost(request)) {
      sendJson(response, 421, { success: false, error: 'Unknown host name' });
      return;
    }
    const url = urlOf(request.url ?? '/');
    if (!url) {
      sendJson(response, 404, { success: false, error: 'Not found' });
      return;
    }
    const path = url.pathname;
    if (path.startsWith('/api/v1/')) {
      await this.rest.dispatch(request, response, url);
    } else if (path.startsWith('/embedded/')) {
      await this.embedded.dispatch(request, response, path);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendJson(response, 404, { success: false, error: 'Not found' });
    } else if (path === '/api/info') {
      sendJson(response, 200, { version: this.options.version, success: true });
    } else if (['/livez', '/readyz', '/health'].includes(path)) {
      sendJson(response, 200, { status: 'ok' });
    } else {
      const file = this.page.find(path);
      if (file) send(response, 200, request.method === 'HEAD' ? '' : file.body, file.headers);
      else sendJson(response, 404, { success: false, error: 'Not found' });
    }
  }

  /** On loopback only loopback names are ours: a page elsewhere must not reach us by renaming itself (DNS rebinding). */
  private knownHost(request: IncomingMessage): boolean {
    return !this.options.loopbackOnly || hasLoopbackName(request);
  }
}

/** A path that begins with two slashes is a path, not a host; undefined when there is no making sense of it. */
function urlOf(target: string): URL | undefined {
  const address = target.startsWith('/') ? `http://chat${target}` : target;
  return URL.canParse(address, 'http://chat') ? new URL(address, 'http://chat') : undefined;
}
