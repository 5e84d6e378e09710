import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen, type CoreView } from '../../support/running-rdzen';
import { ContainerCores } from '../support/container-cores';
import { GuardProcess } from '../support/guard-process';

jest.setTimeout(120_000);

const QUESTION = 'Tell me a long story';

interface Fault {
  name: string;
  hurt(this: void, cores: ContainerCores, id: number): Promise<unknown>;
  /** From the fault until another core is active, as in docs/failover.md, "How long it takes". */
  switchedMs: number;
  /** From the fault until the core is ready again, without anybody's help. */
  repairedMs: number;
  /** What only Docker can know of it; of the others a broken connection may tell first. */
  cause?: string;
}

/** A container that is killed through Docker is not started again by its restart policy, so the ladder has to. */
const FAULTS: Fault[] = [
  {
    name: 'docker kill',
    hurt: (cores, id) => cores.container(id).kill(),
    switchedMs: 2_000,
    repairedMs: 15_000,
  },
  {
    name: 'docker pause',
    hurt: (cores, id) => cores.container(id).pause(),
    switchedMs: 2_000,
    repairedMs: 20_000,
    cause: 'it was paused',
  },
  {
    name: 'memory that runs out',
    hurt: (cores, id) => cores.exhaustMemory(id),
    // Two seconds, and what it takes to eat the memory.
    switchedMs: 5_000,
    repairedMs: 30_000,
  },
  {
    name: 'docker network disconnect',
    hurt: (cores, id) => cores.disconnect(id),
    switchedMs: 2_000,
    repairedMs: 30_000,
  },
  {
    name: 'docker rm -f',
    hurt: (cores, id) => cores.container(id).remove({ force: true }),
    switchedMs: 2_000,
    repairedMs: 30_000,
  },
];

describe('a core in a container that fails in mid-answer, Docker behind the guard', () => {
  let cores: ContainerCores;
  let guard: GuardProcess;
  let rdzen: RunningRdzen;
  let ann: ChatPerson;
  let room: string;

  beforeAll(async () => {
    cores = await ContainerCores.start(2, 60);
    guard = await GuardProcess.start();
  });
  // Each with a Rdzen of its own, that has not been through anything yet.
  beforeEach(async () => {
    rdzen = await RunningRdzen.start({ ...cores.environment, RDZEN_DOCKER_HOST: `unix://${guard.path}` });
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    room = await ann.direct();
  });
  afterEach(async () => {
    ann?.leave();
    await rdzen?.close();
    expect(guard.refusals).toEqual([]);
  });
  afterAll(async () => {
    await guard?.close();
    await cores?.remove();
  });

  const core = async (id: number): Promise<CoreView> =>
    (await rdzen.status()).cores.find((each) => each.id === id)!;
  const until = (
    id: number,
    good: (core: CoreView) => boolean,
    ms: number,
    what: string,
  ): Promise<CoreView> => eventually(() => core(id), good, ms, what);

  it.each(FAULTS)('$name: one answer, one switch, and repaired', async ({ hurt, cause, ...bounds }) => {
    const { id: active } = await rdzen.active();
    const { epoch } = await rdzen.status();
    await ann.say(room, QUESTION);
    const [calm] = await ann.waitForAnswers(room, 1, 60_000);
    await ann.say(room, QUESTION);
    await eventually(
      () => ann.answersIn(room),
      (answers) => answers.length === 2 && (answers.at(-1)?.text.length ?? 0) > 40,
      20_000,
      'it is being written',
    );

    const begun = performance.now();
    const since = (): number => Math.round(performance.now() - begun);
    await hurt(cores, active);
    await eventually(
      () => rdzen.status(),
      (status) => status.epoch > epoch,
      bounds.switchedMs,
      'another is active',
    );
    const switched = since();
    const [answers, repaired] = await Promise.all([
      ann.waitForAnswers(room, 2, 40_000),
      until(active, ({ state }) => state !== 'ready', 2_000, 'it is seen to have failed')
        .then(() => until(active, ({ state }) => state === 'ready', bounds.repairedMs, 'it is repaired'))
        .then(since),
    ]);
    expect(repaired).toBeLessThan(bounds.repairedMs);
    process.stdout.write(`switched in ${switched} ms, ready again after ${(repaired / 1000).toFixed(1)} s\n`);

    expect(answers).toEqual([calm, calm]);
    expect((await rdzen.status()).epoch).toBe(epoch + 1);
    const { body } = await rdzen.api('GET', `/api/v1/cores/${active}/history`);
    if (cause) expect(JSON.stringify(body)).toContain(cause);
  });

  it('leaves a core that somebody stopped in Docker as it is, until somebody starts it', async () => {
    const { id } = await rdzen.active();
    await cores.container(id).stop({ t: 1 });
    await eventually(
      () => rdzen.active(),
      (now) => now.id !== id,
      10_000,
      'another is active',
    );
    await until(id, ({ state }) => state === 'stopped', 5_000, 'it is known to be stopped');
    await new Promise((done) => setTimeout(done, 8_000));
    expect((await cores.inspect(id)).State.Running).toBe(false);
    await cores.container(id).start();
    await until(id, ({ state }) => state === 'ready', 20_000, 'it is back');
  });

  it('keeps everything about a container it makes anew', async () => {
    const { id: active } = await rdzen.active();
    const id = active === 1 ? 2 : 1;
    const before = await cores.inspect(id);
    await cores.container(id).remove({ force: true });
    await until(id, ({ state }) => state !== 'ready', 5_000, 'it is gone');
    await until(id, ({ state }) => state === 'ready', 30_000, 'it is made anew');
    const after = await cores.inspect(id);
    expect(after.Id).not.toBe(before.Id);
    expect(after.Image).toBe(before.Image);
    expect(after.HostConfig).toEqual(before.HostConfig);
    expect(after.Config.Env).toEqual(before.Config.Env);
    expect(after.Config.Labels).toMatchObject(before.Config.Labels);
    expect(after.NetworkSettings.Networks[cores.network]?.Aliases).toContain(`core${id}`);
    expect((await rdzen.active()).id).toBe(active);
  });
});
