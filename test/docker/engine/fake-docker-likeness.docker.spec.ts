import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerCreateOptions } from 'dockerode';
import { eventually } from '../../faults/process-engine/support/processes';
import { FakeDocker } from '../../support/fakes/fake-docker/fake-docker';
import { RealDocker, SHELL_IMAGE, SOCKET } from './real-docker';

interface Reply {
  status: number;
  type: string | undefined;
  body: unknown;
}

const STEADY = 'trap "exit 0" TERM; echo hello; while :; do sleep 0.05; done';
const NAME = `likeness-${process.pid}`;
const POLICY = { HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } };

/** One engine, asked over plain HTTP: what is compared is the wire. */
class Side {
  /** What came so far, in order. */
  told: string[] = [];
  private listening?: ReturnType<typeof request>;

  constructor(private readonly socketPath: string) {}

  call(method: string, path: string, body?: unknown): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const asked = request({ socketPath: this.socketPath, method, path, headers, agent: false }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            type: reply.headers['content-type'],
            body: parsed(Buffer.concat(chunks)),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async listen(id: string): Promise<void> {
    this.told = [];
    const filters = encodeURIComponent(JSON.stringify({ type: ['container', 'network'] }));
    await new Promise<void>((resolve, reject) => {
      this.listening = request(
        { socketPath: this.socketPath, path: `/events?filters=${filters}`, agent: false },
        (reply) => {
          let text = '';
          reply.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            const lines = text.split('\n');
            text = lines.pop() ?? '';
            for (const line of lines) this.take(line, id);
          });
          reply.on('error', () => undefined);
          resolve();
        },
      );
      this.listening.once('error', reject);
      this.listening.end();
    });
    this.listening?.on('error', () => undefined);
  }

  /** What was told, once nothing came for a while. */
  async heard(): Promise<string[]> {
    for (let count = -1; count !== this.told.length; await sleep(400)) count = this.told.length;
    this.listening?.destroy();
    return this.told;
  }

  private take(line: string, id: string): void {
    const { Type, Action, Actor } = JSON.parse(line) as {
      Type: string;
      Action: string;
      Actor: { ID: string; Attributes: Record<string, string> };
    };
    const { container, signal, exitCode, name } = Actor.Attributes;
    if (Type === 'network' && container === id) this.told.push(`network ${Action} ${name}`);
    if (Type === 'container' && Actor.ID === id)
      this.told.push([Action, signal, exitCode].filter((word) => word !== undefined).join(' '));
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return bytes.toString('latin1');
  }
}

/** Names of all fields, nested ones with a dot; what hangs on the machine or on names is left out. */
function keysOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keysOf(item, `${at}[]`)))].sort();
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, inner]) => [`${at}.${key}`, ...keysOf(inner, `${at}.${key}`)])
    .filter(
      (key) =>
        !/\.Labels\.|GraphDriver\.Data|memory_stats\.stats\.|Components|blkio_stats\.\w+\[\]/.test(key),
    )
    .sort();
}

/** Ids, names and images differ by nature. */
function message({ body }: Reply, image: string): unknown {
  const text = (body as { message?: string } | null)?.message;
  return text?.replace(/[0-9a-f]{64}/g, 'ID').replaceAll(image, 'IMAGE');
}

