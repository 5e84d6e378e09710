import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerImages } from '../../../src/containers/container-images';
import { EventBus } from '../../../src/events/event-bus';
import type { ChatRoom } from '../../../src/rocket-chat/chat-types';
import { eventually } from '../../support/chat-person';
import { testComponent } from '../../support/components/manifests';
import { FakeComponentContainers } from '../../support/fakes/fake-component-containers';
import { InProcessRdzen } from '../api/support/in-process-rdzen';
import { expectProblem } from '../api/support/problem';

jest.setTimeout(120_000);

const ROOT = { id: 'root-id', username: 'root' };
const ANN = { id: 'ann-id', username: 'ann' };
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** From the catalogue to what a room may use: a real component as a process, the whole application around it. */
describe('a component is installed', () => {
  let sut: InProcessRdzen;
  let office: ChatRoom;
  const containers = new FakeComponentContainers();
  const data = mkdtempSync(join(tmpdir(), 'rdzen-install-e2e-'));

  const say = async (text: string, person = ROOT): Promise<string> => {
    const answer = await sut.answerTo(sut.say(person, office, text));
    return answer;
  };
  const said = (pattern: RegExp): Promise<string | undefined> =>
    eventually(
      () =>
        Promise.resolve(
          [...sut.chat.messages.values()].map(({ text }) => text).find((text) => pattern.test(text)),
        ),
      (text) => text !== undefined,
      60_000,
      `somebody hears ${pattern}`,
    );
  const state = async (): Promise<unknown> => (await sut.ask('GET', '/api/v1/components/good')).body.state;

  beforeAll(async () => {
    const source = join(data, 'tests');
    mkdirSync(source);
    mkdirSync(join(data, 'catalogue'));
    const manifest = testComponent('good').manifest(DIGEST, '127.0.0.1:5001/tests/good:1.0.0');
    writeFileSync(join(source, 'good.json'), JSON.stringify({ manifest }));
    writeFileSync(
      join(data, 'catalogue/sources.json'),
      JSON.stringify({ sources: [{ name: 'tests', kind: 'folder', location: source, trust: 'untrusted' }] }),
    );
    const image = { id: 'sha256:image', references: [], labels: {}, bytes: 1 };
    const images = {
      inspect: (reference: string) => Promise.resolve({ ...image, digests: [reference] }),
    } as unknown as ContainerImages;
    sut = await InProcessRdzen.ready({ data, components: { components: containers, images } });
    office = sut.chat.channel('office');
    sut.chat.roles.set('admin', ['root-id']);
  });
  afterAll(() => sut?.stop());

  /** What is seen of calls: in the list, on its card, by REST. */
  async function isUsed(): Promise<void> {
    const { body } = await sut.ask('GET', '/api/v1/components/good');
    expect(body.use).toEqual({ days: 7, calls: 0, errors: 0, error_rate: 0, tools: [] });
    expect(await say('!components', ANN)).toMatch(/✅ active; not called in 7 days/);
    const call = {
      component: String(body.name),
      version: '1.0.0',
      lockId: String(body.lock_id),
      roomId: 'r',
    };
    const bus = sut.app.get(EventBus);
    for (const [tool, outcome, ms] of [
      ['add', 'ok', 12],
      ['current_time', 'ok', 400],
      ['current_time', 'tool-error', 420],
      ['current_time', 'cancelled', 9_000],
    ] as const)
      bus.emit('tool.called', { ...call, tool, outcome, ms, at: Date.now() });
    expect(await say('!components', ANN)).toMatch(/✅ active; 3 calls in 7 days, 1 failed \(33\.3 %\)/);
    const denied = { component: call.component, lockId: call.lockId, reason: 'not-listed' as const };
    for (const target of ['`evil`.example:443', 'other.example:80'])
      bus.emit('component.egress-denied', { ...denied, target, at: Date.now() });
    bus.emit('component.egress-denied-again', { ...denied, target: 'other.example:80', at: Date.now() + 1 });
    const card = await say('!components good', ANN);
    expect(card).toMatch(
      /- wanted to reach and was refused: `other\.example:80` 2 times, last 20\d\d-.* UTC \(not in its list\); `\?evil\?\.example:443` once/,
    );
    expect(card).toMatch(/- `current_time`: 2 calls, 1 failed \(50 %\), 95 % of them within 0\.[345] s/);
    expect(card).toMatch(/- `add`: 1 call, none failed, 95 % of them within 1\d ms/);
    expect(card).toContain('- takes now: nothing, it sleeps until it is called');
    expect(card).toMatch(/canary → active, 1\.0\.0 \(promoted by @\u200broot\)/);
    expect(card).toMatch(/being installed → canary, 1\.0\.0 \(image and tools .*, by itself\)/);
    expect((await sut.ask('GET', '/api/v1/components/good')).body.use).toMatchObject({
      ...{ calls: 3, errors: 1, error_rate: 33.3 },
      tools: [{ tool: 'current_time', calls: 2, error_rate: 50 }, { tool: 'add' }],
    });
    expect((await sut.ask('GET', '/api/v1/components/good')).body.refused).toMatchObject([
      { host: 'other.example', port: '80', times: 2, last_at: expect.stringMatching(/^20\d\d-/) as string },
      { host: '`evil`.example', port: '443', times: 1 },
    ]);
    expect((await sut.ask('GET', '/api/v1/components')).body).toMatchObject([{ use: { calls: 3 } }]);
    expect(await say('!component good', ANN)).toMatch(/- installed: 1\.0\.0, active; `!components /);
  }

  it('only after its trial, and after somebody agreed', async () => {
    expect(await say('!install good')).toContain('!trial');
    expectProblem(
      await sut.ask('POST', '/api/v1/components', { body: { component: 'good' } }),
      'COMPONENT_NOT_TRIED',
    );
    expect(await say('!install good', ANN)).toMatch(/^Only/);
    await say('!trial good');
    await said(/1\.0\.0 (✅|🟡) passed its trial/);
    expect(await say('!install good')).toMatch(/asked the administrators/);
    const question = await said(/Shall .* be installed/);
    const code = /!approve ([A-Z0-9]{6})/.exec(question ?? '')?.[1] ?? '';
    expect(question).toMatch(/no network at all[\s\S]*tools that destroy or overwrite something: forget/);
    expect(await say(`!approve ${code}`, ANN)).toMatch(/^Only/);
    expect(await say(`!approve ${code}`)).toMatch(/is approved/);
    await eventually(state, (now) => now === 'canary', 30_000, 'it is a canary');
    expect(await say('!components good', ANN)).toMatch(/canary[\s\S]*approved by: @\u200broot;/);
    expectProblem(await sut.ask('POST', `/api/v1/approvals/${code}/approve`), 'APPROVAL_CLOSED');
    expect((await sut.ask('GET', '/api/v1/approvals')).body).toMatchObject([
      {
        asked_by: 'chat:root-id',
        asked_by_name: '@root',
        approved_by_names: ['@root'],
        ended_by_name: '@root',
      },
    ]);
    expect(await say('!promote good')).toMatch(/✅ active/);
    await isUsed();
    const file = join(data, 'shared/components/registry.json');
    await eventually(
      () => Promise.resolve(readFileSync(file, 'utf8')),
      (text) => text.includes('"active"'),
      10_000,
      'registry.json follows',
    );
    const gone = await say('!remove good');
    expect(gone).toContain('removed');
    expect(gone).not.toContain('active');
    expectProblem(await sut.ask('GET', '/api/v1/components/good'), 'COMPONENT_NOT_INSTALLED');
    expect(containers.left).toBe(0);
  });
});
