import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { ADMIN_ROOM } from '../rooms/admin-room';
import type { Transaction } from '../storage/store';
import { FailoverNotices } from './failover-notices';

interface NoticeRow {
  key: string;
  room_id: string;
  thread_id: string | null;
  text: string;
}

describe('the notices of a failover', () => {
  let bench: CoreBench;

  const running = async (options?: BenchOptions): Promise<void> => {
    bench = await CoreBench.running(options);
    bench.noticeRoom.id = 'general';
  };
  const active = (): number => bench.registry.active.id;
  const notices = (): Promise<NoticeRow[]> =>
    bench.store.all<NoticeRow>('SELECT * FROM notices ORDER BY rowid');

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  describe('notices', () => {
    it('stand in the notice room and in each place that waits, in its own language', async () => {
      await running();
      await bench.rooms.setLanguage('pokój', 'pl');
      await bench.question({ id: 'a', roomId: 'pokój', lane: 'pokój' });
      await bench.question({ id: 'b', roomId: 'pokój', lane: 'pokój' });
      await bench.question({ id: 'c', roomId: 'chan', answerThreadId: 't1', lane: 'chan/t1' });
      bench.core(1).kill();
      await bench.timeUntil(() => active() === 2, 3_000);
      const rows = await notices();
      expect(rows.map(({ room_id, thread_id }) => [room_id, thread_id])).toEqual([
        ['general', null],
        ['pokój', null],
        ['chan', 't1'],
      ]);
      expect(rows[0]?.text).toContain('Switched from core 1 to core 2');
      expect(rows[1]?.text).toContain('Przełączono z rdzenia 1 na rdzeń 2');
      expect(rows[2]?.text).toContain('Switched');
    });

    it('of a switch by hand stand in the notice room only', async () => {
      await running();
      await bench.question();
      await bench.during(bench.switchovers.switchTo(2, 'api:key1'));
      expect((await notices()).map(({ room_id, text }) => [room_id, text])).toEqual([
        ['general', expect.stringContaining('as asked')],
      ]);
    });

    it.each(['before the notice is written', 'after it'])(
      'stand or fall with the switch: a crash %s',
      async (where) => {
        await running();
        let crashes = 2;
        const { transaction } = bench.store;
        jest.spyOn(bench.store, 'transaction').mockImplementation(function (this: unknown, work) {
          return transaction.call(bench.store, async (tx: Transaction) => {
            if (crashes-- <= 0) return work(tx);
            const run: Transaction['run'] = (sql, ...values) => {
              if (where.startsWith('before') && sql.includes('INTO notices')) throw new Error('crash');
              return tx.run(sql, ...values);
            };
            await work({ ...tx, run });
            throw new Error('crash');
          });
        });
        bench.core(1).kill();
        await bench.timeUntil(() => bench.state(1) === 'down', 3_000);
        await bench.clock.advance(0);
        expect(active()).toBe(1);
        expect(bench.registry.epoch).toBe(1);
        expect(await bench.history.switches()).toEqual([]);
        expect(await notices()).toEqual([]);

        await bench.timeUntil(() => active() === 2, 3_000);
        expect((await bench.history.switches()).length).toBe(1);
        expect((await notices()).length).toBe(1);
        expect(bench.registry.epoch).toBe(2);
        const stored = await bench.store.get('SELECT epoch, active FROM cluster');
        expect(stored).toMatchObject({ epoch: 2, active: 2 });
      },
    );
  });

  describe('a blackout', () => {
    const blackouts = async (): Promise<NoticeRow[]> =>
      (await notices()).filter(({ key }) => key.startsWith('blackout'));

    it('is told within 10 s, once per place, in its language, with the number that waits', async () => {
      await running();
      await bench.rooms.setLanguage('pl', 'pl');
      await bench.question({ roomId: 'pl', lane: 'pl' });
      await bench.question({ roomId: 'pl', lane: 'pl' });
      await bench.question({ roomId: 'en', lane: 'en', answerThreadId: 't' });
      for (const id of [1, 2]) bench.core(id).freeze();
      await bench.clock.advance(10_000);
      const told = await blackouts();
      expect(told.map(({ room_id, thread_id }) => [room_id, thread_id])).toEqual([
        ['pl', null],
        ['en', 't'],
      ]);
      expect(told[0]?.text).toContain('Pytania czekające tutaj (2)');
      expect(told[1]?.text).toContain('Your question is kept');
      await bench.clock.advance(60_000);
      expect(await blackouts()).toEqual(told);
    });

    it('is told to who asks in the middle of it, and not again when the first question is withdrawn', async () => {
      await running();
      const first = await bench.question({ roomId: 'r', lane: 'r' });
      for (const id of [1, 2]) bench.core(id).kill();
      await bench.clock.advance(8_000);
      await bench.question({ roomId: 'r', lane: 'r' });
      await bench.question({ roomId: 'other', lane: 'other' });
      await bench.clock.advance(1_500);
      await bench.journal.cancel(first, 'stopped');
      await bench.clock.advance(5_000);
      expect((await blackouts()).map(({ room_id }) => room_id)).toEqual(['r', 'other']);
    });

    it('is told as waiting for the model where that is being fetched', async () => {
      await running();
      bench.registry.preparation.preparing = {
        step: 'model',
        detail: 'fetching',
        receivedBytes: 40e6,
        totalBytes: 98e6,
        secondsLeft: 11.3,
      };
      await bench.rooms.setLanguage('pl', 'pl');
      await bench.question({ roomId: 'pl', lane: 'pl' });
      await bench.question({ roomId: 'en', lane: 'en' });
      for (const id of [1, 2]) bench.core(id).freeze();
      await bench.clock.advance(10_000);
      expect((await blackouts()).map(({ text }) => text)).toEqual([
        '⏳ Pobieram model językowy, na razie 40 %, zostało około 12 s. Twoje pytanie nie przepadnie: zaraz potem na nie odpowiem.',
        '⏳ The language model is being fetched, 40 % so far, about 12 s to go. Your question is kept and will be answered after that.',
      ]);
    });

    it('is nobody’s news while a switch goes on', async () => {
      await running();
      await bench.question();
      bench.core(1).kill();
      await bench.timeUntil(() => active() === 2, 3_000);
      await bench.clock.advance(10_000);
      expect(await blackouts()).toEqual([]);
    });
  });

  describe('an alert', () => {
    it('goes to the administrators, in the language of the workspace, and into the log, once', async () => {
      await running();
      bench.settings.RDZEN_LANGUAGE = 'pl';
      const heard = jest.fn();
      bench.bus.on('notice.written', heard);
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
      const { journal, registry, languages, noticeRoom } = bench;
      const sut = new FailoverNotices(journal, bench.notices, registry, languages, noticeRoom);
      for (let each = 0; each < 2; each++)
        await sut.writeAlert('pinned:7', (text) => text.pinned({ core: 1 }));
      expect(await notices()).toMatchObject([
        { key: 'alert:pinned:7', room_id: ADMIN_ROOM, text: expect.stringContaining('Za dużo przełączeń') },
      ]);
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/^Alert pinned:7: .*Too many switches in ten minutes, and now core 1/)],
      ]);
      expect(heard).toHaveBeenCalledTimes(1);
      warn.mockRestore();
    });
  });
});
