import type { ChatRoom } from '../../../src/rocket-chat/chat-types';
import { RoomRegistry } from '../../../src/rooms/room-registry';
import type { FakePerson } from '../api/support/fake-chat';
import { InProcessRdzen } from '../api/support/in-process-rdzen';

const PEOPLE = {
  'somebody with no role': { id: 'ann-id', username: 'ann' },
  'the owner of the room': { id: 'olga-id', username: 'olga' },
  'a moderator of the room': { id: 'mark-id', username: 'mark' },
  'the owner of another room': { id: 'otto-id', username: 'otto' },
  'an admin': { id: 'root-id', username: 'root' },
  'a holder of an operator role': { id: 'sam-id', username: 'sam' },
  'a holder of a role that is none of ours': { id: 'leo-id', username: 'leo' },
  'somebody called "admin"': { id: 'fake-id', username: 'admin' },
  'somebody with the alias "admin"': { id: 'mallory-id', username: 'mallory', name: 'admin' },
  'somebody whose name is the id of an admin': { id: 'eve-id', username: 'root-id', name: 'root-id' },
} satisfies Record<string, FakePerson>;
type Who = keyof typeof PEOPLE;

const MODERATORS: Who[] = ['the owner of the room', 'a moderator of the room'];
const OPERATORS: Who[] = ['an admin', 'a holder of an operator role'];
const EVERYBODY = Object.keys(PEOPLE) as Who[];

/** Who may use what, and what the answer looks like then. */
const COMMANDS: Record<string, { may: Who[]; says: RegExp }> = {
  '!help': { may: EVERYBODY, says: /Commands:/ },
  '!status': { may: EVERYBODY, says: /core 1 .*active/s },
  '!new': { may: EVERYBODY, says: /fresh start/ },
  '!stop': { may: EVERYBODY, says: /nothing to stop/ },
  '!language en': { may: [...MODERATORS, ...OPERATORS], says: /I speak English here/ },
  '!listen mentions': { may: [...MODERATORS, ...OPERATORS], says: /only when somebody mentions me/ },
  '!switch 1': { may: OPERATORS, says: /Core 1 is active already/ },
  '!switch cancel': { may: OPERATORS, says: /nothing to take back/ },
  '!pause 1m': { may: OPERATORS, says: /^⏸️ Paused for 1m/ },
  '!resume': { may: OPERATORS, says: /^▶️ The pause is over|I am not paused/ },
  '!maintenance 2 off': { may: OPERATORS, says: /Core 2 is not in maintenance/ },
  '!restart mongodb': { may: OPERATORS, says: /no container of Rocket.Chat or MongoDB is named/ },
  '!catalogue': { may: EVERYBODY, says: /^\*\*The catalogue\*\* has/ },
  '!sources': { may: OPERATORS, says: /^\*\*Where the catalogue comes from\*\*/ },
  '!sources reload': { may: OPERATORS, says: /Nothing new is offered/ },
  '!component time-mcp': { may: EVERYBODY, says: /^\*\*Time\*\* / },
  '!allow': { may: OPERATORS, says: /^Use `!allow <code>`/ },
  '!allow AAAA': { may: OPERATORS, says: /Nothing in this room waits for an answer under AAAA/ },
  '!deny': { may: OPERATORS, says: /^Use `!deny <code>`/ },
  '!trial': { may: OPERATORS, says: /^Give the name of a component/ },
  '!config': { may: OPERATORS, says: /^In a direct message/ },
  '!trials': { may: OPERATORS, says: /no trials yet/ },
  '!install': { may: OPERATORS, says: /^Give the name of a component/ },
  '!approve NOSUCH': { may: OPERATORS, says: /Nothing waits for an answer under the code "NOSUCH"/ },
  '!reject NOSUCH no': { may: OPERATORS, says: /Nothing waits for an answer under the code "NOSUCH"/ },
  '!components': { may: EVERYBODY, says: /No component is installed/ },
  '!promote time-mcp': { may: OPERATORS, says: /No component is installed as "time-mcp"/ },
  '!rollback time-mcp': { may: OPERATORS, says: /No component is installed as "time-mcp"/ },
  '!remove time-mcp data': { may: OPERATORS, says: /No component is installed as "time-mcp"/ },
  '!rollback time-mcp 1.0.5': { may: OPERATORS, says: /No component is installed as "time-mcp"/ },
  '!remove time-mcp': { may: OPERATORS, says: /No component is installed as "time-mcp"/ },
  '!report': { may: OPERATORS, says: /^\*\*The last 24h/ },
};

