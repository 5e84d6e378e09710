import { BOT } from './support/fake-chat';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectOriginalProblem } from './support/problem';

describe('POST /send', () => {
  let sut: InProcessRdzen;
  const ann = { id: 'ann-id', username: 'ann' };

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    sut.chat.direct(ann);
  });
  afterAll(() => sut?.stop());
  afterEach(() => sut.chat.broken.clear());

  const send = (room_id: unknown, text: unknown) => sut.ask('POST', '/send', { body: { room_id, text } });

  it.each([
    ['a room id', 'GENERAL', 'GENERAL'],
    ['#name', '#general', 'GENERAL'],
    ['@user', '@ann', 'direct-ann'],
  ])('posts to %s and tells the id of the message that stands there', async (_what, target, roomId) => {
    const { status, body } = await send(target, `Hello ${target}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { success: true, message_id: expect.stringMatching(/^\w{17}$/) },
    });
    expect(sut.chat.messages.get(String(body.message_id))).toMatchObject({
      roomId,
      text: `Hello ${target}`,
      author: { id: BOT.userId },
    });
  });

  it('posts once where the reply of the chat server was lost', async () => {
    const before = sut.chat.messages.size;
    const post = sut.chat.sendMessage.bind(sut.chat);
    const lossy = jest.spyOn(sut.chat, 'sendMessage').mockImplementationOnce(async (message) => {
      await post(message);
      sut.chat.broken.set('sendMessage', 'timeout');
      return post(message);
    });
    const { status } = await send('#general', 'once');
    lossy.mockRestore();
    expect(status).toBe(200);
    expect(sut.chat.messages.size).toBe(before + 1);
  });

  it.each(['#nowhere', '@nobody', 'NOSUCHID', ' '])('knows no room %j', async (target) => {
    expectOriginalProblem(await send(target, 'Hello'), 'ROOM_NOT_FOUND', /#channel or @user/);
  });

  it('takes a text of the length the chat server takes, and names both lengths of a longer one', async () => {
    sut.chat.limit = 5_000;
    expect((await send('#general', 'x'.repeat(5_000))).status).toBe(200);
    const before = sut.chat.messages.size;
    expectOriginalProblem(await send('#general', 'x'.repeat(5_001)), 'TEXT_TOO_LONG', /5001 .* 5000/);
    expect(sut.chat.messages.size).toBe(before);
  });

  it.each([
    ['', /text/],
    [' \n\t', /blank/],
    [7, /text must be a string/],
    [null, /text/],
    [['Hello'], /text must be a string/],
  ])('refuses the text %j', async (text, detail) => {
    expectOriginalProblem(await send('#general', text), 'BAD_REQUEST', detail);
  });

  it.each([
    ['', /room_id/],
    [7, /room_id must be a string/],
    ['x'.repeat(201), /room_id/],
  ])('refuses the room id %j', async (room, detail) => {
    expectOriginalProblem(await send(room, 'Hello'), 'BAD_REQUEST', detail);
  });

  it('passes on why the chat server refuses', async () => {
    sut.chat.broken.set('sendMessage', 'room-closed');
    expectOriginalProblem(await send('#general', 'Hello'), 'BAD_REQUEST', /chat server refuses/);
  });

  it.each(['unreachable', 'timeout', 'rate-limited', 'unauthorized', 'restricted-workspace'] as const)(
    'answers 503 in the same shape while the chat server is %s',
    async (kind) => {
      sut.chat.broken.set('*', kind);
      expectOriginalProblem(await send('#general', 'Hello'), 'CHAT_UNAVAILABLE');
    },
  );

  it('answers 500 and nothing of the inside where our own code fails', async () => {
    sut.chat.broken.set('resolveRoom', new TypeError('secret of /home/someone'));
    const reply = await send('#general', 'Hello');
    expectOriginalProblem(reply, 'INTERNAL');
    expect(reply.text).not.toContain('secret');
  });

  it('answers 503 before the first login', async () => {
    const fresh = await InProcessRdzen.launch({}, ({ chat }) => chat.broken.set('login', 'unreachable'));
    try {
      const reply = await fresh.ask('POST', '/send', { body: { room_id: '#general', text: 'Hello' } });
      expectOriginalProblem(reply, 'CHAT_UNAVAILABLE', /not logged in/);
    } finally {
      await fresh.stop();
    }
  });
});
