import { QuestionJournal } from '../../../src/journal/question-journal';
import { Store } from '../../../src/storage/store';
import { eventually } from '../../support/chat-person';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

describe('dead letters', () => {
  let sut: InProcessRdzen;
  const ann = { id: 'ann-id', username: 'ann' };

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    sut.chat.direct(ann);
  });
  afterAll(() => sut?.stop());

  const journal = (): QuestionJournal => sut.app.get(QuestionJournal);
  const list = async (query = ''): Promise<Record<string, unknown>[]> => {
    const { status, text } = await sut.ask('GET', `/api/v1/messages${query}`);
    expect(status).toBe(200);
    return JSON.parse(text) as Record<string, unknown>[];
  };
  /** Puts a question into the journal that was given up. */
  const bury = async (id: string, at = Date.now()): Promise<void> => {
    await journal().accept(
      {
        id,
        kind: 'question',
        roomId: 'direct-ann',
        lane: `lane-of-${id}`,
        authorId: ann.id,
        authorName: ann.username,
        text: `text of ${id}`,
        at,
      },
      { state: 'rejected', reason: 'for the test' },
    );
    await sut.app
      .get(Store)
      .run("UPDATE inbox SET state = 'dead', reason = 'every try failed' WHERE id = ?", id);
  };

  it('are listed oldest first, without their text, a page at a time', async () => {
    await bury('second', 2_000);
    await bury('first', 1_000);
    expect(await list()).toEqual([
      {
        id: 'first',
        room_id: 'direct-ann',
        author: 'ann',
        state: 'dead',
        attempts: 0,
        deaths: 0,
        asked_at: '1970-01-01T00:00:01.000Z',
        reason: 'every try failed',
      },
      expect.objectContaining({ id: 'second' }),
    ]);
    expect(await list('?limit=1&offset=1')).toEqual([expect.objectContaining({ id: 'second' })]);
    expect(await list('?state=posted')).toEqual([]);
  });

  it('say how often a core died over them, and forget it when they are tried again', async () => {
    await bury('deadly', 3_000);
    await journal().suspect('deadly', 2);
    expect((await list()).find(({ id }) => id === 'deadly')).toMatchObject({ deaths: 2 });
    const { status, body } = await sut.ask('POST', '/api/v1/messages/deadly/requeue');
    expect({ status, body }).toMatchObject({ status: 200, body: { id: 'deadly', deaths: 0 } });
    await eventually(
      async () => (await journal().find('deadly'))?.state,
      (state) => state === 'posted',
      5_000,
      'posted',
    );
  });

  it.each(['state=lost', 'limit=0', 'limit=201', 'limit=1.5', 'offset=-1', 'offset=x', 'order=desc'])(
    'are not listed for %s',
    async (query) => {
      expectProblem(await sut.ask('GET', `/api/v1/messages?${query}`), 'BAD_REQUEST');
    },
  );

  it('are answered after all when they are requeued', async () => {
    const question = sut.say(ann, sut.chat.direct(ann), 'Will you answer?');
    expect(await sut.answerTo(question)).toBe('You said: Will you answer?');
    await bury('buried');
    const { status, body } = await sut.ask('POST', '/api/v1/messages/buried/requeue');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'buried' });
    await eventually(
      () => [...sut.chat.messages.values()].map(({ text }) => text),
      (texts) => texts.includes('You said: text of buried'),
      5_000,
      'the buried question is answered',
    );
    await eventually(
      async () => (await journal().find('buried'))?.state,
      (state) => state === 'posted',
      5_000,
      'posted',
    );
  });

  it('are gone for good when they are discarded', async () => {
    const { status, text } = await sut.ask('POST', '/api/v1/messages/second/discard');
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(await journal().find('second')).toMatchObject({
      state: 'cancelled',
      reason: expect.stringMatching(/^discarded by api:\w{8}$/),
    });
    expect((await list()).map(({ id }) => id)).toEqual(['first']);
  });

  it.each(['requeue', 'discard'])('cannot be asked to %s where there is none', async (what) => {
    expectProblem(await sut.ask('POST', `/api/v1/messages/nosuch/${what}`), 'MESSAGE_NOT_FOUND', /nosuch/);
  });

  it.each(['requeue', 'discard'])('are no longer dead after the first %s', async (what) => {
    await bury(`once-${what}`);
    expect((await sut.ask('POST', `/api/v1/messages/once-${what}/${what}`)).status).toBeLessThan(300);
    const again = await sut.ask('POST', `/api/v1/messages/once-${what}/${what}`);
    expectProblem(again, 'MESSAGE_STATE_CONFLICT', /only a dead one/);
  });

  it('take no body worth reading', async () => {
    await bury('odd');
    expect((await sut.ask('POST', '/api/v1/messages/odd/discard', { body: { any: 1 } })).status).toBe(204);
  });
});
