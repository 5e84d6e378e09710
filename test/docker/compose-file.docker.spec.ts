import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, composeConfig, type ConfigService, PROJECT } from './support/composition';

const OVERRIDES = ['original-ports', 'gpu', 'build', 'monitoring'];
const SERVICES = [
  'core1',
  'core2',
  'docker-guard',
  'first-start',
  'mongodb',
  'rdzen',
  'registry',
  'rocketchat',
  'sandbox-ollama',
];
/** Ends by itself. */
const ONE_SHOT = 'first-start';

const all = (config: Config): [string, ConfigService][] => Object.entries(config.services);
const subsets = OVERRIDES.reduce<string[][]>(
  (sets, each) => [...sets, ...sets.map((set) => [...set, each])],
  [[]],
);

describe('docker-compose.yml', () => {
  let config: Config;
  beforeAll(async () => (config = await composeConfig()));
  const service = (name: string): ConfigService => {
    const found = config.services[name];
    if (!found) throw new Error(`no service ${name}`);
    return found;
  };

  it('has the services of the original design and ours', () => {
    expect(Object.keys(config.services).sort()).toEqual(SERVICES);
    expect(config.name).toBe('rdzen');
  });

  it.each(subsets.map((set) => [set.join(' + ') || 'nothing else', set] as const))(
    'is valid with %s',
    async (_, set) => {
      const { services } = await composeConfig([...set], { profiles: ['monitoring'] });
      expect(Object.keys(services).sort()).toEqual(
        set.includes('monitoring') ? [...SERVICES, 'prometheus'].sort() : SERVICES,
      );
    },
  );

  it('packs with a program that is not started by itself, and reaches the registry only', async () => {
    expect(config.services['pack']).toBeUndefined();
    const { services } = await composeConfig([], { profiles: ['pack'], env: { REGISTRY_PORT: '6001' } });
    expect(Object.keys(services).sort()).toEqual([...SERVICES, 'pack'].sort());
    const { pack, rdzen, 'docker-guard': guard } = services;
    expect(pack).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      entrypoint: ['node', 'dist/cli.js', 'component', 'pack'],
      environment: { RDZEN_REGISTRY: '127.0.0.1:6001', RDZEN_REGISTRY_ADDRESS: 'registry:5000' },
    });
    expect(Object.keys(pack?.networks ?? {})).toEqual(['registry_network']);
    expect(pack?.volumes?.map(({ target, read_only }) => [target, read_only ?? false])).toEqual([
      ['/data', false],
      ['/data/shared', true],
      ['/tmp', false],
    ]);
    // Whatever account of a registry is set for rdzen is as whole here.
    const account = Object.keys(rdzen?.environment ?? {}).filter((name) => name.startsWith('RDZEN_REGISTRY'));
    expect(Object.keys(pack?.environment ?? {})).toEqual(expect.arrayContaining(account));
    // All three mean the same registry, whatever its port.
    expect(rdzen?.environment?.RDZEN_REGISTRY).toBe('127.0.0.1:6001');
    expect(guard?.environment?.RDZEN_GUARD_REGISTRIES).toBe('127.0.0.1:6001');
  });

  it('tells people the ports of this machine', async () => {
    const ports = { RDZEN_PORT: '6000', RDZEN_CHAT_PORT: '4000' };
    const { rdzen, rocketchat } = (await composeConfig([], { env: ports })).services;
    expect(rdzen?.environment).toMatchObject({
      RDZEN_URL: 'http://127.0.0.1:6000',
      RDZEN_CHAT_URL: 'http://localhost:4000',
    });
    expect(rocketchat?.environment?.ROOT_URL).toBe('http://localhost:4000');
    const own = { ...ports, ROOT_URL: 'https://chat.example.org', RDZEN_URL: 'https://rdzen.example.org' };
    expect((await composeConfig([], { env: own })).services['rdzen']?.environment).toMatchObject({
      RDZEN_URL: 'https://rdzen.example.org',
      RDZEN_CHAT_URL: 'https://chat.example.org',
    });
  });

  it('gives the Docker socket to docker-guard and nobody else', async () => {
    const every = await composeConfig(OVERRIDES, { profiles: ['monitoring'] });
    const holders = all(every).filter(([, { volumes = [] }]) =>
      volumes.some(
        ({ source = '', target }) => /docker\.sock/.test(source + target) || /^\/(var\/)?run$/.test(source),
      ),
    );
    expect(holders.map(([name]) => name)).toEqual(['docker-guard']);
    expect(service('docker-guard').network_mode).toBe('none');
    for (const [, { privileged, pid, ipc }] of all(every))
      expect([privileged, pid, ipc]).toEqual([undefined, undefined, undefined]);
  });

  it('pins every image, and every service has a health check, limits, a restart policy and a grace period', async () => {
    const every = await composeConfig(OVERRIDES, { profiles: ['monitoring'] });
    for (const [name, each] of all(every)) {
      expect([name, each.image]).toEqual([name, expect.stringMatching(/^[a-z./-]+:v?\d+\.\d+\.\d+$/)]);
      expect([name, each.deploy?.resources?.limits]).toEqual([
        name,
        { memory: expect.stringMatching(/^\d+$/), pids: expect.any(Number) },
      ]);
      expect([name, each.stop_grace_period]).toEqual([name, expect.stringMatching(/s$/)]);
      expect([name, each.security_opt]).toEqual([name, ['no-new-privileges:true']]);
      expect([name, each.restart]).toEqual([name, name === ONE_SHOT ? 'no' : 'unless-stopped']);
      if (name === ONE_SHOT) continue;
      expect([name, each.healthcheck?.test?.[0]]).toEqual([name, 'CMD']);
    }
  });

  it('publishes chat, API and registry on loopback, and no core', () => {
    const published = all(config).flatMap(([name, { ports = [] }]) =>
      ports.map(({ host_ip, published: port, target }) => `${name} ${host_ip}:${port}->${target}`),
    );
    expect(published.sort()).toEqual([
      'rdzen 127.0.0.1:5000->5000',
      'registry 127.0.0.1:5001->5000',
      'rocketchat 127.0.0.1:3000->3000',
    ]);
  });

  it('publishes chat and API elsewhere only when told so, and the registry never', async () => {
    const open = await composeConfig([], { env: { RDZEN_PUBLISH: '0.0.0.0' } });
    const address = (name: string): string | undefined => open.services[name]?.ports?.[0]?.host_ip;
    expect(['rdzen', 'rocketchat', 'registry'].map(address)).toEqual(['0.0.0.0', '0.0.0.0', '127.0.0.1']);
  });

  it('publishes the cores as in the original design with its override', async () => {
    const { services } = await composeConfig(['original-ports']);
    const ports = ['core1', 'core2'].map((name) => services[name]?.ports?.map(({ published }) => published));
    expect(ports).toEqual([['11434'], ['11435']]);
  });

  it('has the networks and names of the original design', () => {
    expect(config.networks['sandbox_network']?.internal).toBe(true);
    expect(config.networks['system_network']?.internal ?? false).toBe(false);
    expect(Object.keys(service('sandbox-ollama').networks ?? {})).toEqual(['sandbox_network']);
    expect(config.networks['core_network']?.internal).toBe(true);
    // Neither asks for a password, so that no core may reach them.
    expect(config.networks['database_network']?.internal).toBe(true);
    const on = (network: string): string[] =>
      Object.keys(config.services).filter((name) => network in (service(name).networks ?? {}));
    expect(on('database_network').sort()).toEqual(['mongodb', 'rocketchat']);
    expect(on('registry_network').sort()).toEqual(['rdzen', 'registry']);
    expect(on('system_network').sort()).toEqual(['core1', 'core2', 'rdzen', 'rocketchat']);
    expect(Object.keys(service('rdzen').networks ?? {}).sort()).toEqual([
      'core_network',
      'registry_network',
      'sandbox_network',
      'system_network',
    ]);
    expect(service('rdzen').networks?.['system_network']?.aliases).toEqual([
      'middleware-api',
      'core-manager',
    ]);
  });

  it('has every variable of the original design', () => {
    expect(service('core1').environment).toMatchObject({ CORE_ID: '1', IS_ACTIVE: 'true' });
    expect(service('core2').environment).toMatchObject({ CORE_ID: '2', IS_ACTIVE: 'false' });
    expect(service('rdzen').environment).toMatchObject({
      ACTIVE_CORE_ID: '1',
      OLLAMA_URL: 'http://sandbox-ollama:11434',
      OLLAMA_URL_CORE1: 'http://core1:11434',
      OLLAMA_URL_CORE2: 'http://core2:11434',
      ROCKETCHAT_URL: 'http://rocketchat:3000',
      ROCKETCHAT_USER: 'system-bot',
      ROCKETCHAT_PASSWORD_FILE: '/run/rdzen-secrets/bot-password',
    });
    expect(service('rocketchat').environment).toMatchObject({
      PORT: '3000',
      ROOT_URL: 'http://localhost:3000',
      MONGO_URL: 'mongodb://mongodb:27017/rocketchat?replicaSet=rs0',
      MONGO_OPLOG_URL: 'mongodb://mongodb:27017/local?replicaSet=rs0',
    });
    expect(service('mongodb').command).toEqual(
      expect.arrayContaining(['--oplogSize', '128', '--replSet', 'rs0']),
    );
  });

  it('mounts what the original design mounts', () => {
    const mounts = (name: string): string[] =>
      (service(name).volumes ?? []).map(
        ({ type, source = '', target, read_only }) =>
          `${type === 'bind' ? source.replace(/^.*\/rdzen-config-[^/]+/, '.') : source}:${target}${read_only ? ':ro' : ''}`,
      );
    expect(mounts('rocketchat')).toContain('./uploads:/app/uploads');
    expect(mounts('mongodb')).toContain('./data/db:/data/db');
    expect(mounts('rdzen')).toEqual(
      expect.arrayContaining(['./data/shared:/data/shared', './data/sandbox:/data/sandbox']),
    );
    for (const core of ['core1', 'core2']) {
      expect(mounts(core)).toEqual([`./data/ollama/${core}:/root/.ollama`, './data/shared:/data/shared:ro']);
      // Not the folder above, where the core's private key lies.
      expect(mounts('rdzen')).toContain(`./data/ollama/${core}:/models/${core}:ro`);
    }
    expect(mounts('sandbox-ollama')).toEqual(['./data/ollama/sandbox:/root/.ollama']);
  });

  it('labels what may be repaired and what only be watched', () => {
    const labels = Object.fromEntries(all(config).map(([name, each]) => [name, each.labels]));
    expect(labels).toMatchObject({
      core1: { 'rdzen.managed': 'true', 'rdzen.core': '1' },
      core2: { 'rdzen.managed': 'true', 'rdzen.core': '2' },
      rocketchat: { 'rdzen.watched': 'true' },
      mongodb: { 'rdzen.watched': 'true' },
    });
    const managed = Object.keys(labels).filter((name) => labels[name]?.['rdzen.managed']);
    expect(managed).toEqual(['core1', 'core2']);
  });

  it('names the containers as Compose will call them, under any project name', async () => {
    const { services } = await composeConfig([], { env: { COMPOSE_PROJECT_NAME: 'other' } });
    expect(services['rdzen']?.environment).toMatchObject({
      RDZEN_CONTAINER_CORE1: 'other-core1-1',
      RDZEN_CONTAINER_CORE2: 'other-core2-1',
      RDZEN_CONTAINER_ROCKETCHAT: 'other-rocketchat-1',
      RDZEN_CONTAINER_MONGODB: 'other-mongodb-1',
    });
  });

  it('starts Rocket.Chat by hand of nobody: an admin, no wizard, no second factor by e-mail', () => {
    const environment = service('rocketchat').environment ?? {};
    expect(environment).toMatchObject({
      ADMIN_USERNAME: 'admin',
      ADMIN_EMAIL_VERIFIED: 'true',
      OVERWRITE_SETTING_Show_Setup_Wizard: 'completed',
      OVERWRITE_SETTING_Accounts_TwoFactorAuthentication_By_Email_Auto_Opt_In: 'false',
      OVERWRITE_SETTING_Accounts_TwoFactorAuthentication_Enforce_Password_Fallback: 'false',
      OVERWRITE_SETTING_Accounts_RegistrationForm: 'Disabled',
    });
    // Without the usage report an unregistered workspace goes read-only.
    expect(environment).not.toHaveProperty('OVERWRITE_SETTING_Statistics_reporting');
    expect(service('rocketchat').depends_on).toMatchObject({ mongodb: { condition: 'service_healthy' } });
    expect(service('mongodb').healthcheck?.test?.join(' ')).toContain("host: 'mongodb:27017'");
  });

  it('shows no secret in what docker inspect shows', () => {
    const values = all(config).flatMap(([, each]) => Object.entries(each.environment ?? {}));
    const shown = values.filter(
      ([name, value]) => /PASS|TOKEN|SECRET/.test(name) && value && !value.startsWith('/'),
    );
    expect(shown).toEqual([]);
  });

  it('gives the GPUs to the cores, with their limits kept, by its override', async () => {
    const { services } = await composeConfig(['gpu']);
    for (const core of ['core1', 'core2']) {
      expect(services[core]?.deploy?.resources?.reservations?.devices).toEqual([
        expect.objectContaining({ driver: 'nvidia', capabilities: ['gpu'] }),
      ]);
      expect(services[core]?.deploy?.resources?.limits?.pids).toBe(1024);
    }
    expect(services['sandbox-ollama']?.deploy?.resources?.reservations).toBeUndefined();
  });

  it('tells every variable that may be set, with its default, in .env.example', () => {
    const files = ['docker-compose.yml', ...OVERRIDES.map((name) => `docker/compose.${name}.yml`)];
    const used = new Map<string, string>();
    // The inner ones first: a default may hold another variable.
    const fillIn = (text: string): string =>
      text.replace(/\$\{(\w+)(?::-([^${}]*))?\}/g, (_, name: string, value = '') => {
        used.set(name, value as string);
        return value as string;
      });
    let text = files.map((file) => readFileSync(join(PROJECT, file), 'utf8')).join('\n');
    for (let filled = fillIn(text); filled !== text; filled = fillIn(text)) text = filled;
    used.delete('COMPOSE_PROJECT_NAME');
    const example = readFileSync(join(PROJECT, '.env.example'), 'utf8');
    const told = new Map([...example.matchAll(/^#(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(used));
  });
});
