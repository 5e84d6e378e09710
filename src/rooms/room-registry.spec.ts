import { memoryStore } from '../../test/support/memory-store';
import { Settings } from '../config/settings';
import type { LibsqlStore } from '../storage/libsql-store';
import { LanguageOf } from './language-of';
import { RoomRegistry } from './room-registry';

describe(RoomRegistry.name, () => {
  let store: LibsqlStore;
  let sut: RoomRegistry;

  beforeEach(async () => {
    store = await memoryStore();
    sut = new RoomRegistry(store);
  });
  afterEach(() => store.close());

  it('answers mentions only, until told otherwise, and knows since when', async () => {
    expect(await sut.settings('r')).toEqual({ language: undefined, listen: 'mentions', listenSince: 0 });
    await sut.setListen('r', 'all', 100);
    expect(await sut.settings('r')).toMatchObject({ listen: 'all', listenSince: 100 });
    await sut.setListen('r', 'mentions', 200);
    expect(await sut.settings('r')).toMatchObject({ listen: 'mentions' });
  });

  it('keeps language and listening apart', async () => {
    await sut.setListen('r', 'all', 100);
    await sut.setLanguage('r', 'pl');
    expect(await sut.settings('r')).toEqual({ language: 'pl', listen: 'all', listenSince: 100 });
    await sut.setLanguage('r', 'en');
    expect((await sut.settings('r')).language).toBe('en');
    expect((await sut.settings('other')).language).toBeUndefined();
  });

  it('remembers per lane from when on things count', async () => {
    expect(await sut.contextSince('r')).toBe(0);
    await sut.startAnew('r', 10);
    await sut.startAnew('r', 20);
    expect(await sut.contextSince('r')).toBe(20);
    expect(await sut.contextSince('r/t')).toBe(0);
  });

  it('remembers when it first took part in a thread', async () => {
    expect(await sut.inThreadSince('t')).toBeUndefined();
    await sut.joinThread('t', 'r', 5);
    await sut.joinThread('t', 'r', 9);
    expect(await sut.inThreadSince('t')).toBe(5);
  });

  it('remembers whom it invited where', async () => {
    expect(await sut.invited('r')).toEqual([]);
    for (const user of ['ann', 'ben', 'ann']) await sut.noteInvited('r', user);
    await sut.noteInvited('other', 'cyn');
    expect(await sut.invited('r')).toEqual(['ann', 'ben']);
  });

  describe(LanguageOf.name, () => {
    it('is the room’s, else the workspace’s, inside a transaction as well', async () => {
      const settings = Object.assign(new Settings(), { RDZEN_LANGUAGE: 'pl' as const });
      const languages = new LanguageOf(store, settings);
      expect(await languages.of('r')).toBe('pl');
      await sut.setLanguage('r', 'en');
      expect(await languages.of('r')).toBe('en');
      expect(await store.transaction((tx) => languages.of('r', tx))).toBe('en');
    });
  });
});
