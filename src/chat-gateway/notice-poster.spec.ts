import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { NoticePoster } from './notice-poster';

describe(NoticePoster.name, () => {
  let bench: GatewayBench;
  let sut: NoticePoster;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('room');
    sut = bench.get(NoticePoster);
  });
  afterEach(async () => {
    await bench.during(sut.stop());
    expect(bench.clock.timers).toBe(0);
    await bench.close();
  });

  const write = async (...keys: string[]): Promise<void> => {
    await bench.notices.write(keys.map((key) => ({ key, roomId: 'room', text: `notice ${key}` })));
  };
  const posted = (): string[] => bench.chat.textsIn('room');
  const started = async (): Promise<void> => {
    sut.start();
    await bench.clock.advance(100);
  };

  it('posts what an earlier run left, and each new one as soon as it is announced', async () => {
    await write('a', 'b');
    await started();
    expect(posted()).toEqual(['notice a', 'notice b']);
    await write('c');
    bench.notices.announce('c');
    await bench.clock.advance(100);
    expect(posted()).toEqual(['notice a', 'notice b', 'notice c']);
    await bench.clock.advance(60_000);
    expect(bench.chat.asked('sendMessage')).toBe(3);
  });

  it('finds one that nobody announced', async () => {
    await started();
    await write('a');
    await bench.clock.advance(2_500);
    expect(posted()).toEqual(['notice a']);
  });

  it('posts once where the reply was lost, and where we died before it was written down', async () => {
    bench.chat.fail('sendMessage', 'timeout', { after: true });
    jest.spyOn(bench.notices, 'markPosted').mockRejectedValueOnce(new Error('died'));
    await write('a');
    await started();
    await bench.clock.advance(10_000);
    expect(posted()).toEqual(['notice a']);
    expect(await bench.notices.due()).toEqual([]);
  });

  it.each(['unreachable', 'unauthorized', 'restricted-workspace'] as const)(
    'keeps trying through half an hour of %s',
    async (kind) => {
      bench.chat.fail('sendMessage', kind, { times: 100_000 });
      await write('a');
      await started();
      await bench.clock.advance(30 * 60_000);
      expect(bench.chat.asked('sendMessage')).toBeLessThan(100);
      bench.chat.heal();
      await bench.clock.advance(40_000);
      expect(posted()).toEqual(['notice a']);
    },
  );

  it('gives up where the room refuses, and goes on with the next', async () => {
    bench.chat.fail('sendMessage', 'room-closed');
    await write('a', 'b');
    await started();
    expect(posted()).toEqual(['notice b']);
    await bench.clock.advance(60_000);
    expect(bench.chat.asked('sendMessage')).toBe(2);
  });

  it('ends when it is stopped', async () => {
    await started();
    await bench.during(sut.stop());
    await write('a');
    bench.notices.announce('a');
    await bench.clock.advance(10_000);
    expect(posted()).toEqual([]);
  });
});
