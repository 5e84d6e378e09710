import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { SeededRandom } from '../../test/support/seeded-random';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import { EventStream } from './event-stream';
import { EVENT_TOPICS } from './told-events';

describe(EventStream.name, () => {
  const call = {
    ...{ component: 'a/time', version: '1.0.0', lockId: 'l1', tool: 'now', roomId: 'secret-room' },
    ...{ outcome: 'ok' as const, ms: 12.4, at: 0 },
  };
  let clock: VirtualClock;
  let bus: EventBus;
  let sut: EventStream;

  beforeEach(() => {
    clock = new VirtualClock();
    bus = new EventBus();
    sut = new EventStream(bus, clock, new SeededRandom(1));
  });
  afterEach(() => sut.onModuleDestroy());

  const listen = (
    more: Partial<Parameters<EventStream['serve']>[0]> = {},
  ): { read: () => string; raw: PassThrough } => {
    const raw = Object.assign(new PassThrough({ highWaterMark: 2 ** 24 }), { writeHead: () => undefined });
    sut.serve({ scope: 'read', topics: EVENT_TOPICS, ...more }, {
      hijack: () => undefined,
      raw,
    } as unknown as FastifyReply);
    return { read: () => String(raw.read() ?? ''), raw };
  };
  const data = (text: string): Record<string, unknown>[] =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as Record<string, unknown>);

  it('tells everything that is asked for, and who talks where to those alone who may operate', () => {
    const [reader, operator, onlyTrials] = [
      listen(),
      listen({ scope: 'operate' }),
      listen({ topics: ['trial'] }),
    ];
    bus.emit('tool.called', call);
    bus.emit('component.ended', { component: 'a/time', lockId: 'l1', reason: 'idle', failed: false, at: 0 });
    const read = reader.read();
    expect(read).toMatch(/^retry: 2000\n\nid: \w+-1\nevent: tool\.called\n/);
    expect(data(read)).toEqual([
      {
        component: 'a/time',
        version: '1.0.0',
        lock_id: 'l1',
        tool: 'now',
        outcome: 'ok',
        ms: 12,
        at: '1970-01-01T00:00:00.000Z',
      },
      { component: 'a/time', lock_id: 'l1', reason: 'idle', failed: false, at: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(data(operator.read())[0]).toMatchObject({ room_id: 'secret-room' });
    expect(onlyTrials.read()).toBe('retry: 2000\n\n');
  });

  it('tells what was missed since the last event, and says where it cannot', () => {
    const first = listen();
    bus.emit('tool.called', call);
    bus.emit('tool.called', { ...call, tool: 'then' });
    const [, id] = /id: (\S+)/.exec(first.read()) ?? [];
    expect(data(listen({ after: id }).read())).toMatchObject([{ tool: 'then' }]);
    for (const after of ['another-1', 'garbage', `${id?.split('-')[0]}-x`])
      expect(listen({ after }).read()).toContain('event: reset\ndata: {}\n\n');
    for (let count = 0; count < 250; count++) bus.emit('tool.called', call);
    expect(listen({ after: id }).read()).toContain('event: reset');
  });

  it('shows that it lives, and ends after a while', async () => {
    const { read, raw } = listen();
    read();
    await clock.advance(15_000);
    expect(read()).toBe(': still here\n\n');
    await clock.advance(15 * 60_000);
    expect(raw.writableEnded).toBe(true);
    bus.emit('tool.called', call);
  });

  it('ends with the process, and serves fifty at once', () => {
    const all = Array.from({ length: 50 }, () => listen());
    expect(() => listen()).toThrow('50 event streams are open');
    bus.emit('process.stopping', { at: 0 });
    expect(all.every(({ raw }) => raw.writableEnded)).toBe(true);
  });

  it('lets go of who does not read', () => {
    const { raw } = listen();
    Object.defineProperty(raw, 'writableLength', { value: 2 ** 21 });
    bus.emit('tool.called', call);
    expect(raw.destroyed).toBe(true);
  });
});
