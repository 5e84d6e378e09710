import { InProcessRdzen } from '../api/support/in-process-rdzen';

const ROOT = { id: 'root-id', username: 'root' };
const MOST = 200;

jest.setTimeout(120_000);

/** Who has much to do has a word for everything; two machines that talk to each other are stopped, and told so. */
describe('many commands of one person', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    sut.chat.roles.set('admin', ['root-id']);
  });
  afterAll(() => sut?.stop());

  it('are answered, in a thread as well, and the one too many is told why it is not', async () => {
    const room = sut.chat.channel('office');
    const first = sut.say(ROOT, room, '!allow');
    expect(await sut.answerTo(first)).toMatch(/^Use `!allow/);
    const inThread = { threadId: first.id };
    for (let each = 1; each < MOST; each++)
      expect(await sut.answerTo(sut.say(ROOT, room, '!allow', each % 2 ? inThread : {}))).toMatch(/^Use/);
    expect(await sut.answerTo(sut.say(ROOT, room, '!allow AAAA', inThread))).toMatch(
      /more than 200 messages of yours/,
    );
  });
});
