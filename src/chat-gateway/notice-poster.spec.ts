import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { ADMIN_ROOM, AdminRoom } from '../rooms/admin-room';
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

  it.each([
    [2, ['notice a']],
    [3, []],
  ])('is refused %i times without a reason: what stands then is %j', async (times, stands) => {
    for (let each = 0; each < times; each++) bench.chat.fail('sendMessage', 'bad-request');
    await write('a');
    await started();
    await bench.clock.advance(60_000);
    expect(posted()).toEqual(stands);
    expect(bench.chat.asked('sendMessage')).toBe(3);
  });

  describe('alerts', () => {
    const HOUR = 3_600_000;
    const alert = async (...keys: string[]): Promise<void> => {
      await bench.notices.write(keys.map((key) => ({ key, roomId: ADMIN_ROOM, text: `alert ${key}` })));
    };
    const alerts = (roomId = 'admins'): string[] => bench.chat.textsIn(roomId);
    const roomFound = (roomId: string | undefined = 'admins'): void => {
      bench.get(AdminRoom).id = roomId;
    };

    beforeEach(() => void bench.chat.addRoom('admins', 'group'));

    it('wait for their room without wearing out, and hold nothing else up', async () => {
      await alert(...Array.from({ length: 25 }, (_, index) => `${index}`));
      await write('a');
      await started();
      expect(posted()).toEqual(['notice a']);
      await bench.clock.advance(6 * HOUR);
      expect(bench.chat.asked('sendMessage')).toBe(1);
      roomFound();
      await bench.clock.advance(10_000);
      expect(alerts()).toHaveLength(25);
      expect(alerts()[0]).toBe('alert 0');
      expect(posted()).toEqual(['notice a']);
    });

    it('stand under the id that was written with them', async () => {
      roomFound();
      await alert('a');
      const [{ postId } = { postId: '' }] = await bench.notices.due();
      expect(postId).toBe(bench.ids.notice(ADMIN_ROOM, 'a'));
      await started();
      expect(bench.chat.messages.get(postId)).toMatchObject({ roomId: 'admins', text: 'alert a' });
    });

    it('stand once where we died before it was written down, even when the room is another one now', async () => {
      jest.spyOn(bench.notices, 'markPosted').mockRejectedValueOnce(new Error('died'));
      roomFound();
      await alert('a');
      await started();
      expect(alerts()).toEqual(['alert a']);
      bench.chat.addRoom('elsewhere', 'group');
      roomFound('elsewhere');
      await bench.clock.advance(10_000);
      expect(alerts()).toEqual(['alert a']);
      expect(alerts('elsewhere')).toEqual([]);
      expect(await bench.notices.due()).toEqual([]);
    });

    it('are given up after a day without a room, with a line in the log', async () => {
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
      await alert('old');
      await started();
      await bench.clock.advance(23.9 * HOUR);
      await alert('young');
      expect((await bench.notices.due()).map(({ key }) => key)).toEqual(['old', 'young']);
      await bench.clock.advance(0.2 * HOUR);
      expect(warn.mock.calls.flat()).toEqual([expect.stringMatching(/old is given up: there was no room/)]);
      warn.mockRestore();
      roomFound();
      await bench.clock.advance(3_000);
      expect(alerts()).toEqual(['alert young']);
    });

    it('outlive days during which we did not run', async () => {
      await alert('a');
      await bench.clock.advance(48 * HOUR);
      await started();
      await bench.clock.advance(60_000);
      roomFound();
      await bench.clock.advance(3_000);
      expect(alerts()).toEqual(['alert a']);
    });
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
