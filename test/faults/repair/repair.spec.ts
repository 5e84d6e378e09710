import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen, type CoreView } from '../../support/running-rdzen';

jest.setTimeout(120_000);

interface Repair {
  step: string;
  why: string;
  outcome?: string;
}

/** The real process, its real engine and two scripted cores as real processes. */
describe('the repair of cores', () => {
  let rdzen: RunningRdzen;

  beforeEach(async () => {
    rdzen = await RunningRdzen.start();
  });
  afterEach(() => rdzen?.close());

  const core = async (id: number): Promise<CoreView> => {
    const found = (await rdzen.status()).cores.find((each) => each.id === id);
    if (!found) throw new Error(`no core ${id}`);
    return found;
  };
  const until = (
    id: number,
    good: (core: CoreView) => boolean,
    ms: number,
    what: string,
  ): Promise<CoreView> => eventually(() => core(id), good, ms, what);
  const repairs = async (id: number): Promise<Repair[]> =>
    (await rdzen.api('GET', `/api/v1/cores/${id}/repairs`)).body as unknown as Repair[];
  const pidOf = async (id: number): Promise<number> => (await core(id)).pid ?? 0;

  it.each([1, 2])(
    'starts core %i anew when it hangs: ready within 20 s, once, in a new process',
    async (id) => {
      const pid = await pidOf(id);
      process.kill(pid, 'SIGSTOP');
      const begun = performance.now();
      const after = await until(
        id,
        (now) => now.state === 'ready' && now.pid !== pid,
        20_000,
        'it is ready again',
      );
      const took = performance.now() - begun;
      process.stdout.write(`core ${id}: SIGSTOP to READY in ${(took / 1000).toFixed(1)} s\n`);
      expect(after.pid).not.toBe(pid);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      await eventually(
        () => repairs(id),
        ([first]) => first?.outcome !== undefined,
        5_000,
        'the repair is over',
      );
      expect(await repairs(id)).toMatchObject(
        [{ step: 'restart', why: /^silent: /, outcome: 'ready' }].map(matching),
      );
      expect((await rdzen.status()).epoch).toBe(id === 1 ? 2 : 1);
    },
  );

  it('answers a question that was being written when both cores hang', async () => {
    const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    try {
      const room = await ann.direct();
      await ann.say(room, 'Tell me a long story');
      await eventually(
        () => rdzen.active(),
        ({ in_flight }) => in_flight === 1,
        10_000,
        'it is being written',
      );
      for (const id of [1, 2]) process.kill(await pidOf(id), 'SIGSTOP');
      expect(await ann.waitForAnswers(room, 1, 60_000)).toHaveLength(1);
    } finally {
      ann.leave();
    }
  });

  it('makes a core anew that dies again and again, and leaves no process of it behind', async () => {
    const pids: number[] = [];
    for (let deaths = 0; deaths < 3; deaths++) {
      const { pid = 0 } = await until(
        2,
        (now) => now.pid !== undefined && !pids.includes(now.pid),
        15_000,
        'it runs',
      );
      pids.push(pid);
      process.kill(pid, 'SIGKILL');
    }
    await eventually(
      () => repairs(2),
      (all) => all.length > 0,
      10_000,
      'it is repaired',
    );
    expect(await repairs(2)).toMatchObject([{ step: 'recreate', why: /^crash-loop: / }].map(matching));
    await until(2, ({ state }) => state === 'ready', 20_000, 'it is ready again');
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('waits while it is paused, and begins when the pause is over', async () => {
    const paused = await rdzen.api('POST', '/api/v1/failover/pause', { ttl: '12s' });
    expect(paused.status).toBe(200);
    const pid = await pidOf(2);
    process.kill(pid, 'SIGSTOP');
    await until(2, ({ state }) => state === 'down', 10_000, 'it is found out');
    await new Promise((done) => setTimeout(done, 4_000));
    expect((await core(2)).pid).toBe(pid);
    expect(await repairs(2)).toEqual([]);
    await until(2, (now) => now.state === 'ready' && now.pid !== pid, 20_000, 'it is repaired after that');
  });
});

/** `toMatchObject` with patterns for strings. */
function matching(expected: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [
      key,
      value instanceof RegExp ? (expect.stringMatching(value) as unknown) : value,
    ]),
  );
}
