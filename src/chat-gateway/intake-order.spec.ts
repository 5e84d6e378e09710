import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { Watermarks } from '../journal/watermarks';
import type { ChatMessage, MessageMeta } from '../rocket-chat/chat-types';
import { IntakeService } from './intake.service';
import { MessageIntake } from './message-intake';

const META: MessageMeta = { participant: true, roomType: 'direct' };

describe('the order of live messages', () => {
  let bench: GatewayBench;
  let sut: IntakeService;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('room');
    sut = bench.get(IntakeService);
    await sut.open(false);
    await bench.clock.advance(1_000);
    sut.live(1);
    await bench.clock.advance(500);
    expect(sut.ready).toBe(true);
  });
  afterEach(async () => {
    await bench.during(sut.stop(), 1_000);
    expect(bench.clock.timers).toBe(0);
    await bench.close();
  });

  const live = (message: ChatMessage): void => sut.message(message, META, 1);
  const accepted = async (): Promise<string[]> =>
    (await bench.journal.list(['queued'], 1_000)).map(({ id }) => id);
  /** Two messages a moment apart, the second one already waiting when the first one fails. */
  const two = async (): Promise<string[]> => {
    const first = bench.chat.post('room', 'first');
    await bench.clock.advance(1);
    const second = bench.chat.post('room', 'second');
    live(first);
    live(second);
    return [first.id, second.id];
  };

  it.each(['timeout', 'bad-request'] as const)(
    'stands where the first one could not be judged (%s): both are held and taken again',
    async (kind) => {
      bench.chat.fail('room', kind);
      const ids = await two();
      await bench.clock.advance(1_000);
      expect(sut.ready).toBe(false);
      expect(await accepted()).toEqual([]);
      await bench.clock.advance(5_000);
      expect(sut.ready).toBe(true);
      expect(await accepted()).toEqual(ids);
    },
  );

  it('stands where the login was away', async () => {
    const { identity } = bench.chat;
    Object.assign(bench.chat, { identity: undefined });
    const ids = await two();
    await bench.clock.advance(1_000);
    expect(await accepted()).toEqual([]);
    Object.assign(bench.chat, { identity });
    await bench.clock.advance(5_000);
    expect(await accepted()).toEqual(ids);
  });

  it('does not come alive again by itself where the connection went meanwhile', async () => {
    bench.chat.fail('room', 'timeout');
    const ids = await two();
    await bench.clock.advance(1_000);
    sut.down('cut');
    await bench.clock.advance(10_000);
    expect(sut.ready).toBe(false);
    sut.live(2);
    await bench.clock.advance(500);
    expect(sut.ready).toBe(true);
    expect(await accepted()).toEqual(ids);
  });

  it('loses no message whose room the server does not tell for a while, nor keeps others waiting for it', async () => {
    const room = bench.chat.rooms.get('room');
    const told = jest
      .spyOn(bench.chat, 'room')
      .mockImplementation(async (id) => (id === 'room' ? undefined : room));
    bench.chat.addRoom('other');
    const ids = await two();
    const written = bench.clock.now();
    await bench.clock.advance(6_000);
    expect(sut.ready).toBe(true);
    const other = bench.chat.post('other', 'hello', { author: { id: 'bob', username: 'bob' } });
    live(other);
    await bench.clock.advance(150_000);
    expect(await accepted()).toEqual([other.id]);
    expect(await bench.get(Watermarks).get('room')).toBeLessThan(written - 1);
    told.mockRestore();
    await bench.clock.advance(61_000);
    expect((await accepted()).filter((id) => id !== other.id)).toEqual(ids);
  });

  it('does not wait until a sweep has read every other room', async () => {
    const others = Array.from({ length: 50 }, (_, index) => `other ${index}`);
    for (const other of others) bench.chat.addRoom(other);
    await bench.clock.advance(59_000);
    for (const other of others) bench.chat.post(other, 'unheard', { author: { id: other, username: other } });
    const read = jest.spyOn(bench.chat, 'syncMessages');
    for (let waited = 0; read.mock.calls.length === 0 && waited < 3_000; waited++)
      await bench.clock.advance(1);
    const asked = bench.chat.post('room', 'hello');
    live(asked);
    for (let waited = 0; waited < 3_000 && !(await accepted()).includes(asked.id); waited++)
      await bench.clock.advance(1);
    expect(await accepted()).toContain(asked.id);
    expect(read.mock.calls.length).toBeLessThan(5);
    await bench.clock.advance(20_000);
    expect(await accepted()).toHaveLength(51);
  });

  it('is refused by the intake itself where nobody knows who we are', async () => {
    Object.assign(bench.chat, { identity: undefined });
    await expect(bench.get(MessageIntake).take(bench.chat.post('room', 'hello'))).rejects.toMatchObject({
      kind: 'unreachable',
    });
  });
});
