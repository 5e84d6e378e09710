import { compileToolSchema } from '../../src/mcp/tool-schema';
import { textOf } from '../support/components/component-process';
import { runningComponents } from '../support/components/running-components';

describe('component good', () => {
  const start = runningComponents();

  it('shakes hands, in the version that it is asked for or else in its own', async () => {
    expect(await start('good').connect()).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'component', version: '1.0.0' },
    });
    const other = start('good');
    for (const [asked, given] of [
      ['2024-11-05', '2024-11-05'],
      ['2031-01-01', '2025-11-25'],
    ])
      expect(await other.request('initialize', { protocolVersion: asked })).toMatchObject({
        protocolVersion: given,
      });
    expect(await other.request('ping')).toEqual({});
  });

  it('gives its tools page by page, with schemas that compile', async () => {
    const component = start('good');
    await component.connect();
    const { tools, pages } = await component.listTools();
    expect(pages).toBe(2);
    expect(tools.map(({ name }) => name)).toEqual([
      'current_time',
      'add',
      'remember',
      'forget_all',
      'count_slowly',
    ]);
    for (const { inputSchema } of tools) compileToolSchema(inputSchema);
    const add = tools.find(({ name }) => name === 'add');
    const { structuredContent } = await component.call('add', { a: 2, b: 3 });
    expect(structuredContent).toEqual({ sum: 5 });
    expect(compileToolSchema(add?.outputSchema)(structuredContent)).toEqual([]);
  });

  it('reads, writes and destroys', async () => {
    const component = start('good');
    expect(textOf(await component.call('current_time', { zone: 'Asia/Tokyo' }))).toMatch(/^\d{4}-\d\d-\d\d /);
    expect(textOf(await component.call('remember', { note: 'milk' }))).toBe('Noted: milk');
    expect(textOf(await component.call('forget_all'))).toBe('1 notes forgotten');
    expect(textOf(await component.call('forget_all'))).toBe('0 notes forgotten');
  });

  it.each([
    ['add', { a: '2', b: 3 }, 'a is no number'],
    ['add', { a: 2 }, 'b is missing'],
    ['forget_all', { all: true }, 'there is no argument all'],
    ['add', [], 'arguments: no object'],
    ['current_time', { zone: 'Nowhere/Nothing' }, 'there is no time zone Nowhere/Nothing'],
    ['count_slowly', { to: 1e9 }, 'to must be between 1 and 600'],
  ])('tells the model what is wrong with %s %j', async (tool, given, wrong) => {
    const answer = await start('good').call(tool, given);
    expect([answer.isError, textOf(answer)]).toEqual([true, wrong]);
  });

  it.each([
    ['tools/call', { name: 'nothing' }, '-32602'],
    ['tools/list', { cursor: 'x' }, '-32602'],
    ['server/discover', {}, '-32601'],
  ])('answers %s %j with the error %s of the protocol', async (method, params, code) => {
    await expect(start('good').request(method, params)).rejects.toThrow(code);
  });

  it('reports how far it is, and stops when nobody waits any more', async () => {
    const component = start('good');
    await component.connect();
    const params = { name: 'count_slowly', arguments: { to: 3 }, _meta: { progressToken: 'p' } };
    expect(textOf(await component.request('tools/call', params))).toBe('Counted to 3');
    expect(component.others).toEqual(
      [1, 2, 3].map((progress) => ({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: 'p', progress, total: 3 },
      })),
    );
    const requestId = component.nextId;
    const cancelled = component.call('count_slowly', { to: 600 }, 700);
    component.notify('notifications/cancelled', { requestId });
    await expect(cancelled).rejects.toThrow('no answer');
    expect(await component.request('ping')).toEqual({});
  });

  it('answers many at once', async () => {
    const component = start('good');
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => component.call('add', { a, b: 1 })));
    expect(sums.map(({ structuredContent }) => structuredContent)).toEqual(
      Array.from({ length: 50 }, (_, a) => ({ sum: a + 1 })),
    );
  });

  it.each(['stdin', 'SIGTERM'])('ends at once by %s', async (way) => {
    const component = start('good');
    await component.connect();
    if (way === 'stdin') component.closeStdin();
    else component.signal('SIGTERM');
    expect(await component.exited).toEqual({ code: 0, signal: null });
    expect(component.violations).toEqual([]);
  });
});
