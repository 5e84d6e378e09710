import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { HttpTransport } from './http-transport';
import { McpFailure, McpSession } from './mcp-session';

type Reply = (response: ServerResponse, answer: object, socket: Socket) => void;

const asJson: Reply = (response, answer) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
};

describe('a session with an MCP server over HTTP', () => {
  let server: Server;
  let session: McpSession;
  /** How a call is answered once its work is done. */
  let reply: Reply;
  let done: number;
  /** Streams for what the server has to say by itself. */
  let streams: ServerResponse[];
  let closings: number;

  beforeEach(async () => {
    [reply, done, streams, closings] = [asJson, 0, [], 0];
    server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        streams.push(response);
      } else answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stdio = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const transport = new HttpTransport(new URL(`http://127.0.0.1:${port}/mcp`), stdio);
    session = await McpSession.connect(transport, 5_000);
    session.onClosed = () => void closings++;
  });
  afterEach(async () => {
    await session.close();
    await end();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { id, method, params } = JSON.parse(text) as {
      id?: number;
      method: string;
      params?: { protocolVersion?: string };
    };
    if (id === undefined) return void response.writeHead(202).end();
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 's', version: '1' },
      },
      'tools/call': { content: [{ type: 'text', text: 'written' }] },
    };
    const whole = { jsonrpc: '2.0', id, result: results[method] ?? {} };
    if (method !== 'tools/call') return asJson(response, whole, request.socket);
    done++;
    reply(response, whole, request.socket);
  }
  const end = async (): Promise<void> => {
    const over = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await over;
  };
  const failure = (work: Promise<unknown>): Promise<McpFailure | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof McpFailure)) throw error;
        return error;
      },
    );
  const call = (): Promise<McpFailure | undefined> => failure(session.call('write', {}, { withinMs: 5_000 }));

  it.each<[string, Reply]>([
    ['before anything of the answer', (_, __, socket) => socket.destroy()],
    [
      'in the middle of it',
      (response, _, socket) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc"');
        setTimeout(() => socket.destroy(), 50);
      },
    ],
    [
      'in the middle of a stream of events',
      (response, _, socket) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': soon\n\n');
        setTimeout(() => socket.destroy(), 50);
      },
    ],
  ])('is over where the connection breaks %s: what the call did is not known', async (_, breaks) => {
    reply = breaks;
    expect(await call()).toMatchObject({ kind: 'closed' });
    expect([done, session.isClosed, closings]).toEqual([1, true, 1]);
    expect(await call()).toMatchObject({ kind: 'closed' });
    expect(done).toBe(1);
  });

  it('is over where nothing listens any more', async () => {
    await end();
    expect(await failure(session.ping(2_000))).toMatchObject({ kind: 'closed' });
    expect(session.isClosed).toBe(true);
  });

  it('lives on after an error of JSON-RPC, which has a code', async () => {
    reply = (response, answered, socket) => {
      const error = { code: -32602, message: 'no such tool' };
      asJson(response, { ...answered, result: undefined, error }, socket);
    };
    expect(await call()).toMatchObject({ kind: 'protocol', code: -32602 });
    reply = asJson;
    expect(await call()).toBeUndefined();
  });

  it('lives on after what is no answer, which has none', async () => {
    reply = (response) => void response.writeHead(500).end('out of order');
    expect(await call()).toMatchObject({ kind: 'protocol', code: undefined });
    reply = (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(`"${'x'.repeat(9 * 2 ** 20)}"`);
    };
    const large = await call();
    expect([large?.kind, large?.code, large?.message]).toEqual([
      'protocol',
      undefined,
      'its answer is larger than 8388608 bytes',
    ]);
    expect(session.isClosed).toBe(false);
  });

  it('lives on where the stream breaks over which nothing was asked', async () => {
    while (streams.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    streams[0]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await call()).toBeUndefined();
  });
});
