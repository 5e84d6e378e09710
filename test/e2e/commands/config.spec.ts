import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerImages } from '../../../src/containers/container-images';
import type { ChatRoom } from '../../../src/rocket-chat/chat-types';
import { eventually } from '../../support/chat-person';
import { testComponent } from '../../support/components/manifests';
import { FakeComponentContainers } from '../../support/fakes/fake-component-containers';
import { FakeCore } from '../../support/fakes/fake-core/fake-core';
import { InProcessRdzen } from '../api/support/in-process-rdzen';
import { expectProblem } from '../api/support/problem';

jest.setTimeout(120_000);

const ROOT = { id: 'root-id', username: 'root' };
const ANN = { id: 'ann-id', username: 'ann' };
const DIGEST = `sha256:${'a'.repeat(64)}`;
const NAME = 'environment-reader';
const [FIRST, SECOND, SHOUTED] = ['hunter2-hunter2', 'swordfish 42 "x"', 'said-aloud-in-a-room'];

/** A real component as a process, which tells all its environment; real chat commands, HTTP and database. */
describe('a component is told a secret', () => {
  let sut: InProcessRdzen;
  let core: FakeCore;
  let office: ChatRoom;
  let direct: ChatRoom;
  const containers = new FakeComponentContainers();
  const data = mkdtempSync(join(tmpdir(), 'rdzen-config-e2e-'));

  const say = (text: string, room = direct, person = ROOT): Promise<string> =>
    sut.answerTo(sut.say(person, room, text));
  const put = (values: Record<string, unknown>, key?: string): ReturnType<InProcessRdzen['ask']> =>
    sut.ask('PUT' as 'POST', `/api/v1/components/${NAME}/config`, {
      body: { values },
      ...(key === undefined ? {} : { key }),
    });
  const told = (pattern: RegExp): Promise<string | undefined> =>
    eventually(
      () =>
        Promise.resolve(
          [...sut.chat.messages.values()].map(({ text }) => text).find((text) => pattern.test(text)),
        ),
      (text) => text !== undefined,
      60_000,
      `somebody hears ${pattern}`,
    );
  /** Of secrets in all that lies in the data folder, and in all that was said by the assistant. */
  const found = (secret: string): string[] => [
    ...readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && !one.name.endsWith('.sock'))
      .map((one) => join(one.parentPath, one.name))
      .filter((file) => readFileSync(file).includes(secret)),
    ...[...sut.chat.messages.values()]
      .filter(({ author, text }) => author.id !== ROOT.id && text.includes(secret))
      .map(({ text }) => text),
  ];

  beforeAll(async () => {
    const source = join(data, 'tests');
    mkdirSync(source);
    mkdirSync(join(data, 'catalogue'));
    const manifest = testComponent(NAME).manifest(DIGEST, `127.0.0.1:5001/tests/${NAME}:1.0.0`);
    manifest.packages[0].environmentVariables = [
      { name: 'TOKEN', description: 'Opens the archive', isRequired: true, isSecret: true },
      { name: 'REGION', default: 'eu' },
    ];
    writeFileSync(join(source, 'one.json'), JSON.stringify({ manifest }));
    writeFileSync(
      join(data, 'catalogue/sources.json'),
      JSON.stringify({ sources: [{ name: 'tests', kind: 'folder', location: source, trust: 'untrusted' }] }),
    );
    const image = { id: 'sha256:image', references: [], labels: {}, bytes: 1 };
    const images = {
      inspect: (reference: string) => Promise.resolve({ ...image, digests: [reference] }),
    } as unknown as ContainerImages;
    core = await new FakeCore({ model: 'fake' }).start();
    sut = await InProcessRdzen.ready({
      data,
      coreUrls: [core.url],
      components: { components: containers, images },
    });
    office = sut.chat.channel('office');
    direct = sut.chat.direct(ROOT);
    sut.chat.roles.set('admin', ['root-id']);
    await installed();
  });
  afterAll(async () => {
    await sut?.stop();
    await core?.close();
  });

  /** Two persons agree, since it is told a secret. */
  async function installed(): Promise<void> {
    await say(`!trial ${NAME}`);
    await told(/1\.0\.0 (✅|🟡) passed its trial/);
    await say(`!install ${NAME}`);
    const code = /!approve ([A-Z0-9]{6})/.exec((await told(/Shall .* be installed/)) ?? '')?.[1] ?? '';
    await say(`!approve ${code}`);
    expect((await sut.ask('POST', `/api/v1/approvals/${code}/approve`)).status).toBe(200);
    await told(/is installed, first only here/);
    await say(`!promote ${NAME}`);
    expect(containers.made.every(({ spec }) => spec.secrets?.TOKEN === 'dummy-value-of-a-trial')).toBe(true);
    expect(containers.left).toBe(0);
  }
  const running = (): FakeComponentContainers['made'] => containers.made.filter(({ removed }) => !removed);

  it('in a direct message alone, by an operator alone', async () => {
    expect(await say(`!config ${NAME} TOKEN ${SHOUTED}`, office)).toMatch(/direct message only/);
    expect(await say(`!config ${NAME} TOKEN ${SHOUTED}`, sut.chat.direct(ANN), ANN)).toMatch(/^Only/);
    expectProblem(await put({ TOKEN: SHOUTED }, await sut.key('operate')), 'FORBIDDEN');
    expect(await say(`!config ${NAME}`)).toMatch(
      /- `TOKEN`, secret: \*\*missing\*\* \(Opens the archive\)\n- `REGION`: not set/,
    );
    const answer = await say('Remember: buy milk for the note.', sut.chat.direct(ANN), ANN);
    expect(answer).toMatch(/needs TOKEN/);
    expect(running()).toEqual([]);
  });

  it('which is sealed, never shown, and kept out of what the component answers', async () => {
    expect(await say(`!config ${NAME} TOKEN ${FIRST}`)).toMatch(/is set; I keep it encrypted/);
    expect(await say(`!config ${NAME}`)).toMatch(/`TOKEN`, secret: set/);
    const answer = await say('Remember: buy milk for the note.', sut.chat.direct(ANN), ANN);
    expect(answer).toMatch(/\[secret\]/);
    expect(running().map(({ spec }) => [spec.env, spec.secrets])).toEqual([
      [{ REGION: 'eu' }, { TOKEN: FIRST }],
    ]);
    expect(found(FIRST)).toEqual([]);
  });

  it('and started anew with another one, which an administrator gave by REST', async () => {
    const { status, text } = await put({ TOKEN: SECOND, REGION: 'us' });
    expect([status, text.includes('swordfish')]).toEqual([200, false]);
    expectProblem(await put({ NOSUCH: 'x' }), 'COMPONENT_SETTING_UNKNOWN');
    expectProblem(await put({ TOKEN: 'x'.repeat(9_000) }), 'COMPONENT_SETTING_INVALID');
    const { body } = await sut.ask('GET', `/api/v1/components/${NAME}/config`);
    expect(JSON.stringify(body)).toMatch(/"name":"TOKEN".*"secret":true.*"set":true/);
    expect(await say('Remember: buy bread for the note.', sut.chat.direct(ANN), ANN)).toMatch(/\[secret\]/);
    expect(running().map(({ spec }) => [spec.env, spec.secrets])).toEqual([
      [{ REGION: 'us' }, { TOKEN: SECOND }],
    ]);
    expect([found('swordfish'), found(FIRST)]).toEqual([[], []]);
  });

  it('and it is gone when it was taken away, or its component was', async () => {
    expect(await say(`!config ${NAME} TOKEN -`)).toMatch(/no longer set/);
    expect(await say('Remember: buy eggs for the note.', sut.chat.direct(ANN), ANN)).toMatch(/needs TOKEN/);
    await say(`!config ${NAME} TOKEN ${FIRST}`);
    await say(`!remove ${NAME}`);
    const { body } = await sut.ask('GET', `/api/v1/components/${NAME}/config`);
    expect(JSON.stringify(body)).toMatch(/"name":"TOKEN".*"set":false/);
    expect(containers.left).toBe(0);
    expect(found(FIRST)).toEqual([]);
  });
});