describe('who may use which command', () => {
  let sut: InProcessRdzen;
  let room: ChatRoom;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready({ settings: { RDZEN_OPERATOR_ROLES: ['support', 'night-shift'] } });
    room = sut.chat.channel('office');
    sut.chat.channel('garden');
    sut.chat.roles.set('admin', ['root-id']);
    sut.chat.roles.set('night-shift', ['sam-id']);
    sut.chat.roles.set('leader', ['leo-id']);
    sut.chat.moderators.set('room-office', ['olga-id', 'mark-id']);
    sut.chat.moderators.set('room-garden', ['otto-id']);
  });
  afterAll(() => sut?.stop());

  it('covers every command there is', async () => {
    const { text } = { text: await sut.answerTo(sut.say(PEOPLE['an admin'], room, '!help')) };
    const listed = [...text.matchAll(/^- `!(\w+)[^`]*`(?:, `!\1[^`]*`)*: \S/gm)].map(([, name]) => name);
    const tried = Object.keys(COMMANDS).map((command) => command.slice(1).split(' ')[0]);
    expect(listed.sort()).toEqual([...new Set(tried)].sort());
  });

  describe.each(Object.entries(COMMANDS))('%s', (command, { may, says }) => {
    it.each(EVERYBODY)('by %s', async (who) => {
      const answer = await sut.answerTo(sut.say(PEOPLE[who], room, command));
      if (may.includes(who)) expect(answer).toMatch(says);
      else expect(answer).toMatch(/^Only .* may use `!\w+`\.$/);
    });
  });

  it('leaves everything as it was where somebody is refused', async () => {
    const before = await sut.standing();
    const settings = await sut.app.get(RoomRegistry).settings(room.id);
    for (const command of [
      ...['!switch 2', '!language pl', '!listen all'],
      ...['!pause 1m', '!maintenance 2 1h', '!resume', '!switch cancel', '!report'],
    ]) {
      expect(await sut.answerTo(sut.say(PEOPLE['somebody called "admin"'], room, command))).toMatch(/^Only/);
    }
    expect(await sut.standing()).toEqual(before);
    expect(await sut.app.get(RoomRegistry).settings(room.id)).toEqual(settings);
  });

  it('lets the two of a direct message set its language, but not switch cores', async () => {
    const ann = PEOPLE['somebody with no role'];
    const direct = sut.chat.direct(ann);
    expect(await sut.answerTo(sut.say(ann, direct, '!language en'))).toMatch(/English/);
    expect(await sut.answerTo(sut.say(ann, direct, '!switch 2'))).toMatch(/^Only administrators/);
  });

  it('refuses everybody what needs a role while the chat server does not tell the roles', async () => {
    const blind = await InProcessRdzen.ready({}, ({ chat }) => {
      chat.channel('office');
      chat.roles.set('admin', ['root-id']);
      chat.moderators.set('room-office', ['olga-id']);
      chat.broken.set('usersInPublicRole', 'forbidden');
      chat.broken.set('roomModerators', 'unreachable');
    });
    try {
      const office = blind.chat.channel('office');
      for (const who of EVERYBODY) {
        for (const command of ['!switch 2', '!pause 1m', '!language pl', '!listen all'])
          expect(await blind.answerTo(blind.say(PEOPLE[who], office, command))).toMatch(/^Only/);
        expect(await blind.answerTo(blind.say(PEOPLE[who], office, '!help'))).toMatch(/Commands:/);
      }
      expect(await blind.status()).toMatchObject({ epoch: 1, active_core: 1 });
    } finally {
      await blind.stop();
    }
  });
});
