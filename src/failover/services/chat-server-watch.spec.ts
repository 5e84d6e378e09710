import { Logger } from '@nestjs/common';
import { VirtualClock } from '../../../test/support/virtual-clock';
import { EventBus, type EventMap } from '../../events/event-bus';
import type { ChatApi } from '../../rocket-chat/chat-api';
import type { Catalogue } from '../../texts/catalogue';
import { texts } from '../../texts/texts';
import type { FailoverNotices } from '../failover-notices';
import { ChatServerWatch } from './chat-server-watch';
import { isTested } from './tested-versions';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe(ChatServerWatch.name, () => {
  let clock: VirtualClock;
  let bus: EventBus;
  let sut: ChatServerWatch;
  let alerts: Map<string, (text: Catalogue) => string>;
  let heard: [string, unknown][];
  let version: () => Promise<string>;
  let days: number | undefined;
  let identity: object | undefined;
  const down = (): Promise<string> => Promise.reject(new Error('connect ECONNREFUSED'));

  const watch = (): ChatServerWatch =>
    new ChatServerWatch(
      {
        serverVersion: () => version(),
        limits: () => Promise.resolve({ readOnlyInDays: days }),
        get identity() {
          return identity;
        },
      } as unknown as ChatApi,
      {
        writeAlert: (key: string, say: (text: Catalogue) => string) => {
          if (!alerts.has(key)) alerts.set(key, say);
          return Promise.resolve();
        },
      } as unknown as FailoverNotices,
      bus,
      clock,
    );
  const said = (language: 'en' | 'pl' = 'en'): string[] =>
    [...alerts.values()].map((say) => say(texts(language)));

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    clock = new VirtualClock(Date.parse('2026-11-28T10:00:00Z'));
    bus = new EventBus();
    alerts = new Map();
    heard = [];
    for (const name of ['chat-server.silent', 'chat-server.recovered'] as const)
      bus.on(name, (payload: EventMap[typeof name]) => void heard.push([name, payload]));
    version = () => Promise.resolve('8.8');
    days = undefined;
    identity = {};
    sut = watch();
  });
  afterEach(async () => {
    await sut.stop();
    expect(clock.timers).toBe(0);
  });

  it('tells the version, and since when the server is reachable', async () => {
    const since = clock.now();
    sut.start();
    await clock.advance(5 * MINUTE);
    expect(sut.now()).toEqual({ version: '8.8', tested: true, reachableSince: since, readOnly: false });
    expect(heard).toEqual([]);
    expect(said()).toEqual([]);
  });

  it('knows nothing before it asked', () => {
    expect(sut.now()).toEqual({ readOnly: false });
  });

  it('tells when it falls silent and when it is back, once each; one lost answer is no silence', async () => {
    sut.start();
    await clock.advance(MINUTE);
    version = down;
    await clock.advance(30_000);
    version = () => Promise.resolve('8.8');
    await clock.advance(MINUTE);
    expect(heard).toEqual([]);
    version = down;
    await clock.advance(5 * MINUTE);
    const silentSince = sut.now().silentSince!;
    expect(sut.now()).toMatchObject({ version: '8.8', reason: 'connect ECONNREFUSED' });
    expect(sut.now().reachableSince).toBeUndefined();
    version = () => Promise.resolve('8.9');
    await clock.advance(MINUTE);
    expect(heard).toEqual([
      ['chat-server.silent', { since: silentSince, reason: 'connect ECONNREFUSED' }],
      ['chat-server.recovered', { silentMs: expect.any(Number) as number, version: '8.9' }],
    ]);
    expect(sut.now()).toMatchObject({ version: '8.9', reachableSince: expect.any(Number) as number });
    expect(sut.now().silentSince).toBeUndefined();
    expect(said()).toEqual([expect.stringMatching(/^🔌 The chat server did not answer for \dm/)]);
  });

  it('leaves a short silence to the log', async () => {
    sut.start();
    await clock.advance(1_000);
    version = down;
    await clock.advance(MINUTE);
    expect(sut.now().silentSince).toBeDefined();
    version = () => Promise.resolve('8.8');
    await clock.advance(MINUTE / 2);
    expect(heard.map(([name]) => name)).toEqual(['chat-server.silent', 'chat-server.recovered']);
    expect(said()).toEqual([]);
  });

  it('counts an answer that does not come as none', async () => {
    version = () => new Promise(() => undefined);
    sut.start();
    await clock.advance(2 * MINUTE);
    expect(sut.now()).toMatchObject({ reason: 'The chat server did not answer within 5 s' });
  });

  it.each(['7.9', '10.0'])('alerts for version %s, which nobody tested, once', async (untested) => {
    version = () => Promise.resolve(untested);
    sut.start();
    await clock.advance(5 * MINUTE);
    await sut.stop();
    sut = watch();
    sut.start();
    await clock.advance(MINUTE);
    expect(sut.now()).toMatchObject({ version: untested, tested: false });
    expect(said()).toEqual([expect.stringContaining(`version ${untested}; I am tested with 8.0 to 9.x`)]);
    expect(said('pl')).toEqual([expect.stringContaining(`wersję ${untested}`)]);
  });

  it('alerts for an update to a version nobody tested, while it is running', async () => {
    sut.start();
    await clock.advance(MINUTE);
    version = () => Promise.resolve('10.1');
    await clock.advance(MINUTE);
    expect(said()).toHaveLength(1);
  });

  it.each([
    ['8.0', true],
    ['9.0.1', true],
    ['v9.1', true],
    ['7.13', false],
    ['10.0', false],
    ['unknown', undefined],
    ['', undefined],
  ])('judges %p as tested: %p', (told, tested) => {
    expect(isTested(told)).toBe(tested);
  });

  it('alerts for a workspace that counts its last days, once, and again when they are over', async () => {
    days = 9;
    sut.start();
    await clock.advance(MINUTE);
    expect(said()).toEqual([]);
    const oneDay = async (): Promise<void> => {
      clock.jumpWall(DAY);
      await clock.advance(MINUTE);
    };
    for (days = 7; days > 0; days--) await oneDay();
    expect(said()).toEqual([expect.stringContaining('read-only in 7 days')]);
    expect(said('pl')).toEqual([expect.stringContaining('za 7 dni')]);
    expect(sut.now()).toMatchObject({ readOnly: false, readOnlyInDays: 1 });
    days = 0;
    await oneDay();
    expect(said()[1]).toMatch(/read-only.*not registered.*collector\.rocket\.chat/);
    expect(said('pl')[1]).toMatch(/tylko do odczytu.*zarejestrować/);
    expect(alerts.size).toBe(2);
    expect(sut.now()).toMatchObject({ readOnly: true, readOnlyInDays: 0 });
    days = undefined;
    await clock.advance(MINUTE);
    expect(sut.now().readOnly).toBe(false);
  });

  it('believes a message that was refused, whatever the settings tell', async () => {
    sut.start();
    await clock.advance(MINUTE);
    const problem = { kind: 'restricted-workspace', message: 'x', since: clock.now() };
    bus.emit('chat.problem-changed', { problem });
    bus.emit('chat.problem-changed', { problem });
    await clock.advance(MINUTE);
    expect(sut.now().readOnly).toBe(true);
    expect(alerts.size).toBe(1);
    bus.emit('chat.problem-changed', {});
    expect(sut.now().readOnly).toBe(false);
  });

  it('reads no settings before it is logged in', async () => {
    identity = undefined;
    days = 0;
    sut.start();
    await clock.advance(MINUTE);
    expect(sut.now().readOnly).toBe(false);
  });

  it('repeats what keeps the account from being made', () => {
    sut.accountProblem = () => 'CHAT_ACCOUNT_LIMIT';
    expect(sut.now()).toEqual({ readOnly: false, accountProblem: 'CHAT_ACCOUNT_LIMIT' });
  });
});
