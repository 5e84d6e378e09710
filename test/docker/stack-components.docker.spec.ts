import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findNpm } from '../../src/built-in-engine/npm-program';
import { ChatPerson, eventually } from '../support/chat-person';
import { publishComponent } from '../support/components/component-image';
import { registryMissing } from '../support/components/local-registry';
import { serviceImages, SHOP_TOOL, STORE, STORE_SERVICE } from '../support/components/services/manifests';
import { ComponentTalk, type OpenApproval } from './components/support/component-talk';
import { THIRD, thirdCoreImage } from './components/support/third-core';
import { docker, tryDocker } from './support/docker-command';
import { dockerRig } from './support/docker-rig';
import { LocalComposition } from './support/local-composition';
import { serving, status } from './support/serving';

const suite = registryMissing === undefined ? describe : describe.skip;
if (registryMissing !== undefined)
  process.stderr.write(`SKIPPED components of the composition: ${registryMissing}\n`);

jest.setTimeout(180_000);
const SPEC = 'time-mcp@1.0.6';
const TIME = 'io.github.yokingma/time-mcp';
const REGISTRY_CONFIG = `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: /var/lib/registry }, delete: { enabled: true } }
http: { addr: ":5000" }
`;
/** What this machine trusts besides what Node does; the packages come over its network. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const rig = dockerRig();

class CompositionTalk extends ComponentTalk {
  constructor(readonly composition: LocalComposition) {
    super();
  }

  async enter(): Promise<void> {
    const { chat } = this.composition;
    const key = await this.inside('cat', '/run/rdzen-secrets/admin-password');
    this.root = await ChatPerson.enter(chat, 'Root', key);
    this.boss = await ChatPerson.enter(chat, 'Boss', key);
    this.ann = await ChatPerson.enter(chat, 'Ann');
    this.channel = await this.root.channel('office', ['system-bot', this.boss.username, this.ann.username]);
  }

  leave(): void {
    for (const person of [this.root, this.boss, this.ann] as (ChatPerson | undefined)[]) person?.leave();
  }

  inside(...command: string[]): Promise<string> {
    return this.composition.inside('rdzen', ...command);
  }

  /** With the administrator's key. @param path with its leading slash */
  async api(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const authorization = `Bearer ${await this.inside('cat', '/data/admin.key')}`;
    const answer = await fetch(`${this.composition.api}${path}`, {
      ...{ method, headers: { authorization }, signal: AbortSignal.timeout(30_000) },
    });
    return answer.json();
  }

  async health(component: string): Promise<{ state: string; restarts: number } | undefined> {
    const found = await this.api('GET', `/api/v1/components/${encodeURIComponent(component)}`);
    return (found as { health?: { state: string; restarts: number } }).health;
  }

  protected async approvals(): Promise<OpenApproval[]> {
    return (await this.api('GET', '/api/v1/approvals')) as OpenApproval[];
  }

  protected lastWords(): string {
    return execFileSync('docker', ['logs', '--tail', '30', this.composition.container('rdzen')], {
      encoding: 'utf8',
    });
  }
}

