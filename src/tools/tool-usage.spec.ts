import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { ToolUsage } from './tool-usage';
import type { ToolOutcome } from './tools.events';

describe(ToolUsage.name, () => {
  const clock = new VirtualClock();
  let store: LibsqlStore;
  let bus: EventBus;
  let sut: ToolUsage;

  beforeEach(async () => {
    store = await memoryStore();
    bus = new EventBus();
    sut = new ToolUsage(store, clock, bus);
  });
  afterEach(() => store.close());

  const called = (ms: number, outcome: ToolOutcome = 'ok', tool = 'add', component = 'a/calc'): void =>
    bus.emit('tool.called', {
      ...{ component, version: '1.0.0', lockId: 'l', tool, roomId: 'r', outcome, ms },
      at: clock.now(),
    });

  it('counts calls and errors per tool, and leaves out what people gave up', async () => {
    for (const outcome of ['ok', 'tool-error', 'failed', 'timeout', 'cancelled'] as const) called(8, outcome);
    called(8, 'ok', 'subtract');
    expect(await sut.read()).toEqual([
      { component: 'a/calc', tool: 'add', day: '2026-01-01', calls: 4, errors: 3, p50: 8, p95: 8 },
      { component: 'a/calc', tool: 'subtract', day: '2026-01-01', calls: 1, errors: 0, p50: 8, p95: 8 },
    ]);
    expect(await sut.read({ component: 'a/other' })).toEqual([]);
  });

  it('tells times that are at most a fifth off', async () => {
    for (let ms = 1; ms <= 1_000; ms++) called(ms);
    const [use] = await sut.read();
    expect(use?.p50).toBeGreaterThan(400);
    expect(use?.p50).toBeLessThan(600);
    expect(use?.p95).toBeGreaterThan(760);
    expect(use?.p95).toBeLessThan(1_140);
  });

  it('adds to what stands on disk, by itself within seconds', async () => {
    called(8);
    await sut.stop();
    const next = new ToolUsage(store, clock, bus);
    called(8);
    await clock.advance(10_000);
    const rows = await store.all<{ calls: number }>('SELECT calls FROM tool_usage');
    // Both heard of the second call.
    expect(rows).toEqual([expect.objectContaining({ calls: 3 })]);
    await next.stop();
  });

  it('tells the days that were asked for, and forgets those of three months ago', async () => {
    called(8);
    await sut.read();
    await clock.advance(86_400_000);
    called(8);
    expect((await sut.read({ days: 1 })).map(({ day }) => day)).toEqual(['2026-01-02']);
    expect((await sut.read()).map(({ day }) => day)).toEqual(['2026-01-02', '2026-01-01']);
    clock.jumpWall(95 * 86_400_000);
    called(8);
    expect((await sut.read({ days: 300 })).map(({ day }) => day)).toEqual(['2026-04-07']);
  });

  it('puts days together where only the sum counts', async () => {
    called(8);
    await clock.advance(86_400_000);
    for (let count = 0; count < 19; count++) called(8);
    called(1_000, 'timeout');
    called(8, 'ok', 'add', 'a/another');
    expect(await sut.totals()).toEqual([
      { component: 'a/another', tool: 'add', calls: 1, errors: 0, p95: 8 },
      { component: 'a/calc', tool: 'add', calls: 21, errors: 1, p95: 8 },
    ]);
    expect(await sut.totals({ component: 'a/calc', days: 1 })).toMatchObject([{ calls: 20, errors: 1 }]);
  });
});
