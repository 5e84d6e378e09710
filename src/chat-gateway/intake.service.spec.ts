import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { Watermarks } from '../journal/watermarks';
import type { ChatMessage, MessageMeta } from '../rocket-chat/chat-types';
import type { Store } from '../storage/store';
import { IntakeService } from './intake.service';
import { MessageIntake } from './message-intake';

const META: MessageMeta = { participant: true, roomType: 'direct' };
const HOUR = 3_600_000;

describe(IntakeService.name, () => {
  let bench: GatewayBench;
  let sut: IntakeService;
  let generation: number;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    generation = 0;
    await begin();
  });
  afterEach(async () => {
    await bench.during(sut.stop(), 1_000);
    expect(bench.clock.timers).toBe(0);
    await bench.close();
  });

  const begin = async (knownHere = false, store?: Store): Promise<void> => {
    bench = await GatewayBench.create(undefined, store);
    bench.chat.addRoom('room');
    sut = bench.get(IntakeService);
    await sut.open(knownHere);
    await bench.clock.advance(1_000);
  };
  const connect = (): void => sut.live(++generation);
  const connected = async (): Promise<void> => {
    connect();
    await bench.clock.advance(500);
    expect(sut.ready).toBe(true);
  };
  const live = (message: ChatMessage): void => sut.message(message, META, generation);
  const accepted = async (): Promise<string[]> =>
    (await bench.journal.list(['queued'], 1_000)).map(({ id }) => id);

  describe('catch-up', () => {
    it('reads what was written while nobody listened, in the order it was written', async () => {
      await connected();
      sut.down('cut');
      const missed: string[] = [];
      for (let count = 0; count < 4; count++) {
        await bench.clock.advance(1_000);
        missed.push(bench.chat.post('room', `question ${count}`).id);
      }
      expect(await accepted()).toEqual([]);
      expect(sut.ready).toBe(false);
      await connected();
      expect(await accepted()).toEqual(missed);
    });

    it('holds live messages back, and lets go of them behind what was missed', async () => {
      const before = bench.chat.post('room', 'before');
      connect();
      await bench.clock.advance(1);
      await bench.clock.advance(1);
      const during = bench.chat.post('room', 'during', { at: bench.clock.now() + 50 });
      live(during);
      live(before);
      expect(await accepted()).toEqual([]);
      await bench.clock.advance(500);
      expect(await accepted()).toEqual([before.id, during.id]);
    });

    it('loses and doubles nothing whatever the moment a message comes in', async () => {
      const sent: string[] = [];
      for (let moment = 0; moment < 60; moment += 2) {
        sut.down('cut');
        connect();
        await bench.clock.advance(moment);
        const message = bench.chat.post('room', `at ${moment}`, {
          author: { id: `u${moment}`, username: 'u' },
        });
        sent.push(message.id);
        live(message);
        await bench.clock.advance(500);
        expect(sut.ready).toBe(true);
        for (const id of await accepted()) await bench.journal.bury(id, 'done');
      }
      expect((await bench.journal.list(['dead'], 100)).map(({ id }) => id)).toEqual(sent);
    });

    it('keeps what came before the connection was said to be live', async () => {
      const early = bench.chat.post('room', 'early');
      jest.spyOn(bench.chat, 'subscriptions').mockResolvedValue([]);
      sut.message(early, META, generation + 1);
      await connected();
      expect(await accepted()).toEqual([early.id]);
    });

    it.each(['subscriptions', 'syncMessages', 'room'] as const)(
      'is repeated where it fails (%s), and nothing live overtakes it',
      async (method) => {
        const missed = bench.chat.post('room', 'missed');
        bench.chat.fail(method, 'unreachable', { times: 3 });
        connect();
        await bench.clock.advance(100);
        const fresh = bench.chat.post('room', 'fresh');
        live(fresh);
        await bench.clock.advance(10_000);
        expect(sut.ready).toBe(false);
        expect(await accepted()).toEqual([]);
        await bench.clock.advance(6_000);
        expect(sut.ready).toBe(true);
        expect(await accepted()).toEqual([missed.id, fresh.id]);
      },
    );

    it('is repeated where our own store fails', async () => {
      const missed = bench.chat.post('room', 'missed');
      jest.spyOn(bench.journal, 'accept').mockRejectedValueOnce(new Error('disk full'));
      connect();
      await bench.clock.advance(2_000);
      expect(sut.ready).toBe(false);
      await bench.clock.advance(5_000);
      expect(sut.ready).toBe(true);
      expect(await accepted()).toEqual([missed.id]);
    });

    it('waits as long as the server says, and ends at once when it is stopped then', async () => {
      bench.chat.fail('subscriptions', 'rate-limited', { retryAfterMs: 3_600_000 });
      connect();
      await bench.clock.advance(50_000);
      expect(bench.chat.asked('subscriptions')).toBe(1);
      await bench.during(sut.stop(), 1_000);
    });

    it('does not let one room that cannot be read keep the others unheard', async () => {
      bench.chat.addRoom('closed');
      bench.chat.post('closed', 'unreadable');
      const heard = bench.chat.post('room', 'hello');
      bench.chat.fail('syncMessages', 'forbidden', { times: 1_000, roomId: 'closed' });
      await connected();
      expect(await accepted()).toEqual([heard.id]);
    });

    it('of a connection that is gone again is left to the next one', async () => {
      connect();
      await bench.clock.advance(2);
      sut.down('cut');
      connect();
      await bench.clock.advance(500);
      expect(sut.ready).toBe(true);
      const message = bench.chat.post('room', 'hello');
      live(message);
      await bench.clock.advance(100);
      expect(await accepted()).toEqual([message.id]);
    });
  });

  describe('watermarks', () => {
    it('move only after everything before them is in the journal', async () => {
      bench.chat.post('room', 'at first', { author: { id: 'c', username: 'c' } });
      await connected();
      for (const id of await accepted()) await bench.journal.bury(id, 'done');
      const marks = bench.get(Watermarks);
      const before = await marks.get('room');
      sut.down('cut');
      await bench.clock.advance(HOUR);
      const first = bench.chat.post('room', 'first', { author: { id: 'a', username: 'a' } });
      const second = bench.chat.post('room', 'second', { author: { id: 'b', username: 'b' } });
      const take = jest.spyOn(bench.get(MessageIntake), 'take');
      take.mockRejectedValueOnce(new Error('crash'));
      connect();
      await bench.clock.advance(500);
      expect(await marks.get('room')).toBe(before);
      take.mockRestore();
      await bench.clock.advance(6_000);
      expect(await accepted()).toEqual([first.id, second.id]);
      expect(await marks.get('room')).toBe(second.updatedAt);
    });

    it('are read with an overlap, so that two stamps of one millisecond lose nothing', async () => {
      await connected();
      const first = bench.chat.post('room', 'first');
      await bench.clock.advance(61_000);
      expect(await accepted()).toEqual([first.id]);
      const twin = bench.chat.post('room', 'twin', { at: first.at, updatedAt: first.updatedAt });
      bench.chat.post('room', 'later, so that the room counts as changed');
      await bench.clock.advance(61_000);
      expect(await accepted()).toContain(twin.id);
    });
  });

  describe('the sweep', () => {
    it('finds within a minute what the stream lost without saying so', async () => {
      await connected();
      const lost = bench.chat.post('room', 'lost');
      await bench.clock.advance(61_000);
      expect(await accepted()).toEqual([lost.id]);
    });

    it('finds a live message whose writing down failed', async () => {
      await connected();
      const message = bench.chat.post('room', 'hello');
      jest.spyOn(bench.journal, 'accept').mockRejectedValueOnce(new Error('disk full'));
      live(message);
      await bench.clock.advance(1_000);
      expect(await accepted()).toEqual([]);
      await bench.clock.advance(61_000);
      expect(await accepted()).toEqual([message.id]);
    });

    it('goes on after one that failed', async () => {
      await connected();
      const lost = bench.chat.post('room', 'lost');
      bench.chat.fail('subscriptions', 'unreachable');
      await bench.clock.advance(61_000);
      expect(await accepted()).toEqual([]);
      await bench.clock.advance(60_000);
      expect(await accepted()).toEqual([lost.id]);
    });
  });

  describe('a new room', () => {
    it('is read at once, for its first message may have come before it was ours', async () => {
      await connected();
      bench.chat.addRoom('new');
      const first = bench.chat.post('new', 'hello');
      await bench.clock.advance(200);
      sut.subscriptionChanged('inserted', 'new');
      await bench.clock.advance(200);
      expect(await accepted()).toEqual([first.id]);
    });
  });

  describe('the first start', () => {
    it('answers no history', async () => {
      await sut.stop();
      await bench.close();
      bench = await GatewayBench.create();
      bench.chat.addRoom('room');
      const old = bench.chat.post('room', 'asked long ago');
      await bench.clock.advance(HOUR);
      sut = bench.get(IntakeService);
      await sut.open(false);
      await connected();
      expect(await accepted()).toEqual([]);
      bench.chat.messages.set(old.id, { ...old, updatedAt: bench.clock.now() });
      await bench.clock.advance(61_000);
      expect(await accepted()).toEqual([]);
    });

    it('with a journal that was lost reads the last hour back, and what was answered stays answered', async () => {
      await sut.stop();
      await bench.close();
      bench = await GatewayBench.create();
      bench.chat.addRoom('room');
      const ask = async (text: string, author: string): Promise<ChatMessage> => {
        await bench.clock.advance(60_000);
        return bench.chat.post('room', text, { author: { id: author, username: author } });
      };
      await ask('too long ago', 'a');
      await bench.clock.advance(2 * HOUR);
      const answered = await ask('answered', 'b');
      const half = await ask('half answered', 'c');
      const open = await ask('never answered', 'd');
      const self = { id: 'bot', username: 'system-bot' };
      bench.chat.post('room', 'the answer', { id: bench.ids.answer('room', answered.id, 0), author: self });
      bench.chat.post('room', 'the ans ▍', { id: bench.ids.answer('room', half.id, 0), author: self });
      await bench.clock.advance(60_000);
      sut = bench.get(IntakeService);
      await sut.open(true);
      await connected();
      expect(await accepted()).toEqual([half.id, open.id]);
      expect((await bench.journal.find(answered.id))?.state).toBe('posted');
    });

    it('happens once: a later start goes on where the marks stand', async () => {
      await connected();
      const message = bench.chat.post('room', 'hello');
      sut.down('cut');
      await sut.open(true);
      await connected();
      expect(await accepted()).toEqual([message.id]);
    });
  });

  it('does nothing with what comes after its end', async () => {
    await connected();
    await bench.during(sut.stop());
    live(bench.chat.post('room', 'late'));
    await bench.clock.advance(120_000);
    expect(await accepted()).toEqual([]);
  });
});
