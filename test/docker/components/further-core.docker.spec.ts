import { existsSync } from 'node:fs';
import type { CoreView } from '../../support/running-rdzen';
import { eventually } from '../../support/chat-person';
import { registryMissing } from '../../support/components/local-registry';
import { type GuardRig, missing as guardMissing, startGuardRig } from '../guard/support/guard-rig';
import { ContainerCores } from '../support/container-cores';
import { docker } from '../support/docker-command';
import { dockerRig } from '../support/docker-rig';
import { ComponentRoad } from './support/component-road';
import { THIRD, THIRD_NAME, thirdCoreImage } from './support/third-core';

const missing = existsSync('/var/run/docker.sock') ? (registryMissing ?? guardMissing) : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED a core that comes as a component: ${missing}\n`);

jest.setTimeout(200_000);
const STORY = 'Tell me a long story';

/** From its trial to its removal, on a real engine and through the docker-guard. */
suite('a core that comes as a component', () => {
  let cores: ContainerCores;
  let guard: GuardRig;
  let road: ComponentRoad;

  beforeAll(async () => {
    cores = await ContainerCores.start(2, 40);
    road = await ComponentRoad.open({
      coreUrls: cores.ports.map((port) => `http://127.0.0.1:${port}`),
      environment: cores.environment,
    });
    const { rdzen } = dockerRig().images;
    guard = await startGuardRig({
      RDZEN_GUARD_REGISTRIES: road.registry.host,
      RDZEN_GUARD_HELPER_IMAGE: rdzen,
      RDZEN_GUARD_CORE_NETWORK: cores.network,
    });
    await road.offer(THIRD, thirdCoreImage());
    await road.begin({ RDZEN_DOCKER_HOST: `unix://${guard.socket}`, RDZEN_HELPER_IMAGE: rdzen });
  }, 240_000);
  afterEach(() => void process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`));
  afterAll(async () => {
    try {
      await road.stage.rdzen.exitCleanly();
      expect(await road.left()).toEqual([]);
    } finally {
      await road?.close();
      await guard?.close();
      await cores?.remove();
    }
  }, 90_000);

  const said = async (text: string): Promise<string> => (await road.say(road.root, text))[0]?.text ?? '';
  const third = async (): Promise<CoreView | undefined> =>
    (await road.stage.rdzen.status()).cores.find(({ id }) => id === 11);
  const name = (): string => `${cores.project}-core11`;
  const named = async (): Promise<string[]> =>
    [
      await docker('ps', '--all', '--filter', `name=${name()}`, '--format', '{{.Names}}'),
      await docker('volume', 'ls', '--filter', `name=${name()}`, '--format', '{{.Name}}'),
    ].filter(Boolean);

  it('is tried, approved by two, joins, answers when both others are dead, and leaves after its last answer', async () => {
    expect(await road.trial('third-core')).toMatch(/✅ passed its trial/);
    await road.install('third-core');
    await eventually(
      third,
      (core) => core?.state === 'ready' && core.continues !== undefined,
      40_000,
      'core 11 is ready',
    );
    expect(await named()).toEqual([name(), `${name()}-models`]);
    const [found] = JSON.parse(await docker('inspect', name())) as {
      Config: { User: string };
      HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] };
      NetworkSettings: { Networks: Record<string, { Aliases: string[] }> };
    }[];
    expect(found?.Config.User).toBe('10001:10001');
    expect(found?.HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
    expect(Object.keys(found?.NetworkSettings.Networks ?? {})).toEqual([cores.network]);
    expect(await said('!components')).toMatch(/third-core.*core 11, ready/);
    expect(await said('!status')).toContain(THIRD_NAME);

    await docker('kill', cores.name(1), cores.name(2));
    expect(await road.ask('Hello, who are you?')).toMatch(/scripted core/);
    expect((await road.stage.rdzen.status()).active_core).toBe(11);
    await docker('start', cores.name(1), cores.name(2));
    await eventually(
      () => road.stage.rdzen.status(),
      ({ cores: all }) => all.every(({ state }) => state === 'ready'),
      60_000,
      'the others are back',
    );

    await road.stage.rdzen.api('POST', '/switch_core', { core_id: 11 });
    const question = await road.ann.say(road.channel, `@system-bot ${STORY}`);
    await eventually(third, (core) => (core?.in_flight ?? 0) > 0, 15_000, 'core 11 writes');
    await said('!remove third-core');
    const answers = await eventually(
      () => road.under(question),
      ({ length }) => length > 0,
      60_000,
      'the story is told',
    );
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toMatch(/^[\s\S]*1\. [\s\S]*2\. /);
    await eventually(named, ({ length }) => length === 0, 60_000, 'container and volume are gone');
    expect((await road.stage.rdzen.status()).cores.map(({ id }) => id)).toEqual([1, 2]);
    const inside = JSON.parse(await docker('network', 'inspect', cores.network)) as {
      Containers: Record<string, { Name: string }>;
    }[];
    expect(Object.values(inside[0]?.Containers ?? {}).map(({ Name }) => Name)).not.toContain(name());
    expect(guard.refused.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  });
});
