import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChatPerson, eventually } from '../support/chat-person';
import { docker, tryDocker } from './support/docker-command';
import { dockerRig } from './support/docker-rig';
import { labelled } from './support/docker-stage';
import { LocalComposition } from './support/local-composition';
import { serving, status } from './support/serving';

/** What the project's label says of everything Compose made. */
const COMPOSE_LABEL = 'com.docker.compose.project';

describe('the whole composition', () => {
  const name = `rdzen-test-${process.pid}`;
  let composition: LocalComposition;
  let api: string;
  let chat: string;
  let inside: LocalComposition['inside'];

  beforeAll(async () => {
    composition = await LocalComposition.prepare(name);
    ({ api, chat } = composition);
    inside = (service, ...command) => composition.inside(service, ...command);
    await composition.up();
  }, 300_000);

  afterAll(() => composition.remove(), 120_000);

  it('comes up without another step, every service healthy', async () => {
    await eventually(
      () => docker('ps', '--filter', `label=${COMPOSE_LABEL}=${name}`, '--format', '{{.Names}} {{.Status}}'),
      (text) => text.split('\n').length === 8 && text.split('\n').every((line) => line.includes('(healthy)')),
      120_000,
      'eight healthy services',
    );
    await serving(api);
  }, 240_000);

  it('answers a question asked in the chat, once', async () => {
    const person = await ChatPerson.enter(chat, 'Ada');
    try {
      const room = await person.direct();
      await person.say(room, 'Are you there?');
      const answers = await person.waitForAnswers(room, 1, 60_000);
      expect(answers).toEqual([expect.stringMatching(/\w/)]);
    } finally {
      person.leave();
    }
  }, 90_000);

  it('answers what was asked before rdzen was killed, once, and what is asked after it is back', async () => {
    const person = await ChatPerson.enter(chat, 'Grace');
    try {
      const room = await person.direct();
      await person.say(room, 'Tell me a long story.');
      await eventually(
        () => person.answersIn(room),
        (answers) => answers.some(({ text }) => text.length > 10),
        60_000,
        'the answer has begun',
      );
      const before = await docker(
        'inspect',
        '--format',
        '{{.State.StartedAt}}',
        composition.container('rdzen'),
      );
      // As a crash: Docker takes "docker kill" for the wish of a person, and does not restart after it.
      // The command goes down with the container, so its exit code tells nothing.
      await tryDocker(['exec', composition.container('rdzen'), 'kill', '-9', '-1']);
      await eventually(
        () => docker('inspect', '--format', '{{.State.StartedAt}}', composition.container('rdzen')),
        (after) => after !== before,
        30_000,
        'rdzen was started again by its restart policy',
      );
      await serving(api);
      await person.waitForAnswers(room, 1, 90_000);
      await person.say(room, 'And now?');
      const answers = await person.waitForAnswers(room, 2, 60_000);
      expect(answers).toHaveLength(2);
    } finally {
      person.leave();
    }
  }, 240_000);

  it('leaves a core that is killed, and has it started again through the guard', async () => {
    const before = await serving(api);
    const active = before?.active_core ?? 1;
    await docker('kill', composition.container(`core${active}`));
    const after = await eventually(
      () => status(api),
      (view) => view !== undefined && view.epoch > (before?.epoch ?? 0),
      5_000,
      'the other core is active',
    );
    expect(after?.active_core).not.toBe(active);
    const view = (await serving(api)) as unknown as { docker?: object; services?: object[] };
    expect(view.docker).toMatchObject({ reachable: true });
    expect(view.services).toEqual([
      expect.objectContaining({ name: 'rocketchat', state: 'running', well: true }),
      expect.objectContaining({ name: 'mongodb', state: 'running', well: true }),
    ]);
    expect(await docker('logs', composition.container('docker-guard'))).not.toContain('"event":"refused"');
  }, 120_000);

  it('comes back after docker kill and docker compose up', async () => {
    await docker('kill', composition.container('rdzen'));
    expect(await status(api)).toBeUndefined();
    await composition.compose(['up', '--detach', '--no-build', '--pull', 'never']);
    await serving(api);
  }, 180_000);

  it('keeps the passwords it made, readable inside and nowhere shown', async () => {
    const read = (): Promise<string> => inside('rdzen', 'cat', '/run/rdzen-secrets/admin-password');
    const password = await read();
    expect(password).toMatch(/^Rz1-[\w-]{32}$/);
    await composition.compose([
      'up',
      '--detach',
      '--no-build',
      '--pull',
      'never',
      '--force-recreate',
      'first-start',
    ]);
    expect(await read()).toBe(password);
    const shown = await docker(
      'inspect',
      ...['rdzen', 'rocketchat'].map((each) => composition.container(each)),
    );
    expect(shown).not.toContain(password);
  }, 60_000);

  it('asks a browser on the host for a key, and shows the pages of the API for that of the installation', async () => {
    const stranger = await fetch(`${api}/docs`);
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic /);
    const key = (await inside('rdzen', 'cat', '/data/admin.key')).trim();
    const authorization = `Basic ${Buffer.from(`me:${key}`).toString('base64')}`;
    for (const page of ['/docs', '/docs-json', '/metrics'])
      expect((await fetch(api + page, { headers: { authorization } })).status).toBe(200);
  });

  it('runs rdzen without rights, on a root it cannot write', async () => {
    expect(await inside('rdzen', 'id', '-u')).toBe('1000');
    await expect(inside('rdzen', 'touch', '/app/mark')).rejects.toThrow(/Read-only file system/);
    expect(await inside('rdzen', 'grep', 'CapEff', '/proc/self/status')).toMatch(/\t0+$/);
    expect(await inside('rdzen', 'ls', '/app')).toContain('sbom.cdx.json');
  });

  it('shares the files of the original design with other programs of the machine', async () => {
    const shared = join(composition.folder, 'data/shared');
    expect(readFileSync(join(shared, 'active_core'), 'utf8')).toMatch(/^[12]$/);
    expect(JSON.parse(readFileSync(join(shared, 'system_status.json'), 'utf8'))).toMatchObject({
      cores: { '1': expect.anything(), '2': expect.anything() },
    });
    expect(existsSync(join(shared, 'components/registry.json'))).toBe(true);
    expect(await inside('core1', 'cat', '/data/shared/active_core')).toMatch(/^[12]$/);
    await expect(inside('core1', 'touch', '/data/shared/mark')).rejects.toThrow(/Read-only file system/);
    expect(statSync(join(composition.folder, 'uploads')).uid).toBe(65533);
  });

  it('answers to the names of the original design, and keeps the sandbox away from the cores', async () => {
    const ask = (host: string): string =>
      `fetch('http://${host}').then((a)=>console.log(a.status),(e)=>console.log(e.cause?.code))`;
    for (const alias of ['middleware-api', 'core-manager'])
      expect(await inside('rocketchat', 'node', '-e', ask(`${alias}:5000/status`))).toBe('200');
    expect(await inside('rdzen', 'node', '-e', ask('sandbox-ollama:11434/api/version'))).toBe('200');
    const sandbox = `${name}_sandbox_network`;
    const from = (host: string): Promise<string> =>
      docker(
        'run',
        '--rm',
        '--network',
        sandbox,
        '--label',
        `${COMPOSE_LABEL}=${name}`,
        dockerRig().images.base,
        'node',
        '-e',
        ask(host),
      );
    expect(await from('sandbox-ollama:11434/api/version')).toBe('200');
    expect(await from('core1:11434/api/version')).toMatch(/ENOTFOUND|EAI_AGAIN/);
  }, 60_000);

  it('leaves nothing after down -v', async () => {
    await composition.compose(['down', '--volumes', '--timeout', '10'], 120_000);
    expect(await labelled(`${COMPOSE_LABEL}=${name}`)).toEqual([]);
    expect(execFileSync('ls', [composition.folder], { encoding: 'utf8' })).toBe('data\nuploads\n');
  }, 150_000);
});
