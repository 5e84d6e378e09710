import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/chat-person';
import { InProcessRdzen } from './support/in-process-rdzen';

describe('the shared files', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  const read = (...names: string[]): string => readFileSync(join(sut.data, 'shared', ...names), 'utf8');
  const status = (): Record<string, unknown> =>
    JSON.parse(read('system_status.json')) as Record<string, unknown>;
  const now = (): number => Math.floor(Date.now() / 1000);

  it('has the bare number of the active core', () => {
    expect(read('active_core')).toBe('1');
  });

  it('has the state of every core, and what we add to it', async () => {
    await eventually(status, ({ mode }) => mode === 'NORMAL', 5_000, 'the file tells NORMAL');
    const core = (role: string): unknown => ({
      status: 'healthy',
      last_check: expect.any(Number),
      state: 'ready',
      role,
      kind: 'external',
    });
    const view = await eventually(
      status,
      ({ cores }) =>
        Object.values(cores as Record<string, { state: string }>).every(({ state }) => state === 'ready'),
      5_000,
      'both cores are healthy in the file',
    );
    expect(view).toEqual({
      active_core: 1,
      cores: { '1': core('active'), '2': core('standby') },
      mode: 'NORMAL',
      epoch: 1,
      last_update: expect.any(Number),
    });
    const { last_check } = (view.cores as Record<string, { last_check: number }>)['1'] ?? { last_check: 0 };
    expect(Math.abs(now() - last_check)).toBeLessThan(20);
    expect(Math.abs(now() - Number(view.last_update))).toBeLessThan(20);
  });

  it('has an empty component registry', () => {
    expect(JSON.parse(read('components', 'registry.json'))).toEqual({
      components: [],
      last_update: expect.any(Number),
    });
  });

  it('follows a switch at once', async () => {
    await sut.ask('POST', '/switch_core', { body: { core_id: 2 } });
    await eventually(
      () => read('active_core'),
      (text) => text === '2',
      1_000,
      'the file names core 2',
    );
    const view = await eventually(
      status,
      ({ active_core }) => active_core === 2,
      1_000,
      'the status names core 2',
    );
    expect(view).toMatchObject({ epoch: 2, cores: { '1': { role: 'standby' }, '2': { role: 'active' } } });
  });

  it('tells error and why of a core that is down', async () => {
    await sut.fall(1);
    const view = await eventually(
      status,
      ({ cores }) => (cores as Record<string, { status: string }>)['1']?.status === 'error',
      1_000,
      'core 1 is in error',
    );
    expect(view).toMatchObject({
      mode: 'SINGLE',
      cores: { '1': { error: expect.stringContaining('refused') } },
    });
    sut.cores.down.clear();
    await sut.proven();
  });

  it('is never seen half written', async () => {
    for (let round = 0; round < 20; round++) {
      const asked = sut.ask('POST', '/switch_core', { body: { core_id: (round % 2) + 1 } });
      expect(() => status()).not.toThrow();
      expect(read('active_core')).toMatch(/^[12]$/);
      await asked;
    }
  });
});

describe('which core is active at the start', () => {
  let data: string;
  let sut: InProcessRdzen | undefined;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'rdzen-start-'));
  });
  afterEach(async () => {
    await sut?.stop(true);
    rmSync(data, { recursive: true, force: true });
  });
  const start = async (preferred: number): Promise<InProcessRdzen> => {
    sut = await InProcessRdzen.launch({ data, cores: 3, settings: { ACTIVE_CORE_ID: preferred } });
    return sut;
  };
  const remember = (text: string): void => {
    mkdirSync(join(data, 'shared'), { recursive: true });
    writeFileSync(join(data, 'shared', 'active_core'), text);
  };

  it('is ACTIVE_CORE_ID on a fresh data folder', async () => {
    expect(await (await start(2)).status()).toMatchObject({ active_core: 2, epoch: 1 });
  });

  it.each(['3', '3\n', ' 3 '])(
    'is the one that shared/active_core of an earlier set-up names (%j)',
    async (text) => {
      remember(text);
      expect(await (await start(2)).status()).toMatchObject({ active_core: 3 });
      expect(readFileSync(join(data, 'shared', 'active_core'), 'utf8')).toBe('3');
    },
  );

  it.each(['', 'core3', '3 1', '-1', '9', '03'])(
    'is ACTIVE_CORE_ID where the file names no core (%j)',
    async (text) => {
      remember(text);
      expect(await (await start(2)).status()).toMatchObject({ active_core: 2 });
    },
  );

  it('is what the database says from then on, whatever the file and the setting say', async () => {
    const first = await start(1);
    await first.proven();
    await first.ask('POST', '/switch_core', { body: { core_id: 3 } });
    await first.stop(true);
    remember('2');
    expect(await (await start(1)).status()).toMatchObject({ active_core: 3, epoch: 2 });
    expect(readFileSync(join(data, 'shared', 'active_core'), 'utf8')).toBe('3');
  });
});
