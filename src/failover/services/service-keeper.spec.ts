import { Logger } from '@nestjs/common';
import { memoryStore } from '../../../test/support/memory-store';
import { VirtualClock } from '../../../test/support/virtual-clock';
import { Settings } from '../../config/settings';
import type { ContainerEngine, ContainerInfo } from '../../containers/container-engine';
import type { CoreRegistry } from '../../core-registry/core-registry';
import type { ChatApi } from '../../rocket-chat/chat-api';
import type { LibsqlStore } from '../../storage/libsql-store';
import { texts } from '../../texts/texts';
import type { FailoverNotices } from '../failover-notices';
import { ServiceJournal } from './service-journal';
import { ServiceKeeper } from './service-keeper';

const MINUTE = 60_000;

describe(ServiceKeeper.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let journal: ServiceJournal;
  let sut: ServiceKeeper;
  let restarts: string[];
  let alerts: string[];
  const held = new Set<string>();
  let infos: Record<string, Partial<ContainerInfo> | undefined>;
  let version: () => Promise<string>;

  const keeper = (settings: Partial<Settings> = {}): ServiceKeeper => {
    const engine = {
      inspect: (name: string) => Promise.resolve(infos[name]),
      restart: (name: string) => {
        restarts.push(name);
        return Promise.resolve();
      },
    };
    return new ServiceKeeper(
      Object.assign(
        new Settings(),
        { RDZEN_CONTAINER_ROCKETCHAT: 'chat', RDZEN_CONTAINER_MONGODB: 'db' },
        settings,
      ),
      engine as unknown as ContainerEngine,
      { serverVersion: () => version() } as unknown as ChatApi,
      { cluster: held } as unknown as CoreRegistry,
      journal,
      {
        writeAlert: (_: string, say: (text: ReturnType<typeof texts>) => string) => {
          alerts.push(say(texts('en')));
          return Promise.resolve();
        },
      } as unknown as FailoverNotices,
      clock,
    );
  };

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    journal = new ServiceJournal(store, clock);
    restarts = [];
    alerts = [];
    held.clear();
    infos = { chat: { state: 'running' }, db: { state: 'running', health: 'healthy' } };
    version = () => Promise.resolve('8.8.0');
    sut = keeper();
  });
  afterEach(async () => {
    await sut.stop();
    await store.close();
    expect(clock.timers).toBe(0);
  });

  it('restarts the chat server after five silent minutes, and not again within half an hour', async () => {
    version = () => Promise.reject(new Error('connect ECONNREFUSED'));
    sut.start();
    await clock.advance(4.9 * MINUTE);
    expect(restarts).toEqual([]);
    expect(sut.all()[0]).toMatchObject({ name: 'rocketchat', well: false, reason: 'connect ECONNREFUSED' });
    await clock.advance(MINUTE);
    expect(restarts).toEqual(['chat']);
    expect(alerts).toEqual([expect.stringContaining('rocketchat had not been well for five minutes')]);
    await clock.advance(29 * MINUTE);
    expect(restarts).toHaveLength(1);
    await clock.advance(2 * MINUTE);
    expect(restarts).toHaveLength(2);
  });

  it('knows of an earlier restart after one of its own', async () => {
    await journal.begin('rocketchat', 'automatic', 'x');
    version = () => Promise.reject(new Error('no'));
    sut.start();
    await clock.advance(29 * MINUTE);
    expect(restarts).toEqual([]);
    await clock.advance(2 * MINUTE);
    expect(restarts).toEqual(['chat']);
  });

  it('gives a service five minutes anew when it was well in between', async () => {
    version = () => Promise.reject(new Error('no'));
    sut.start();
    await clock.advance(4 * MINUTE);
    version = () => Promise.resolve('8.8.0');
    await clock.advance(MINUTE);
    version = () => Promise.reject(new Error('no'));
    await clock.advance(4.5 * MINUTE);
    expect(restarts).toEqual([]);
    expect(sut.all()[0]?.silentSince).toBeGreaterThan(clock.now() - 5 * MINUTE);
  });

  it('gives one that was just started the time its first start may take', async () => {
    infos.chat = { state: 'running', startedAt: clock.now() };
    version = () => Promise.reject(new Error('no'));
    sut.start();
    await clock.advance(14 * MINUTE);
    expect(restarts).toEqual([]);
    expect(sut.all()[0]).toMatchObject({ well: false });
    await clock.advance(2 * MINUTE);
    expect(restarts).toEqual(['chat']);
  });

  it('goes by the health check of the database, and by an answer that does not come', async () => {
    infos.db = { state: 'running', health: 'unhealthy' };
    version = () => new Promise(() => undefined);
    sut.start();
    await clock.advance(7 * MINUTE);
    expect(restarts.sort()).toEqual(['chat', 'db']);
  });

  it.each(['stopped', 'gone'] as const)('leaves one that is %s alone', async (state) => {
    infos.db = state === 'gone' ? undefined : { state };
    sut.start();
    await clock.advance(60 * MINUTE);
    expect(restarts).toEqual([]);
    expect(sut.all()[1]).toMatchObject({ state, well: false });
  });

  it('restarts nothing by itself in a pause, and what it is told to at any time', async () => {
    held.add('paused');
    infos.db = { state: 'exited' };
    sut.start();
    await clock.advance(20 * MINUTE);
    expect(restarts).toEqual([]);
    await sut.restart('mongodb', 'api:k');
    expect(restarts).toEqual(['db']);
    expect(await journal.recent('mongodb', 5)).toMatchObject([{ by: 'api:k', outcome: 'restarted' }]);
  });

  it('names what it may restart', async () => {
    await expect(sut.restart('postgres', 'api:k')).rejects.toMatchObject({
      code: 'SERVICE_NOT_FOUND',
      message: expect.stringContaining('rocketchat, mongodb') as string,
    });
    const without = keeper({ RDZEN_CONTAINER_ROCKETCHAT: undefined, RDZEN_CONTAINER_MONGODB: undefined });
    without.start();
    expect(without.all()).toEqual([]);
    await without.stop();
  });
});
