import { CallerNames } from '../access/caller-names';
import { SystemClock } from '../shared/system-clock';
import { eventually } from '../../test/support/chat-person';
import { testComponent } from '../../test/support/components/manifests';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { FakeServiceRuntime } from '../../test/support/fakes/fake-service-runtime';
import { memoryStore } from '../../test/support/memory-store';
import type { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import { Settings } from '../config/settings';
import type { ContainerImages } from '../containers/container-images';
import { EventBus } from '../events/event-bus';
import { NoticeJournal } from '../journal/notice-journal';
import { PostIdKey } from '../journal/post-id';
import { RdzenError } from '../shared/rdzen-error';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentRuntime, MOST_COMPONENTS } from '../tools/component-runtime';
import { HttpOllamaApi } from '../ollama/http-ollama-api';
import { ToolQuestion } from '../ollama/tool-question';
import { SandboxModel } from './sandbox-model';
import { ReportLinks } from './report-links';
import { TrialJournal } from './trial-journal';
import { MOST_AT_ONCE, TrialsService } from './trials.service';

jest.setTimeout(60_000);

const DIGEST = `sha256:${'a'.repeat(64)}`;
const ROOM = { roomId: 'r1', language: 'en' as const };

/** Real components, as processes; only the containers around them are missing. */
describe(TrialsService.name, () => {
  let store: LibsqlStore;
  let containers: FakeComponentContainers;
  let pulls: string[];
  let pull: () => Promise<void>;
  let sut: TrialsService;

  const catalogue = {
    opened: () => Promise.resolve(),
    get: (name: string) => {
      if (name === 'nothing') throw new RdzenError('COMPONENT_NOT_FOUND', 'No component "nothing".');
      const { manifest } = testComponent(name === 'unpacked' ? 'good' : name);
      const found = manifest(DIGEST, `127.0.0.1:5001/tests/${name}:1.0.0`);
      return { manifest: found, source: 'tests', signed: true, unpacked: name === 'unpacked' };
    },
    runnable: ({ manifest, unpacked }: { manifest: unknown; unpacked: boolean }) =>
      Promise.resolve(unpacked ? undefined : manifest),
    packHint: () => 'pack it',
  } as unknown as CatalogueService;

  const service = (): TrialsService => {
    const clock = new SystemClock();
    const random = new SystemRandom();
    const bus = new EventBus();
    const images = {
      inspect: () => Promise.resolve(undefined),
      pull: (reference: string) => {
        pulls.push(reference);
        return pull();
      },
    } as unknown as ContainerImages;
    return new TrialsService(
      catalogue,
      new TrialJournal(store),
      containers,
      images,
      new ComponentRuntime(containers, clock, random),
      new NoticeJournal(store, bus, clock, new PostIdKey(Buffer.alloc(32, 1))),
      new ReportLinks(new Settings()),
      store,
      bus,
      clock,
      random,
      new SandboxModel(new Settings(), new HttpOllamaApi(clock), new ToolQuestion(clock)),
      new FakeServiceRuntime().port,
      new CallerNames(),
    );
  };
  const over = (id: string) =>
    eventually(
      () => sut.get(id),
      ({ endedAt }) => endedAt !== undefined,
      40_000,
      `trial ${id} is over`,
    );
  const told = async (): Promise<string[]> =>
    (await store.all<{ text: string }>('SELECT text FROM notices ORDER BY rowid')).map(({ text }) => text);
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof RdzenError ? error.code : String(error)),
    );

  beforeEach(async () => {
    store = await memoryStore();
    containers = new FakeComponentContainers();
    pulls = [];
    pull = () => Promise.resolve();
    sut = service();
    await sut.start();
  });
  afterEach(async () => {
    await sut.stop();
    await store.close();
  });

  it('tries by digest, keeps the report, tells it in the room, and leaves nothing', async () => {
    const { row } = await sut.begin({ name: 'good', askedBy: 'chat:root', room: ROOM });
    expect((await over(row.id)).verdict).toBe('pass');
    expect(pulls).toEqual([`127.0.0.1:5001/tests/good@${DIGEST}`]);
    const report = await sut.report(row.id);
    expect(report?.checks.filter(({ status }) => status === 'passed').length).toBeGreaterThanOrEqual(16);
    expect(report?.tools).toHaveLength(5);
    expect(await told()).toEqual([expect.stringMatching(/1\.0\.0 ✅ passed its trial/)]);
    expect(containers.left).toBe(0);
    expect(containers.made[0]?.spec).toMatchObject({
      image: `127.0.0.1:5001/tests/good@${DIGEST}`,
      limits: { memoryBytes: 128 * 2 ** 20, cpus: 0.5, pids: 64 },
    });
  });

  it('ends at the first failure, and says in the language of the room what was seen', async () => {
    const { row } = await sut.begin({
      name: 'exit-in-call',
      askedBy: 'chat:root',
      room: { ...ROOM, language: 'pl' },
    });
    expect((await over(row.id)).verdict).toBe('fail');
    const report = await sut.report(row.id);
    expect(report?.checks.map(({ status }) => status).slice(6, 9)).toEqual(['failed', 'skipped', 'skipped']);
    expect(report?.logTail.join('\n')).toContain('the adder has left');
    expect((await told())[0]).toMatch(
      /❌ nie przeszedł próby[\s\S]*Błąd, zadeklarowane wywołania: „add: it exited/,
    );
  });

  it('runs three at once, the others in their order, and takes no more than it can hold', async () => {
    const begun = [];
    for (let n = 0; n < MOST_AT_ONCE + 20; n++)
      begun.push(await sut.begin({ name: 'good', askedBy: 'api:key' }));
    expect(begun.map(({ waiting }) => waiting).slice(0, 6)).toEqual([0, 0, 0, 1, 2, 3]);
    expect(await code(sut.begin({ name: 'good', askedBy: 'api:key' }))).toBe('TOO_MANY_TRIALS');
    const last = begun.at(-1)?.row.id ?? '';
    await sut.cancel(last, 'api:key');
    expect(await sut.get(last)).toMatchObject({ verdict: 'inconclusive' });
    expect(await code(sut.cancel(last, 'api:key'))).toBe('TRIAL_OVER');
    await over(begun[3]?.row.id ?? '');
    // Each has a second container for a moment.
    expect(containers.most).toBeLessThanOrEqual(2 * MOST_AT_ONCE);
  });

  it('ends a running one at a word, with nothing left when it answers', async () => {
    const { row } = await sut.begin({ name: 'hang-in-call', askedBy: 'api:key' });
    await eventually(
      () => containers.left,
      (left) => left > 0,
      10_000,
      'it runs',
    );
    await sut.cancel(row.id, 'api:key');
    expect(containers.left).toBe(0);
    expect(await sut.report(row.id)).toMatchObject({
      verdict: 'inconclusive',
      problem: { code: 'TRIAL_OVER', message: 'It was stopped by api:key.' },
    });
  });

  it('refuses what is unknown or has no image, and what no engine can run', async () => {
    expect(await code(sut.begin({ name: 'nothing', askedBy: 'a' }))).toBe('COMPONENT_NOT_FOUND');
    expect(await code(sut.begin({ name: 'unpacked', askedBy: 'a' }))).toBe('COMPONENT_NOT_PACKED');
    await expect(sut.begin({ name: 'unpacked', askedBy: 'a' })).rejects.toThrow('Run: pack it');
    expect(await code(sut.get('zzz'))).toBe('TRIAL_NOT_FOUND');
    containers.problem = new RdzenError('ENGINE_UNREACHABLE', 'Docker cannot be reached.');
    expect(await code(sut.begin({ name: 'good', askedBy: 'a' }))).toBe('ENGINE_UNREACHABLE');
    expect(await sut.latest(10)).toEqual([]);
  });

  it('is inconclusive where the image cannot be had, after two tries', async () => {
    pull = () => Promise.reject(new RdzenError('ENGINE_FAILED', 'The registry is down.'));
    const { row } = await sut.begin({ name: 'good', askedBy: 'chat:root', room: ROOM });
    expect((await over(row.id)).verdict).toBe('inconclusive');
    expect(pulls).toHaveLength(2);
    expect((await told())[0]).toMatch(
      /could not be judged[\s\S]*nothing of the component: The registry is down/,
    );
  });

  it('ends what a restart broke off, and tells it', async () => {
    const row = {
      id: 'abc123',
      component: 'c',
      title: 'C',
      version: '1.0.0',
      askedBy: 'a',
      askedAt: 1,
      room: ROOM,
    };
    await new TrialJournal(store).asked(row);
    await sut.stop();
    sut = service();
    await sut.start();
    expect(await sut.report('abc123')).toMatchObject({
      verdict: 'inconclusive',
      problem: { code: 'TRIAL_BROKEN_OFF' },
    });
    expect((await told())[0]).toContain('Begin it again');
  });

  it.each<[string, { restarts?: number; killedByOthers?: boolean }, string, string | undefined]>([
    ['with its engine is not to blame', { restarts: 1 }, 'inconclusive', 'ENGINE_UNREACHABLE'],
    ['by the hand of others is not', { killedByOthers: true }, 'inconclusive', 'TRIAL_DISTURBED'],
    ['by itself is', {}, 'fail', undefined],
  ])('a component that ended %s', async (_, happened, verdict, code) => {
    const { row } = await sut.begin({ name: 'good', askedBy: 'chat:root', room: ROOM });
    const [first] = await eventually(
      () => Promise.resolve(containers.made),
      ([one]) => one?.child !== undefined,
      20_000,
      'it runs',
    );
    Object.assign(containers, happened);
    first?.child?.kill('SIGKILL');
    await over(row.id);
    const report = await sut.report(row.id);
    expect(report?.verdict).toBe(verdict);
    expect(report?.problem?.code).toBe(code);
    expect(report?.checks.some(({ status }) => status === 'failed')).toBe(verdict === 'fail');
    expect(containers.left).toBe(0);
  });

  it('starts no more components than a machine can bear', async () => {
    const clock = new SystemClock();
    const runtime = new ComponentRuntime(containers, clock, new SystemRandom());
    const manifest = testComponent('good').manifest(DIGEST, '127.0.0.1:5001/tests/good:1.0.0');
    const purpose = { word: 'test', labels: {}, lifetimeMs: 60_000 };
    const image = `127.0.0.1:5001/tests/good@${DIGEST}`;
    const all = await Promise.all(
      Array.from({ length: MOST_COMPONENTS }, () => runtime.start(manifest, image, purpose)),
    );
    expect(await code(runtime.start(manifest, image, purpose))).toBe('TOO_MANY_COMPONENTS');
    await all[0]?.close();
    await (await runtime.start(manifest, image, purpose)).close();
    await Promise.all(all.map((one) => one.close()));
    expect(containers.left).toBe(0);
  });
});
