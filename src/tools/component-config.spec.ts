import { lockOf } from '../../test/support/components/locked-component';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { PostIdKey } from '../journal/post-id';
import { RdzenError } from '../shared/rdzen-error';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentConfig } from './component-config';

const NAME = 'io.github.rdzen-tests/good';

describe(ComponentConfig.name, () => {
  let store: LibsqlStore;
  const lock = lockOf('good', [], {
    variables: [
      { name: 'API_TOKEN', description: 'Of the service', isRequired: true, isSecret: true },
      { name: 'LEVEL', format: 'number', default: '3' },
      { name: 'LOUD', format: 'boolean' },
    ],
  });
  const installed = new InstalledComponents();
  installed.set({ name: NAME, state: 'active', lock, canaryRooms: [], reason: '', since: 0 });
  const catalogue = {
    opened: () => Promise.resolve(),
    get: (name: string) => {
      throw new RdzenError('COMPONENT_NOT_FOUND', `No component "${name}".`);
    },
  } as unknown as CatalogueService;
  const config = (secret = 1): ComponentConfig =>
    new ComponentConfig(
      store,
      installed,
      catalogue,
      new VirtualClock(),
      new SystemRandom(),
      new PostIdKey(Buffer.alloc(32, secret)),
    );
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error as RdzenError).code,
    );

  beforeEach(async () => {
    store = await memoryStore();
  });
  afterEach(() => store.close());

  it('tells what can be set and whether it is, and never a value', async () => {
    const sut = config();
    expect(await sut.set('good', { API_TOKEN: 'hunter2' }, 'chat:root')).toBe(NAME);
    const listed = await sut.list('good');
    expect(listed.entries).toMatchObject([
      { name: 'API_TOKEN', required: true, secret: true, set: true, setBy: 'chat:root' },
      { name: 'LEVEL', format: 'number', default: '3', secret: false, set: false },
      { name: 'LOUD', format: 'boolean', set: false },
    ]);
    expect(JSON.stringify(listed)).not.toContain('hunter2');
  });

  it('keeps it sealed on disk, each value for its own name', async () => {
    const sut = config();
    await sut.set('good', { API_TOKEN: 'hunter2', LEVEL: '7' }, 'x');
    const rows = await store.all<{ name: string; sealed: string }>('SELECT * FROM component_config');
    const whole = rows.map(({ sealed }) => Buffer.from(sealed, 'base64').toString('latin1')).join('');
    expect(whole).not.toContain('hunter2');
    await store.run(
      "UPDATE component_config SET sealed = ? WHERE name = 'LEVEL'",
      rows.find(({ name }) => name === 'API_TOKEN')?.sealed ?? '',
    );
    // What does not open counts as not set: its default stands.
    expect((await sut.environment(NAME, lock.manifest)).env).toEqual({ API_TOKEN: 'hunter2', LEVEL: '3' });
  });

  it('asks anew where the installation has another key', async () => {
    await config().set('good', { API_TOKEN: 'hunter2' }, 'x');
    expect(await code(config(2).environment(NAME, lock.manifest))).toBe('COMPONENT_NOT_CONFIGURED');
  });

  it('refuses what it cannot take, and sets nothing then', async () => {
    const sut = config();
    const both = { API_TOKEN: 'hunter2', LEVEL: 'high' };
    await expect(sut.set('good', both, 'x')).rejects.toMatchObject({ code: 'COMPONENT_SETTING_INVALID' });
    expect(await code(sut.set('good', { LOUD: 'yes' }, 'x'))).toBe('COMPONENT_SETTING_INVALID');
    expect(await code(sut.set('good', { API_TOKEN: 'a\0b' }, 'x'))).toBe('COMPONENT_SETTING_INVALID');
    expect(await code(sut.set('good', { API_TOKEN: 'a'.repeat(9_000) }, 'x'))).toBe(
      'COMPONENT_SETTING_INVALID',
    );
    expect(await code(sut.set('good', { PATH: '/tmp' }, 'x'))).toBe('COMPONENT_SETTING_UNKNOWN');
    expect(await code(sut.set('nothing', { PATH: '/tmp' }, 'x'))).toBe('COMPONENT_NOT_FOUND');
    expect(await code(sut.environment(NAME, lock.manifest))).toBe('COMPONENT_NOT_CONFIGURED');
  });

  it('takes a value away with an empty text, and all of them with the component', async () => {
    const sut = config();
    await sut.set('good', { API_TOKEN: 'hunter2', LOUD: 'true' }, 'x');
    await sut.set('good', { LOUD: '' }, 'x');
    expect((await sut.environment(NAME, lock.manifest)).env).toEqual({ API_TOKEN: 'hunter2', LEVEL: '3' });
    await store.transaction((tx) => sut.forget(NAME, tx));
    sut.outdate(NAME);
    expect(await code(sut.environment(NAME, lock.manifest))).toBe('COMPONENT_NOT_CONFIGURED');
    expect(sut.revision(NAME)).toBe(3);
  });

  it('gives each component one volume, of this installation alone', () => {
    expect(config().volumeOf(NAME)).toMatch(/^rdzen-state-good-[0-9a-f]{12}$/);
    expect(config().volumeOf(NAME)).toBe(config().volumeOf(NAME));
    expect(config(2).volumeOf(NAME)).not.toBe(config().volumeOf(NAME));
    expect(config().volumeOf('io.github.others/good')).not.toBe(config().volumeOf(NAME));
  });
});
