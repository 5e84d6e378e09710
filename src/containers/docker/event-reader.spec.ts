import type { ContainerInspectInfo } from 'dockerode';
import { VirtualClock } from '../../../test/support/virtual-clock';
import type { ContainerEvent } from '../container-engine';
import { blueprintOf } from './blueprint';
import type { DockerCalls } from './docker-calls';
import { EventReader } from './event-reader';
import { FollowedContainer } from './followed-container';

const ID = '3f648c711177fb84';
const AT = Date.UTC(2026, 10, 27, 20, 0, 0);

/** An engine that is asked of one container, and answers when it is told to. */
class Bench {
  readonly clock = new VirtualClock(AT);
  readonly told: ContainerEvent[] = [];
  readonly one = new FollowedContainer('one', true);
  running = true;
  restarting = false;
  startedAt = AT;
  exitCode = 0;
  log: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));
  readonly sut: EventReader;

  constructor() {
    const calls = { inspect: async () => this.inspected(), logs: () => this.log };
    this.sut = new EventReader(calls as unknown as DockerCalls, this.clock, {
      emit: (event) => this.told.push(event),
      ran: async (_, found) => blueprintOf('one', found),
    });
  }

  take(action: string, attributes: Record<string, string> = {}, at = this.clock.now(), id = ID): void {
    const Actor = { ID: id, Attributes: { name: 'one', ...attributes } };
    this.sut.take({ Type: 'container', Action: action, Actor, timeNano: at * 1e6 }, [this.one]);
  }

  ran(at: number): void {
    Object.assign(this, { running: true, restarting: false, startedAt: at });
  }

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  private inspected(): ContainerInspectInfo {
    const StartedAt = new Date(this.startedAt).toISOString();
    return {
      Id: ID,
      Image: 'sha256:1',
      Config: { Hostname: ID, Labels: {} },
      HostConfig: {},
      Mounts: [],
      NetworkSettings: { Networks: {} },
      State: {
        Running: this.running,
        Restarting: this.restarting,
        Paused: false,
        OOMKilled: false,
        ExitCode: this.exitCode,
        Pid: 7,
        StartedAt,
      },
    } as unknown as ContainerInspectInfo;
  }
}

describe(EventReader.name, () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench();
    await bench.sut.look(bench.one);
    await bench.clock.advance(5_000);
  });

  const pass = (ms = 1_000): Promise<void> => bench.clock.advance(ms);

  it.each([
    ['before', ['oom', 'die']],
    ['after', ['die', 'oom']],
  ])('memory that ran out explains the death it is told of %s', async (_, order) => {
    for (const action of order) bench.take(action, action === 'die' ? { exitCode: '137' } : {});
    await pass();
    expect(bench.types).toEqual(['started', 'oom', 'died']);
    expect(bench.told.at(-1)).toMatchObject({ oom: true, exitCode: 137 });
  });

  it('memory that ran out long ago explains nothing', async () => {
    bench.take('oom');
    await pass(20_000);
    bench.take('die', { exitCode: '137' });
    await pass();
    expect(bench.told.at(-1)).not.toHaveProperty('oom');
  });

  it('docker stop: a death by SIGTERM, then a stop from outside', async () => {
    bench.take('kill', { signal: '15' });
    bench.take('die', { exitCode: '0' });
    bench.take('stop');
    await pass();
    expect(bench.types.sort()).toEqual(['died', 'started', 'stopped']);
    expect(bench.told.find(({ type }) => type === 'died')).toMatchObject({ signal: 'SIGTERM', exitCode: 0 });
    expect(bench.one.deathsLastMinute(bench.clock.monotonic())).toBe(0);
  });

  it('a death and a start by policy, however quickly they follow each other', async () => {
    bench.exitCode = 3;
    bench.take('die', { exitCode: '3' });
    bench.ran(bench.clock.now() + 100);
    bench.take('start');
    await pass();
    expect(bench.types).toEqual(['started', 'died', 'started']);
    expect(bench.told[1]).toMatchObject({ exitCode: 3 });
    expect(bench.one.deathsLastMinute(bench.clock.monotonic())).toBe(1);
  });

  it('a death that is told twice is one', async () => {
    const at = bench.clock.now();
    bench.take('die', { exitCode: '1' }, at);
    bench.take('die', { exitCode: '1' }, at);
    await pass();
    bench.take('die', { exitCode: '1' }, at);
    await pass();
    expect(bench.types).toEqual(['started', 'died']);
  });

  it('a death, or a signal, older than the life that is known is none of it', async () => {
    bench.take('kill', { signal: '9' }, AT - 10);
    bench.take('die', { exitCode: '137' }, AT - 5);
    await pass();
    expect(bench.types).toEqual(['started']);
    bench.take('die', { exitCode: '1' });
    await pass();
    expect(bench.told.at(-1)).not.toHaveProperty('signal');
  });

  it('our own calls are no news while they go on', async () => {
    bench.one.busy++;
    for (const action of ['kill', 'die', 'stop']) bench.take(action, { signal: '15', exitCode: '0' });
    await pass();
    expect(bench.types).toEqual(['started']);
  });

  it('the end of the one that was replaced is not the end of the new one', async () => {
    bench.take('kill', { signal: '9' }, bench.clock.now(), 'another');
    bench.take('die', { exitCode: '137' }, bench.clock.now(), 'another');
    await pass();
    expect(bench.types).toEqual(['started']);
  });

  it('last words that do not come are not waited for', async () => {
    bench.log = new Promise(() => undefined);
    bench.take('die', { exitCode: '1' });
    await pass(199);
    expect(bench.types).toEqual(['started']);
    await pass(1);
    expect(bench.told.at(-1)).toMatchObject({ type: 'died', lastOutput: [] });
  });

  it('between two lives it does not run', async () => {
    Object.assign(bench, { restarting: true, exitCode: 3 });
    await bench.sut.look(bench.one);
    await bench.sut.look(bench.one);
    expect(bench.types).toEqual(['started', 'died']);
    expect(bench.told.at(-1)).toMatchObject({ exitCode: 3 });
  });
});