describe('the fake Docker and the real one', () => {
  let fake: FakeDocker;
  const real = new RealDocker();
  let sides: { real: Side; fake: Side };

  beforeAll(async () => {
    fake = await FakeDocker.started();
    sides = { real: new Side(SOCKET), fake: new Side(fake.socketPath) };
  });
  afterAll(() => fake.stop());
  afterEach(async () => {
    await real.clean('rdzen.rig=fakedocker');
    for (const { id } of [...fake.engine.containers.values()]) await fake.engine.remove(id, true, true);
  });

  const made = async (options: ContainerCreateOptions = {}): Promise<{ real: string; fake: string }> => {
    const full = { Cmd: ['-c', STEADY], ...options };
    const { id } = await real.make(NAME, { ...full, HostConfig: { Init: true, ...options.HostConfig } });
    const twin = fake.engine.create(NAME, {
      Image: 'shell:1',
      Labels: { 'rdzen.rig': 'fakedocker' },
      ...full,
      HostConfig: { Init: true, ...options.HostConfig },
    });
    return { real: id, fake: twin.id };
  };
  const both = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ real: Reply; fake: Reply }> => ({
    real: await sides.real.call(method, path.replaceAll('IMAGE', SHELL_IMAGE), swapped(body, SHELL_IMAGE)),
    fake: await sides.fake.call(method, path.replaceAll('IMAGE', 'shell:1'), swapped(body, 'shell:1')),
  });
  const swapped = (body: unknown, image: string): unknown =>
    body === undefined ? undefined : (JSON.parse(JSON.stringify(body).replaceAll('IMAGE', image)) as unknown);
  const alike = async (method: string, path: string, body?: unknown): Promise<void> => {
    const replies = await both(method, path, body);
    expect({ ...replies.fake, body: keysOf(replies.fake.body) }).toEqual({
      ...replies.real,
      body: keysOf(replies.real.body),
    });
    expect(message(replies.fake, 'shell:1')).toEqual(message(replies.real, SHELL_IMAGE));
  };
  /** The slower of the two may need a moment more for what the other has told already. */
  const heardOfBoth = async (): Promise<[string[], string[]]> => {
    const { real: one, fake: other } = sides;
    await eventually('both have told as much', () => one.told.length === other.told.length).catch(
      () => undefined,
    );
    return Promise.all([one.heard(), other.heard()]);
  };
  const stateOf = async (): Promise<{ real: unknown; fake: unknown }> => {
    const replies = await both('GET', `/containers/${NAME}/json`);
    const state = ({ body }: Reply): unknown => {
      const { State, RestartCount } = body as { State: Record<string, unknown>; RestartCount: number };
      const { Pid, StartedAt, FinishedAt, ...rest } = State;
      const never = (stamp: unknown): boolean => String(stamp).startsWith('0001');
      return {
        ...rest,
        RestartCount,
        hasPid: Pid !== 0,
        started: !never(StartedAt),
        ended: !never(FinishedAt),
      };
    };
    return { real: state(replies.real), fake: state(replies.fake) };
  };
  const sameState = async (): Promise<void> => {
    const state = await stateOf();
    expect(state.fake).toEqual(state.real);
  };

  it('answer alike what a container is asked, through its life', async () => {
    await made();
    const life: [string, string][] = [
      ['GET', 'json'],
      ['POST', 'pause'],
      ['POST', 'unpause'],
      ['POST', 'kill?signal=SIGKILL'],
      ['POST', 'start'],
      ['POST', 'start'],
      ['GET', 'json'],
      ['GET', 'stats?stream=false&one-shot=true'],
      ['POST', 'kill?signal=SIGNONE'],
      ['POST', 'unpause'],
      ['POST', 'pause'],
      ['POST', 'pause'],
      ['POST', 'start'],
      ['GET', 'json'],
      ['POST', 'unpause'],
      ['POST', `rename?name=${NAME}`],
      ['POST', 'rename?name='],
      ['POST', 'rename?name=_/'],
      ['DELETE', ''],
      ['GET', 'logs'],
      ['POST', 'restart?t=0'],
      ['POST', 'stop?t=3'],
      ['POST', 'stop?t=3'],
      ['GET', 'json'],
      ['GET', 'stats?stream=false&one-shot=true'],
      ['DELETE', ''],
      ['GET', 'json'],
    ];
    for (const [method, path] of life) {
      await alike(method, `/containers/${NAME}${path && `/${path}`}`);
      // Both have said hello before they are frozen, or ended.
      if (path === 'start') await sleep(300);
      if (path !== 'json' && method === 'POST') await sameState();
    }
  });

  it('answer alike where there is no such thing', async () => {
    for (const [method, path] of [
      ['GET', '/containers/nobody/json'],
      ['POST', '/containers/nobody/start'],
      ['POST', '/containers/nobody/stop'],
      ['POST', '/containers/nobody/restart'],
      ['POST', '/containers/nobody/kill'],
      ['POST', '/containers/nobody/pause'],
      ['POST', '/containers/nobody/unpause'],
      ['POST', '/containers/nobody/rename?name=other'],
      ['DELETE', '/containers/nobody?force=true'],
      ['GET', '/containers/nobody/logs?stdout=true'],
      ['GET', '/containers/nobody/stats?stream=false'],
      ['GET', '/images/nobody/none:1/json'],
      ['DELETE', '/images/nobody/none:1'],
      ['GET', '/networks/nobody'],
      ['DELETE', '/networks/nobody'],
      ['DELETE', '/networks/bridge'],
      ['DELETE', '/volumes/nobody'],
      ['GET', '/nothing'],
      ['GET', '/v1.99/version'],
      ['GET', '/events?since=yesterday'],
    ] as const)
      await alike(method, path);
  });

  it('answer alike what is made, listed and refused', async () => {
    await made();
    const labels = { 'rdzen.rig': 'fakedocker' };
    const filters = encodeURIComponent(JSON.stringify({ label: ['rdzen.rig=fakedocker'] }));
    await alike('POST', `/containers/create?name=${NAME}`, { Image: 'IMAGE' });
    await alike('POST', '/containers/create?name=_x', { Image: 'IMAGE' });
    await alike('POST', '/containers/create?name=other', { Image: 'nobody/none:1' });
    await alike('POST', '/containers/create?name=other', null);
    await alike('POST', `/containers/${NAME}/start`);
    await sleep(300);
    await alike('GET', `/containers/json?all=true&filters=${filters}`);
    await alike('GET', `/containers/${NAME}/logs?stdout=true&tail=5`);
    await alike('POST', '/networks/create', {
      Name: NAME,
      Internal: true,
      CheckDuplicate: true,
      Labels: labels,
    });
    await alike('POST', '/networks/create', { Name: NAME, Internal: true, CheckDuplicate: true });
    await alike('GET', `/networks?filters=${filters}`);
    const on = { Container: NAME, EndpointConfig: { Aliases: ['brain'] } };
    await alike('POST', `/networks/${NAME}/connect`, on);
    await alike('POST', `/networks/${NAME}/connect`, on);
    await alike('GET', `/containers/${NAME}/json`);
    await alike('POST', `/networks/${NAME}/connect`, { Container: 'nobody' });
    await alike('DELETE', `/networks/${NAME}`);
    await alike('POST', `/networks/${NAME}/disconnect`, { Container: NAME });
    await alike('POST', `/networks/${NAME}/disconnect`, { Container: NAME });
    await alike('DELETE', `/networks/${NAME}`);
    await alike('POST', '/volumes/create', { Name: NAME, Labels: labels });
    await alike('GET', `/volumes?filters=${filters}`);
    await alike('DELETE', `/volumes/${NAME}`);
    await alike('GET', '/images/IMAGE/json');
  });

  const FOREVER = 'while :; do sleep 0.05; done';
  it.each<[string, ContainerCreateOptions, [string, string][]]>([
    ['docker kill', {}, [['POST', '/kill?signal=SIGKILL']]],
    ['docker kill of what its policy would start', POLICY, [['POST', '/kill?signal=SIGKILL']]],
    ['a signal that it bears', POLICY, [['POST', '/kill?signal=SIGCONT']]],
    ['docker stop', POLICY, [['POST', '/stop?t=5']]],
    [
      'docker stop of what does not hear',
      { Cmd: ['-c', `trap "" TERM; echo hello; ${FOREVER}`] },
      [['POST', '/stop?t=1']],
    ],
    ['docker restart', POLICY, [['POST', '/restart?t=5']]],
    ['rm -f', POLICY, [['DELETE', '?force=true']]],
    [
      'pause and unpause',
      {},
      [
        ['POST', '/pause'],
        ['POST', '/unpause'],
      ],
    ],
    [
      'docker kill of a frozen one',
      {},
      [
        ['POST', '/pause'],
        ['POST', '/kill?signal=SIGTERM'],
      ],
    ],
    ['its own end', { Cmd: ['-c', 'echo hello; sleep 0.6; exit 3'] }, []],
    [
      'rename',
      {},
      [
        ['POST', `/rename?name=${NAME}-b`],
        ['POST', `/rename?name=${NAME}`],
      ],
    ],
  ])('tell the same of %s', async (_, options, calls) => {
    const ids = await made(options);
    await Promise.all([sides.real.listen(ids.real), sides.fake.listen(ids.fake)]);
    await alike('POST', `/containers/${NAME}/start`);
    await sleep(300);
    for (const [method, path] of calls)
      for (const side of ['real', 'fake'] as const)
        await sides[side].call(method, `/containers/${ids[side]}${path}`);
    const [ofReal, ofFake] = await heardOfBoth();
    expect(ofFake).toEqual(ofReal);
    expect(ofReal[0]).toBe('network connect bridge');
    if (!calls.some(([method]) => method === 'DELETE')) await sameState();
  });

  it('tell the same of a network that is taken away', async () => {
    const ids = await made();
    await both('POST', '/networks/create', { Name: NAME, Labels: { 'rdzen.rig': 'fakedocker' } });
    await Promise.all([sides.real.listen(ids.real), sides.fake.listen(ids.fake)]);
    await alike('POST', `/networks/${NAME}/connect`, { Container: NAME });
    await alike('POST', `/containers/${NAME}/start`);
    await sleep(300);
    await alike('POST', `/networks/${NAME}/disconnect`, { Container: NAME });
    await alike('POST', `/networks/${NAME}/connect`, { Container: NAME });
    await alike('POST', `/containers/${NAME}/stop?t=5`);
    const [ofReal, ofFake] = await heardOfBoth();
    // The networks of one start or end come in no order.
    expect([...ofFake].sort()).toEqual([...ofReal].sort());
    expect(ofReal.filter((told) => told === `network disconnect ${NAME}`)).toHaveLength(3);
    await both('DELETE', `/networks/${NAME}`);
  });

  it('tell the same of the memory that ran out', async () => {
    const Memory = 16 << 20;
    const options = {
      Cmd: ['-c', 'echo hello; sleep 0.6; x=a; while :; do x=$x$x; done'],
      HostConfig: { Memory, MemorySwap: Memory, Init: false },
    };
    const { id } = await real.make(NAME, options);
    const twin = fake.engine.create(NAME, { Image: 'shell:1', Cmd: ['-c', FOREVER] });
    await Promise.all([sides.real.listen(id), sides.fake.listen(twin.id)]);
    await alike('POST', `/containers/${NAME}/start`);
    await sleep(300);
    twin.runOutOfMemory();
    await eventually('the real one has died', async () => (await stateOf()).real !== undefined);
    const [ofReal, ofFake] = await heardOfBoth();
    expect(ofFake).toEqual(ofReal);
    expect(ofReal.slice(2, 4)).toEqual(['oom', 'die 137']);
    await sameState();
  });

  it('start again what dies by itself, with the same waits', async () => {
    const ids = await made({ Cmd: ['-c', 'exit 3'], ...POLICY });
    await Promise.all([sides.real.listen(ids.real), sides.fake.listen(ids.fake)]);
    await alike('POST', `/containers/${NAME}/start`);
    await sleep(3_000);
    const [ofReal, ofFake] = await Promise.all([sides.real.heard(), sides.fake.heard()]);
    const life = ['network connect bridge', 'start', 'die 3', 'network disconnect bridge'];
    const lives = (told: string[]): number => told.length / life.length;
    expect(ofReal).toEqual(Array.from({ length: lives(ofReal) }, () => life).flat());
    expect(ofFake).toEqual(Array.from({ length: lives(ofFake) }, () => life).flat());
    // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s, and what each start of a real one takes.
    expect(Math.abs(lives(ofFake) - lives(ofReal))).toBeLessThanOrEqual(1);
  });
});
