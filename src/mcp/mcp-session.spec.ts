import { spawn } from 'node:child_process';
import { SystemClock } from '../shared/system-clock';
import { PROGRAM } from '../../test/support/components/component-process';
import { McpFailure, McpSession } from './mcp-session';
import { StdioTransport } from './stdio-transport';

describe('a session with an MCP server over its standard streams', () => {
  const ended: (() => void)[] = [];
  afterEach(() => {
    for (const end of ended.splice(0)) end();
  });

  async function session(behaviour: string, withinMs = 5_000): Promise<McpSession> {
    const child = spawn(process.execPath, [PROGRAM, behaviour], { env: { PATH: '/bin' } });
    child.on('error', () => undefined);
    ended.push(() => child.kill('SIGKILL'));
    const { stdin, stdout, stderr } = child;
    const transport = new StdioTransport({ stdin, stdout, stderr }, new SystemClock());
    return McpSession.connect(transport, withinMs);
  }
  const failure = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no failure',
      (error: unknown) => (error instanceof McpFailure ? error.kind : `unknown: ${String(error)}`),
    );

  it('shakes hands, lists tools with schemas, and calls them', async () => {
    const good = await session('good');
    expect(good.server.name).not.toBe('');
    expect(good.protocolVersion).toMatch(/^\d{4}-\d\d-\d\d$/);
    const tools = await good.tools(5_000);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['add', 'remember']));
    expect(tools[0]?.inputSchema).toMatchObject({ type: 'object' });
    const { isError, content } = await good.call('add', { a: 2, b: 40 }, { withinMs: 5_000 });
    expect([isError, content[0]?.text]).toEqual([false, expect.stringContaining('42')]);
    await good.close();
    expect(good.isClosed).toBe(true);
    expect(await failure(good.ping(1_000))).toBe('closed');
  });

  it('tells an unknown tool from one that fails, with the code of JSON-RPC', async () => {
    const good = await session('good');
    const answer = await good.call('no-such', {}, { withinMs: 5_000 }).catch((error: unknown) => error);
    if (answer instanceof McpFailure) expect([answer.kind, answer.code]).toEqual(['protocol', -32602]);
    else expect(answer).toMatchObject({ isError: true });
  });

  it('gives up a server that never answers, and one that ends', async () => {
    expect(await failure(session('hang-at-start', 300))).toBe('timeout');
    expect(await failure(session('exit-at-start'))).toBe('closed');
  });

  it('gives up a call that hangs, and one in which the server ends', async () => {
    const sum = { a: 1, b: 2 };
    const hanging = await session('hang-in-call');
    expect(await failure(hanging.call('add', sum, { withinMs: 300 }))).toBe('timeout');
    const stopped = new AbortController();
    const call = hanging.call('add', sum, { withinMs: 3_000, signal: stopped.signal });
    stopped.abort();
    expect(await failure(call)).toBe('cancelled');
    expect(await failure(hanging.ping(2_000))).toBe('no failure');
    const dying = await session('exit-in-call');
    expect(await failure(dying.call('add', sum, { withinMs: 3_000 }))).toBe('closed');
    expect(dying.transport.logTail).toContain('the adder has left');
  });

  it('ends a listing that never ends', async () => {
    const endless = await session('endless-pages');
    expect(await failure(endless.tools(20_000))).toBe('protocol');
  });
});
