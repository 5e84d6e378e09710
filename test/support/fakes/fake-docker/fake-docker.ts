import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from './attach';
import { CONTAINER_ROUTES } from './container-routes';
import { FakeEngine } from './fake-engine';
import { Faults } from './faults';
import { OBJECT_ROUTES } from './object-routes';
import { pull, type Pullable } from './pull-route';
import { Refusal } from './refusal';
import { bodyOf, type Route } from './routes';

const OLDEST = '1.12';

/**
 * Docker 20.10 as far as Rdzen asks it: its Engine API on a socket, with processes of this machine for containers. What
 * it answers was recorded from a real engine, and `fake-docker-likeness.docker.spec.ts` compares the two.
 */
export class FakeDocker {
  readonly engine = new FakeEngine();
  readonly faults = new Faults();
  /** What can be pulled. */
  readonly registry = new Map<string, Pullable>();
  /** `METHOD /path` of all that was asked, in order. */
  readonly calls: string[] = [];
  apiVersion = '1.41';
  readonly socketPath: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-fake-docker-'));
  private readonly sockets = new Set<Socket>();
  private server?: Server;
  private readonly routes: readonly Route[] = [
    ['GET', /^\/version$/, () => [200, this.version()]],
    ['GET', /^\/info$/, () => [200, { NCPU: 4 }]],
    [
      'GET',
      /^\/events$/,
      ({ engine, query, response }) => {
        engine.journal.stream(response, query);
        return undefined;
      },
    ],
    ['POST', /^\/images\/create$/, (call) => pull(call, this.registry)],
    ...CONTAINER_ROUTES,
    ...OBJECT_ROUTES,
  ];

  constructor() {
    this.socketPath = join(this.folder, 'docker.sock');
    this.engine.addImage('shell:1');
  }

  static async started(): Promise<FakeDocker> {
    const docker = new FakeDocker();
    await docker.accept();
    return docker;
  }

  async stop(): Promise<void> {
    await this.refuse();
    await this.engine.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The engine's program is gone: its socket takes no more, and what was open breaks. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async accept(): Promise<void> {
    if (this.server) return;
    const server = createServer((request, response) => void this.answer(request, response));
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.socketPath, resolve));
  }

  /** As `systemctl restart docker`: what has been told is forgotten. Live restore keeps the containers running. */
  async restart({ liveRestore = true } = {}): Promise<void> {
    await this.refuse();
    if (!liveRestore)
      await Promise.all([...this.engine.containers.values()].map((container) => container.stop(0)));
    this.engine.journal.forget();
    await this.accept();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Api-Version', this.apiVersion);
    response.setHeader('Server', 'Docker/20.10.24 (linux)');
    response.on('error', () => undefined);
    try {
      const body = await bodyOf(request);
      const { path, query } = this.parsed(request);
      const call = `${request.method} ${path}`;
      this.calls.push(call);
      const fault = this.faults.of(call);
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'answer') throw new Refusal(fault.status, fault.message);
      if (fault?.kind === 'slow') await sleep(fault.ms);
      const route = this.routes.find(([method, pattern]) => method === request.method && pattern.test(path));
      if (!route) throw new Refusal(404, 'page not found');
      const which = decodeURIComponent(route[1].exec(path)?.[1] ?? '');
      const answer = await route[2]({ engine: this.engine, which, query, body, response });
      if (!answer || fault?.kind === 'mute') return;
      send(response, answer[0], answer[1]);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else
        send(response, error instanceof Refusal ? error.status : 500, { message: (error as Error).message });
    }
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = this.parsed(request);
    const call = `${request.method} ${path}`;
    this.calls.push(call);
    socket.on('error', () => socket.destroy());
    const fault = this.faults.of(call);
    if (fault?.kind === 'hang') return;
    const refused = (status: number, message: string): void => {
      socket.end(
        `HTTP/1.1 ${status} Refused\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: close\r\n\r\n${message}\r\n`,
      );
    };
    if (fault?.kind === 'answer') return refused(fault.status, fault.message);
    try {
      const which = /^\/containers\/([^/]+)\/attach$/.exec(path)?.[1] ?? '';
      // Clients may send a body with it, in one piece with the headers; the engine drops it.
      const body = Number(request.headers['content-length'] ?? 0);
      if (head.length < body) throw new Refusal(500, 'the body of an attach came in pieces');
      attach(this.engine.container(decodeURIComponent(which)), query, socket, head.subarray(body));
    } catch (error) {
      refused(error instanceof Refusal ? error.status : 500, (error as Error).message);
    }
  }

  private parsed({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
    const { pathname, searchParams: query } = new URL(url, 'http://docker');
    const [, version, rest] = /^\/v(\d+\.\d+)(\/.*)$/.exec(pathname) ?? [];
    if (version === undefined || rest === undefined) return { path: pathname, query };
    if (minor(version) > minor(this.apiVersion))
      throw new Refusal(
        400,
        `client version ${version} is too new. Maximum supported API version is ${this.apiVersion}`,
      );
    if (minor(version) < minor(OLDEST))
      throw new Refusal(
        400,
        `client version ${version} is too old. Minimum supported API version is ${OLDEST}, please upgrade your client to a newer version`,
      );
    return { path: rest, query };
  }

  private version(): object {
    return {
      Platform: { Name: '' },
      Components: [{ Name: 'Engine', Version: '20.10.24', Details: { ApiVersion: this.apiVersion } }],
      Version: '20.10.24',
      ApiVersion: this.apiVersion,
      MinAPIVersion: OLDEST,
      GitCommit: '5d6db84',
      GoVersion: 'go1.19.8',
      Os: 'linux',
      Arch: 'amd64',
      KernelVersion: '6.1.0',
      BuildTime: '2026-05-07T21:09:36.000000000+00:00',
    };
  }
}

const minor = (version: string): number => Number(version.split('.')[1]);

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, content === undefined ? {} : { 'Content-Type': 'application/json' });
  response.end(content === undefined ? undefined : `${JSON.stringify(content)}\n`);
}
