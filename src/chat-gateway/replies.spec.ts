import { GatewayBench } from '../../test/support/gateway-bench';
import type { Notice } from '../journal/journal.types';
import { LanguageOf } from '../rooms/language-of';
import { ADMIN_ROOM } from '../rooms/admin-room';
import type { AnswerWriter } from './answer-writer';
import { ChatPresence } from './chat-presence';
import { PostService } from './post.service';
import { Replies } from './replies';

const SECRET = 'what nobody else may read';

describe(Replies.name, () => {
  let bench: GatewayBench;
  let sut: Replies;

  beforeEach(async () => {
    bench = await GatewayBench.create();
    sut = new Replies(
      bench.journal,
      bench.notices,
      bench.ids,
      bench.get(LanguageOf),
      bench.get(ChatPresence),
      bench.get(PostService),
    );
  });
  afterEach(() => bench.close());

  const unbegun = { began: false } as AnswerWriter;
  const apologise = async (failure: { reason: string; text: string; deaths?: number }): Promise<Notice[]> => {
    const question = await bench.question('m1', { text: SECRET, roomId: 'room-7', authorName: 'ann' });
    await sut.apologise(question, { outcome: 'failed', ...failure }, unbegun);
    return bench.notices.due();
  };

  describe('to a question that is given up', () => {
    it('apologise, and tell the administrators where cores died of it: whose it is and where, not what it says', async () => {
      const [apology, note, ...more] = await apologise({ reason: 'deadly', text: SECRET, deaths: 2 });
      expect(await bench.journal.find('m1')).toMatchObject({ state: 'dead', reason: 'deadly' });
      expect(apology).toMatchObject({
        roomId: 'room-7',
        text: expect.stringContaining('I could not answer'),
      });
      expect(note).toMatchObject({ key: 'alert:dead-letter:m1:0', roomId: ADMIN_ROOM });
      for (const named of ['2 times', 'room-7', 'ann', 'm1', '/api/v1/messages'])
        expect(note?.text).toContain(named);
      expect(note?.text).not.toContain(SECRET);
      expect(more).toEqual([]);
    });

    it('leave the administrators alone where it failed for another reason', async () => {
      expect(await apologise({ reason: 'three attempts', text: '' })).toEqual([
        expect.objectContaining({ key: 'apology:m1:0' }),
      ]);
    });

    it('come with the burial or not at all', async () => {
      jest.spyOn(bench.notices, 'write').mockRejectedValueOnce(new Error('disk full'));
      await expect(apologise({ reason: 'deadly', text: '', deaths: 2 })).rejects.toThrow('disk full');
      expect(await bench.journal.find('m1')).toMatchObject({ state: 'queued' });
    });

    it('are not given where somebody stopped it meanwhile', async () => {
      const question = await bench.question('m1');
      await bench.journal.cancel('m1', 'stopped');
      await sut.apologise(question, { outcome: 'failed', reason: 'deadly', text: '', deaths: 2 }, unbegun);
      expect(await bench.notices.due()).toEqual([]);
    });
  });
});