/** As whoever has only docker-compose.yml gets one: everything through the composition's own registry and docker-guard. */
suite('a component in the composition', () => {
  let composition: LocalComposition;
  let talk: CompositionTalk;
  let registry: string;
  let owner: string;
  const pushed: string[] = [];

  beforeAll(async () => {
    const npm = findNpm({ nodeProgram: process.execPath, environment: process.env, platform: 'linux' });
    const registryOfNpm = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
    composition = await LocalComposition.prepare(`rdzen-components-${process.pid}`, {
      files: ['test/docker/support/stack-components.compose.yml'],
      env: {
        NPM_CONFIG_REGISTRY: registryOfNpm,
        RDZEN_TEST_NPM: dirname(dirname(npm?.args[0] ?? '')),
        ...(existsSync(AUTHORITIES) && { RDZEN_TEST_CA: '/config/authorities.pem' }),
      },
    });
    ({ registry } = composition);
    const config = join(composition.folder, 'config');
    mkdirSync(config);
    writeFileSync(join(config, 'registry.yml'), REGISTRY_CONFIG);
    if (existsSync(AUTHORITIES)) copyFileSync(AUTHORITIES, join(config, 'authorities.pem'));
    await composition.up();
    await serving(composition.api);
    talk = new CompositionTalk(composition);
    await talk.enter();
  }, 400_000);

  afterAll(async () => {
    process.stdout.write(`\n${talk?.transcript.join('\n')}\n`);
    talk?.leave();
    await composition?.remove();
    for (const image of [`${registry}/base:1`, ...pushed]) await tryDocker(['rmi', '--force', image]);
  }, 120_000);

  it('is packed by one command, which the card names', async () => {
    const [card] = await talk.say(talk.root, '!component time-mcp');
    expect(card?.text).toContain(`\`docker compose run --rm pack ${SPEC}\``);
    const [refused] = await talk.say(talk.root, '!trial time-mcp');
    expect(refused?.text).toContain(`docker compose run --rm pack ${SPEC}`);
    // The engine and what is packed know the registry by one name, and reach it by two.
    await docker('tag', rig.images.base, `${registry}/base:1`);
    await docker('push', '--quiet', `${registry}/base:1`);
    const told = await composition.compose([
      'run',
      '--rm',
      '-T',
      'pack',
      SPEC,
      '--base',
      `${registry}/base:1`,
    ]);
    expect(told).toContain(`pushed:  ${registry}/time-mcp@sha256:`);
    expect(told).toContain('of the catalogue has its image now');
    expect((await talk.say(talk.root, '!component time-mcp'))[0]?.text).not.toContain('docker compose');
  });

  it('is tried, agreed to, asked, and what it said stands in the answer', async () => {
    expect(await talk.trial('time-mcp')).toMatch(/passed its trial/);
    await talk.install('time-mcp');
    const asked = await talk.ann.say(talk.channel, '@system-bot What is the current time in Tokyo?');
    expect(await talk.onlyAnswer(asked)).toMatch(
      /`time-mcp__current_time` called, and it answered: [\s\S]*\d\d:\d\d:\d\d/,
    );
  });

  it('answers also after rdzen was killed', async () => {
    const container = composition.container('rdzen');
    const started = (): Promise<string> => docker('inspect', '--format', '{{.State.StartedAt}}', container);
    const before = await started();
    await tryDocker(['exec', container, 'kill', '-9', '-1']);
    await eventually(started, (after) => after !== before, 30_000, 'rdzen was started again');
    const asked = await talk.ann.say(talk.channel, '@system-bot What is the current time in Warsaw?');
    expect(await talk.onlyAnswer(asked, 120_000)).toMatch(
      /`time-mcp__current_time` called[\s\S]*\d\d:\d\d:\d\d/,
    );
    owner = await docker(
      ...['ps', '--filter', `label=rdzen.component=${TIME}`, '--format', '{{.Label "rdzen.owner"}}'],
    );
    expect(owner).toMatch(/^\w+$/);
  });

  it('may be of your own: its manifest is copied in, its image pushed, and the source read again', async () => {
    const own = join(composition.folder, 'catalogue');
    mkdirSync(join(own, 'own'), { recursive: true });
    const images = await serviceImages();
    for (const [component, image] of [
      [STORE_SERVICE, images.store],
      [SHOP_TOOL, images.shop],
      [THIRD, thirdCoreImage()],
    ] as const) {
      const { manifest, reference } = await publishComponent(component, image, registry);
      pushed.push(reference);
      writeFileSync(join(own, 'own', `${component.behaviour}.json`), JSON.stringify({ manifest }));
    }
    const source = { name: 'own', kind: 'folder', location: '/data/catalogue/own', trust: 'untrusted' };
    writeFileSync(join(own, 'sources.json'), JSON.stringify({ shipped: true, sources: [source] }));
    await composition.compose(['cp', own, 'rdzen:/data/']);
    expect(await talk.api('POST', '/api/v1/catalogue/sources/reload')).toMatchObject({
      sources: [
        { name: 'shipped', entries: 8 },
        { name: 'own', state: 'fresh', entries: 3, refused: [] },
      ],
    });
  });

  it('may be a service: what uses it reaches it, also after it was killed', async () => {
    expect(await talk.trial('store')).toMatch(/passed its trial/);
    await talk.install('store');
    await eventually(
      () => talk.health(STORE),
      (health) => health?.state === 'healthy',
      40_000,
      'the service is well',
    );
    expect(await talk.trial('shop')).toMatch(/passed its trial/);
    await talk.install('shop');
    await talk.say(talk.root, '!promote shop');
    expect(await talk.ask('Put away "tea" in the store, please.')).toContain('put tea under tea');
    await docker('kill', await docker('ps', '-q', '--filter', `label=rdzen.component=${STORE}`));
    await eventually(
      () => talk.health(STORE),
      (health) => health?.restarts === 1 && health.state === 'healthy',
      40_000,
      'the service is well again',
    );
    expect(await talk.ask('Look up what is kept under "tea".')).toContain('kept under tea: tea');
  });

  it('may be a further core, which answers where both others are dead', async () => {
    expect(await talk.trial('third-core')).toMatch(/passed its trial/);
    await talk.install('third-core');
    const cores = async (): Promise<string> =>
      (await status(composition.api))?.cores.map(({ id, state }) => `${id} ${state}`).join(', ') ?? '';
    await eventually(cores, (all) => all === '1 ready, 2 ready, 11 ready', 60_000, 'core 11 is ready');
    const others = ['core1', 'core2'].map((name) => composition.container(name));
    await docker('kill', ...others);
    expect(await talk.ask('Hello, who are you?')).toMatch(/scripted core/);
    expect((await status(composition.api))?.active_core).toBe(11);
    await docker('start', ...others);
    await eventually(cores, (all) => all === '1 ready, 2 ready, 11 ready', 60_000, 'the others are back');
    const all = ['third-core', 'shop', 'store', 'third-core data', 'store data'];
    for (const one of all) await talk.say(talk.root, `!remove ${one}`);
    await eventually(cores, (all) => all === '1 ready, 2 ready', 60_000, 'core 11 has left');
  });

  it('is gone with the composition', async () => {
    await composition.compose(['down', '--volumes', '--timeout', '30']);
    for (const kind of [
      ['ps', '-aq'],
      ['network', 'ls', '-q'],
      ['volume', 'ls', '-q'],
    ])
      expect(await docker(...kind, '--filter', `label=rdzen.owner=${owner}`)).toBe('');
  });
});
