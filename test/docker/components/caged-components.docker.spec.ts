import { textOf } from '../../support/components/component-process';
import { CagedComponents, triesWithoutRoute } from './support/caged-components';

const BUILT = [
  'good',
  'evil-egress',
  'needs-egress',
  'environment-reader',
  'rug-pull-by-boot',
  'fork-bomb',
  'memory-bomb',
  'memory-bomb-child',
  'disk-bomb',
  'giant-frame',
  'wrong-label',
];

describe('test components in containers without rights', () => {
  const caged = new CagedComponents();
  let images: Record<string, string>;
  beforeAll(async () => {
    images = await caged.build(BUILT);
  }, 300_000);
  afterEach(() => caged.removeAll(), 60_000);
  const add = { a: 2, b: 3 };

  it('says in the labels of its image who it is', async () => {
    const label = async (behaviour: string) =>
      (await caged.docker.getImage(images[behaviour] ?? '').inspect()).Config;
    expect(await label('good')).toMatchObject({
      User: '10001:10001',
      Cmd: ['good'],
      Labels: { 'io.modelcontextprotocol.server.name': 'io.github.rdzen-tests/good', 'rdzen.rig': 'true' },
    });
    expect(await label('wrong-label')).toMatchObject({
      Cmd: ['wrong-label'],
      Labels: { 'io.modelcontextprotocol.server.name': 'io.github.rdzen-tests/good' },
    });
  });

  it('good does in a container what it does outside, and changes nothing there', async () => {
    const { speech, container } = caged.start('good');
    await speech.connect(20_000);
    expect((await speech.listTools()).tools).toHaveLength(5);
    expect((await speech.call('add', add)).structuredContent).toEqual({ sum: 5 });
    // What --init needs and the image has not, the engine puts there.
    expect(((await container.changes()) as { Path: string }[]).map(({ Path }) => Path)).toEqual([
      '/sbin',
      '/sbin/docker-init',
    ]);
    expect(await triesWithoutRoute(container)).toBe(0);
    speech.closeStdin();
    expect(await speech.exited).toEqual({ code: 0, signal: null });
  }, 60_000);

  it('evil-egress reaches nothing, and its tries leave a trace', async () => {
    const { speech, container } = caged.start('evil-egress');
    await speech.connect(20_000);
    const answer = textOf(await speech.call('add', add, 20_000));
    expect(answer).toContain('reached 0 of 14');
    for (const what of [
      /172\.17\.0\.1:2375 ENETUNREACH/,
      /169\.254.* ENETUNREACH/,
      /dns example.com EAI_AGAIN/,
    ])
      expect(answer).toMatch(what);
    const tries = await triesWithoutRoute(container);
    if (tries !== undefined) expect(tries).toBeGreaterThanOrEqual(8);
  }, 60_000);

  it('needs-egress says that it has no network', async () => {
    const answer = await caged.start('needs-egress').speech.call('current_time', {}, 20_000);
    expect([answer.isError, textOf(answer)]).toEqual([true, expect.stringContaining('ENETUNREACH')]);
  }, 60_000);

  it('environment-reader finds nothing of ours', async () => {
    process.env.RDZEN_TEST_SECRET = 'sesame-open';
    const { speech } = caged.start('environment-reader');
    const text = textOf(await speech.call('remember', { note: 'x' }, 20_000));
    delete process.env.RDZEN_TEST_SECRET;
    expect(text).not.toContain('sesame-open');
    const { wanted, environment } = JSON.parse(text.split('\n')[1] ?? '') as Record<
      string,
      Record<string, unknown>
    >;
    expect(wanted?.['/var/run/docker.sock']).toBe('ENOENT');
    expect(wanted?.['/home/node/.ssh/id_rsa']).toMatch(/^(ENOENT|EACCES)$/);
    expect(Object.keys(environment ?? {}).sort()).toEqual([
      'COMPONENT_IN_CONTAINER',
      'HOME',
      'HOSTNAME',
      'PATH',
    ]);
  }, 60_000);

  it('rug-pull-by-boot differs between two containers', async () => {
    const lists = [];
    for (let n = 0; n < 2; n++) {
      const { speech } = caged.start('rug-pull-by-boot');
      await speech.connect(20_000);
      lists.push(await speech.listTools());
    }
    expect(lists[0]).not.toEqual(lists[1]);
  }, 60_000);

  it('fork-bomb comes as far as its limit of processes', async () => {
    const { speech, container } = caged.start('fork-bomb');
    await speech.connect(20_000);
    await speech.call('add', add, 20_000).catch(() => undefined);
    let most = 0;
    for (let n = 0; n < 50 && most <= 32; n++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { pids_stats } = await container.stats({ stream: false, 'one-shot': true } as { stream: false });
      most = Math.max(most, pids_stats?.current ?? 0);
    }
    expect(most).toBeGreaterThan(32);
    expect(most).toBeLessThanOrEqual(64);
  }, 60_000);

  it('memory-bomb is killed for its memory', async () => {
    const { speech, container } = caged.start('memory-bomb');
    await speech.connect(20_000);
    await expect(speech.call('add', add, 30_000)).rejects.toThrow('it ended with 137');
    expect((await container.inspect()).State).toMatchObject({ OOMKilled: true, ExitCode: 137 });
  }, 60_000);

  it('memory-bomb-child loses its child, and answers as if nothing had been', async () => {
    const { speech, container } = caged.start('memory-bomb-child');
    await speech.connect(20_000);
    const since = Math.floor(Date.now() / 1000) - 1;
    expect(textOf(await speech.call('add', add, 30_000))).toBe('{"sum":5}\nthe child ended: SIGKILL');
    expect((await container.inspect()).State).toMatchObject({ Running: true });
    const { Id } = await container.inspect();
    const filters = JSON.stringify({ container: [Id], event: ['oom'] });
    const events = await caged.docker.getEvents({ since, until: Math.ceil(Date.now() / 1000) + 1, filters });
    let told = '';
    for await (const chunk of events) told += String(chunk);
    expect(told).toContain('"oom"');
  }, 60_000);

  it('disk-bomb fills the folder for scratch files, and no more', async () => {
    const { speech } = caged.start('disk-bomb');
    await speech.connect(20_000);
    const [, bytes] = /(\d+) bytes written: ENOSPC/.exec(textOf(await speech.call('add', add, 20_000))) ?? [];
    expect(Number(bytes)).toBeGreaterThan(15 * 2 ** 20);
    expect(Number(bytes)).toBeLessThanOrEqual(16 * 2 ** 20);
  }, 60_000);

  it('giant-frame comes whole, is dropped, and the next call works', async () => {
    const { speech } = caged.start('giant-frame');
    await speech.connect(20_000);
    await expect(speech.call('add', add, 10_000)).rejects.toThrow('no answer');
    expect(textOf(await speech.call('remember', { note: 'x' }, 30_000))).toBe('Noted: x');
    expect(speech.outputBytes).toBeGreaterThan(64 * 2 ** 20);
    expect(speech.violations).toMatchObject([{ kind: 'line-too-long' }]);
  }, 90_000);
});
