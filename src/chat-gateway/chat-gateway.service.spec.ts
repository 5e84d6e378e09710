import { Logger } from '@nestjs/common';
import { FakeChatApi } from '../../test/support/fakes/fake-chat-api';
import { VirtualClock } from '../../test/support/virtual-clock';
import { Settings } from '../config/settings';
import type { ChatRealtime } from '../rocket-chat/chat-realtime';
import { ChatGateway, type GatewayWorkers } from './chat-gateway.service';
import type { OwnRooms } from './own-rooms';

describe(ChatGateway.name, () => {
  let clock: VirtualClock;
  let log: string[];
  /** How often opening the journal and taking up the lanes still fail. */
  let failures: { open: number; lanes: number };
  let sut: ChatGateway;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    clock = new VirtualClock();
    log = [];
    failures = { open: 0, lanes: 0 };
    const done = (what: string) => (): Promise<void> => Promise.resolve(void log.push(what));
    const flaky = (what: 'open' | 'lanes') => (): Promise<void> =>
      failures[what]-- > 0
        ? Promise.reject(new Error('database or disk is full'))
        : Promise.resolve(void log.push(what));
    const workers = {
      intake: { open: flaky('open'), stop: done('intake stopped') },
      lanes: { start: flaky('lanes'), stop: done('lanes stopped') },
      notices: { start: () => void log.push('notices'), stop: done('notices stopped') },
      alarm: { raise: () => undefined, clear: () => undefined },
    };
    const realtime = { start: () => void log.push('socket'), stop: done('socket stopped') };
    const rooms = { start: () => void log.push('rooms'), stop: done('rooms stopped') };
    sut = new ChatGateway(
      new FakeChatApi(clock),
      realtime as unknown as ChatRealtime,
      workers as unknown as GatewayWorkers,
      rooms as unknown as OwnRooms,
      new Settings(),
      clock,
    );
  });

  it('opens the journal before it hears, and hears before it takes up the lanes', async () => {
    sut.start(false);
    await clock.advance(100);
    expect(log).toEqual(['open', 'rooms', 'socket', 'lanes', 'notices']);
  });

  it('tries again where the journal fails, instead of staying deaf for good', async () => {
    failures = { open: 3, lanes: 2 };
    sut.start(false);
    await clock.advance(5_900);
    expect(log).toEqual([]);
    await clock.advance(200);
    expect(log).toEqual(['open', 'rooms', 'socket']);
    await clock.advance(4_000);
    expect(log).toEqual(['open', 'rooms', 'socket', 'lanes', 'notices']);
  });

  it('ends at once while it still tries', async () => {
    failures.open = Infinity;
    sut.start(false);
    await clock.advance(1_000);
    await sut.stop(0);
    expect(log).toEqual([
      'rooms stopped',
      'lanes stopped',
      'intake stopped',
      'notices stopped',
      'socket stopped',
    ]);
    expect(clock.timers).toBe(0);
  });
});
