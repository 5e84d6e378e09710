import { existsSync } from 'node:fs';
import type { TrialReport } from '../../../src/sandbox/trial-report';
import { eventually } from '../../support/chat-person';
import { registryMissing } from '../../support/components/local-registry';
import {
  serviceImages,
  SHOP,
  SHOP_TOOL,
  STORE,
  STORE_SERVICE,
} from '../../support/components/services/manifests';
import { docker } from '../support/docker-command';
import { dockerRig } from '../support/docker-rig';
import { ComponentRoad } from './support/component-road';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED a service and one that uses it: ${missing}\n`);

jest.setTimeout(200_000);
const PUT = 'Put the word tea away in the store, under drink.';
const LOOK = 'Look up what the store keeps under drink.';

const helper = (): Record<string, string> => ({ RDZEN_HELPER_IMAGE: dockerRig().images.rdzen });

interface Health {
  state: string;
  restarts: number;
}

/** From its trial to its removal, with a component that uses it, on a real engine. */
suite('a service, and a component that uses it', () => {
  let road: ComponentRoad;

  beforeAll(async () => {
    road = await ComponentRoad.open();
    const images = await serviceImages();
    await road.offer(STORE_SERVICE, images.store);
    await road.offer(SHOP_TOOL, images.shop);
    await road.begin(helper());
    road.wishes.set(PUT, { tool: 'put_away', arguments: { key: 'drink', word: 'tea' } });
    road.wishes.set(LOOK, { tool: 'look_up', arguments: { key: 'drink' } });
  }, 240_000);
  afterEach(() => void process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`));
  afterAll(async () => {
    if (road && !road.stage.rdzen.exited) await road.stage.rdzen.exitCleanly();
    const left = await road?.left();
    await road?.close();
    expect(left).toEqual([]);
  }, 90_000);

  const said = async (text: string): Promise<string> => (await road.say(road.root, text))[0]?.text ?? '';
  const health = async (): Promise<Health | undefined> => {
    const { body } = await road.stage.rdzen.api('GET', `/api/v1/components/${encodeURIComponent(STORE)}`);
    return (body as { health?: Health }).health;
  };
  const containersOf = async (name: string): Promise<string[]> =>
    (await docker('ps', '--quiet', '--no-trunc', '--filter', `label=rdzen.component=${name}`))
      .split('\n')
      .filter(Boolean);
  const networksOf = async (id: string): Promise<string[]> => {
    const told = await docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', id);
    return Object.values(JSON.parse(told) as Record<string, { NetworkID: string }>).map(
      ({ NetworkID }) => NetworkID,
    );
  };

  const tried = async (): Promise<void> => {
    const { rdzen } = road.stage;
    const { body } = await rdzen.api('GET', `/api/v1/trials?component=${encodeURIComponent(STORE)}`);
    const [{ id }] = body as unknown as [{ id: string }];
    const report = (await rdzen.api('GET', `/api/v1/trials/${id}/report`)).body as unknown as TrialReport;
    expect(report).toMatchObject({ kind: 'service', tools: [], latency: { calls: 20 } });
    expect(report.checks.map(({ number, status }) => `${number} ${status}`)).toEqual(
      [0, 1, 2, 9, 10, 11, 13, 14, 17].map((number) => `${number} passed`),
    );
    expect(report.checks.find(({ id: check }) => check === 'crash')?.detail).toMatch(
      /well again in \d+ ms; files that it kept: 1, all there/,
    );
  };

  it('is tried, installed, used, killed, well again with its data, also after a death of Rdzen, and removed', async () => {
    expect(await road.trial('shop')).toMatch(/passed its trial[\s\S]*2 of 2 calls could not be shown/);
    expect(await said('!install shop')).toContain(`uses the service ${STORE}, which is not installed`);
    expect(await road.trial('store')).toMatch(/passed its trial/);
    await tried();
    await road.install('store');
    await eventually(health, (now) => now?.state === 'healthy', 30_000, 'the service is well');
    await road.install('shop');
    await said('!promote shop');

    expect(await road.ask(PUT)).toContain('put tea under drink');
    const [service = ''] = await containersOf(STORE);
    const [user = ''] = await containersOf(SHOP);
    const [network = '', ...others] = await networksOf(user);
    expect([others, await networksOf(service)]).toEqual([[], [network]]);
    expect(await docker('network', 'inspect', '--format', '{{.Internal}}', network)).toBe('true');
    expect(await docker('port', service)).toBe('');

    await docker('kill', service);
    const again = await eventually(
      health,
      (now) => now?.restarts === 1 && now.state === 'healthy',
      30_000,
      'the service is well again',
    );
    expect(again).toMatchObject({ state: 'healthy', restarts: 1 });
    expect(await containersOf(STORE)).not.toContain(service);
    expect(await road.ask(LOOK)).toContain('kept under drink: tea');
    expect(await said('!components store')).toMatch(/well[\s\S]*started again once/);

    const [second = ''] = await containersOf(STORE);
    await road.stage.kill();
    await road.stage.run(helper());
    await eventually(health, (now) => now?.state === 'healthy', 40_000, 'the service runs after a restart');
    const [third, ...more] = await containersOf(STORE);
    expect([more, third === second]).toEqual([[], false]);
    expect(await road.ask(LOOK)).toContain('kept under drink: tea');

    await said('!remove store');
    expect(await road.ask(LOOK)).toContain(`uses the service ${STORE}, which is not in use (removed)`);
    await said('!remove shop');
    await eventually(
      () => road.left(),
      ({ length }) => length === 0,
      30_000,
      'nothing is left',
    );
    await said('!remove store data');
  });
});
