import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';
import { ContainerCores, SOCKET } from '../support/container-cores';
import { EngineDoor } from '../support/engine-door';

jest.setTimeout(180_000);

interface DockerView {
  reachable: boolean;
  problem?: string;
}

describe('a Docker engine in trouble', () => {
  let cores: ContainerCores;
  let door: EngineDoor;
  let rdzen: RunningRdzen;
  let ann: ChatPerson;
  let room: string;

  const docker = async (): Promise<DockerView | undefined> =>
    ((await rdzen.status()) as unknown as { docker?: DockerView }).docker;
  const begin = async (host: string): Promise<void> => {
    rdzen = await RunningRdzen.start({ ...cores.environment, RDZEN_DOCKER_HOST: host });
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    room = await ann.direct();
  };

  beforeAll(async () => {
    cores = await ContainerCores.start();
    door = await EngineDoor.open(SOCKET());
  });
  afterEach(async () => {
    ann?.leave();
    await rdzen?.close();
    for (const id of [1, 2])
      await cores
        .container(id)
        .start()
        .catch(() => undefined);
  });
  afterAll(async () => {
    await door?.close();
    await cores?.remove();
  });

  it('delays no failover while it hangs, and repairs when it is back', async () => {
    await begin(`unix://${door.path}`);
    expect(await docker()).toMatchObject({ reachable: true });
    const { id } = await rdzen.active();
    const { epoch } = await rdzen.status();
    await ann.say(room, 'Tell me a long story');
    await eventually(
      () => ann.answersIn(room),
      ({ length }) => length === 1,
      20_000,
      'it is being written',
    );
    door.hang();
    await cores.container(id).kill();
    await eventually(
      () => rdzen.status(),
      (status) => status.epoch > epoch,
      2_000,
      'another is active',
    );
    expect(await ann.waitForAnswers(room, 1, 40_000)).toHaveLength(1);
    const told = await eventually(docker, (view) => view?.reachable === false, 40_000, 'it says so');
    expect(told?.problem).toMatch(/within \d+ s/);
    door.goOn();
    await rdzen.ready(90_000);
    expect(await docker()).toMatchObject({ reachable: true });
  });

  it('takes up the events where they broke: a death meanwhile is not missed, nor told twice', async () => {
    await begin(`unix://${door.path}`);
    const { id } = await rdzen.active();
    const standby = id === 1 ? 2 : 1;
    door.hang();
    await cores.container(standby).kill();
    door.goOn();
    await eventually(
      async () => (await rdzen.api('GET', `/api/v1/cores/${standby}/repairs`)).body as unknown as unknown[],
      ({ length }) => length === 1,
      30_000,
      'it is repaired',
    );
    await rdzen.ready(60_000);
    expect((await rdzen.status()).epoch).toBe(1);
  });

  it('starts, answers and switches without an engine, and says what it cannot do', async () => {
    await begin('unix:///nowhere/docker.sock');
    expect(await docker()).toMatchObject({
      reachable: false,
      problem: expect.stringContaining('nothing answers at RDZEN_DOCKER_HOST') as string,
    });
    const { id } = await rdzen.active();
    await cores.container(id).kill();
    await ann.say(room, 'Are you there?');
    expect(await ann.waitForAnswers(room, 1, 20_000)).toHaveLength(1);
    await eventually(
      () => rdzen.active(),
      (now) => now.id !== id,
      10_000,
      'another is active',
    );
  });
});
