import { EventBus } from '../../../src/events/event-bus';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

describe('the stream of events', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  /** Over a real connection; reads until `pattern` has come. */
  async function read(
    key: string,
    pattern: RegExp,
    query = '',
    emit: () => void = () => undefined,
  ): Promise<string> {
    const leave = new AbortController();
    const reply = await fetch(`${sut.url}/api/v1/events${query}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: leave.signal,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const chunk of reply.body ?? []) {
      if (text === '') emit();
      text += Buffer.from(chunk).toString();
      if (pattern.test(text)) break;
    }
    leave.abort();
    return text;
  }

  it('tells of components and of calls, each key what it may see', async () => {
    const bus = sut.app.get(EventBus);
    const change = {
      ...({ component: 'a/time', from: 'canary', to: 'active', lockId: 'l1', version: '1.0.0' } as const),
      ...{ reason: 'promoted by chat:root', by: 'chat:root', at: 0 },
    };
    const call = { component: 'a/time', version: '1.0.0', lockId: 'l1', tool: 'now', roomId: 'r1' };
    const emit = (): void => {
      bus.emit('tool.called', { ...call, outcome: 'ok', ms: 3, at: 0 });
      bus.emit('component.changed', change);
    };
    const seen = await read(await sut.key('read'), /component\.changed[\s\S]*\n\n/, '', emit);
    expect(seen).toMatch(
      /event: tool\.called\ndata: \{"component":"a\/time","version":"1\.0\.0".*"tool":"now"/,
    );
    expect(seen).not.toContain('r1');
    expect(await read(await sut.key('operate'), /\n\n.*\n.*\ndata.*\n\n/, '?about=tool', emit)).toContain(
      '"room_id":"r1"',
    );
  });

  it('takes no topic that is none, and answers HEAD', async () => {
    expectProblem(
      await sut.ask('GET', '/api/v1/events?about=people'),
      'BAD_REQUEST',
      /component, tool, trial/,
    );
    expect((await sut.ask('HEAD', '/api/v1/events')).status).toBe(200);
  });
});
