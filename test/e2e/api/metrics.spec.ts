import { EventBus } from '../../../src/events/event-bus';
import { InProcessRdzen } from './support/in-process-rdzen';

/** A line of the exposition format. Source: Prometheus, exposition formats; its parser takes NaN in any letter case. */
const LINE =
  /^(# (HELP|TYPE) rdzen_\S+ .*|rdzen_[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[\d.e+-]+|NaN|Nan|[+-]Inf))$/;

describe('GET /metrics', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  const metrics = async (): Promise<Map<string, number>> => {
    const { status, text } = await sut.ask('GET', '/metrics', { key: '' });
    expect(status).toBe(200);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };

  it('speaks the text exposition format, every name of ours', async () => {
    const { status, text, type } = await sut.ask('GET', '/metrics', { key: '' });
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text.split('\n').filter((line) => line !== '' && !LINE.test(line))).toEqual([]);
    expect(text).toMatch(/^rdzen_process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^rdzen_nodejs_eventloop_lag_seconds /m);
  });

  it('needs a key from elsewhere', async () => {
    const from = '203.0.113.9';
    expect((await sut.ask('GET', '/metrics', { key: '', from })).status).toBe(401);
    expect((await sut.ask('GET', '/metrics', { key: await sut.key('read'), from })).status).toBe(200);
  });

  it('tells how things stand', async () => {
    await sut.becomes(({ mode }) => mode === 'NORMAL');
    const now = await metrics();
    const { epoch, active_core: active } = await sut.status();
    expect(now.get('rdzen_ready')).toBe(1);
    expect(now.get('rdzen_chat_connected')).toBe(1);
    expect(now.get('rdzen_active_core')).toBe(active);
    expect(now.get('rdzen_epoch')).toBe(epoch);
    expect(now.get('rdzen_mode{mode="NORMAL"}')).toBe(1);
    expect(now.get('rdzen_mode{mode="BLACKOUT"}')).toBe(0);
    for (const core of [1, 2]) {
      expect(now.get(`rdzen_core_state{core="${core}",state="ready"}`)).toBe(1);
      expect(now.get(`rdzen_core_state{core="${core}",state="down"}`)).toBe(0);
      expect(now.get(`rdzen_core_answers_in_flight{core="${core}"}`)).toBe(0);
    }
    // No container is looked after here.
    expect(now.has('rdzen_docker_reachable')).toBe(false);
  });

  it('counts answers, switches and calls of tools', async () => {
    const before = await metrics();
    const by = (now: Map<string, number>, name: string): number =>
      (now.get(`rdzen_${name}`) ?? 0) - (before.get(`rdzen_${name}`) ?? 0);
    await sut.ask('POST', '/switch_core', { body: { core_id: 2 } });
    const bus = sut.app.get(EventBus);
    bus.emit('question.accepted', { id: 'q', roomId: 'r', lane: 'r' });
    bus.emit('question.finished', { id: 'q', roomId: 'r', state: 'posted' });
    bus.emit('generation.completed', { messageId: 'q', coreId: 2, continued: 2, restarted: 1, waitedMs: 0 });
    bus.emit('core.waited-for', { coreId: 1, epoch: 1, waitedMs: 300 });
    bus.emit('tool.called', {
      ...{ component: 'io.example/time', version: '1.0.0', lockId: 'l', tool: 'now', roomId: 'r' },
      ...{ outcome: 'ok', ms: 20, at: 0 },
    });
    const now = await metrics();
    expect(by(now, 'switchovers_total{cause="other",origin="by-hand"}')).toBe(1);
    expect(by(now, 'questions_accepted_total')).toBe(1);
    expect(by(now, 'questions_finished_total{state="posted"}')).toBe(1);
    expect(by(now, 'answers_continued_total')).toBe(2);
    expect(by(now, 'answers_restarted_total')).toBe(1);
    expect(by(now, 'failover_wait_seconds_bucket{le="0.25"}')).toBe(0);
    expect(by(now, 'failover_wait_seconds_bucket{le="0.5"}')).toBe(1);
    expect(by(now, 'tool_calls_total{component="io.example/time",tool="now",outcome="ok"}')).toBe(1);
    expect([...now.keys()].filter((name) => name.includes('="r"') || name.includes('="q"'))).toEqual([]);
  });
});
