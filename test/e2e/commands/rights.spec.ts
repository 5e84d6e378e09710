import { RightsService } from '../../../src/chat-gateway/rights.service';
import { Settings } from '../../../src/config/settings';
import { VirtualClock } from '../../support/virtual-clock';
import { FakeChat } from '../api/support/fake-chat';

describe(RightsService.name, () => {
  let chat: FakeChat;
  let clock: VirtualClock;
  let sut: RightsService;

  beforeEach(() => {
    chat = new FakeChat();
    clock = new VirtualClock();
    const settings = Object.assign(new Settings(), { RDZEN_OPERATOR_ROLES: ['support'] });
    sut = new RightsService(chat, settings, clock);
    chat.channel('office');
    chat.roles.set('admin', ['root-id']);
    chat.roles.set('support', ['sam-id']);
    chat.moderators.set('room-office', ['olga-id']);
  });

  const operates = (id: string): Promise<boolean> => sut.may(id, 'operator', 'room-office');
  const moderates = (id: string): Promise<boolean> => sut.may(id, 'moderator', 'room-office');

  it.each([
    ['admin', 'root-id'],
    ['support', 'sam-id'],
  ])('lets the role %s go within 60 s of its removal', async (role, id) => {
    expect(await operates(id)).toBe(true);
    chat.roles.set(role, []);
    await clock.advance(60_000);
    expect(await operates(id)).toBe(false);
  });

  it('lets an owner go within 60 s', async () => {
    expect(await moderates('olga-id')).toBe(true);
    chat.moderators.set('room-office', []);
    await clock.advance(60_000);
    expect(await moderates('olga-id')).toBe(false);
  });

  it('honours a new role at once', async () => {
    expect(await operates('ann-id')).toBe(false);
    chat.roles.set('admin', ['root-id', 'ann-id']);
    expect(await operates('ann-id')).toBe(true);
  });

  it('asks the chat server at most once a minute for one that may', async () => {
    const asked = jest.spyOn(chat, 'usersInPublicRole');
    for (let round = 0; round < 5; round++) expect(await operates('root-id')).toBe(true);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it.each(['forbidden', 'unreachable', 'timeout', 'rate-limited', 'unauthorized', 'bad-request'] as const)(
    'gives nobody a right while the roles endpoint is %s, and heals by itself',
    async (kind) => {
      chat.broken.set('usersInPublicRole', kind);
      chat.broken.set('roomModerators', kind);
      for (const id of ['root-id', 'sam-id', 'olga-id', 'ann-id']) {
        expect(await operates(id)).toBe(false);
        expect(await moderates(id)).toBe(false);
        expect(await sut.may(id, 'everyone', 'room-office')).toBe(true);
      }
      chat.broken.clear();
      expect(await operates('root-id')).toBe(true);
      expect(await moderates('olga-id')).toBe(true);
    },
  );

  it('does not stretch what it remembers over an outage', async () => {
    expect(await operates('root-id')).toBe(true);
    chat.broken.set('usersInPublicRole', 'unreachable');
    await clock.advance(60_000);
    expect(await operates('root-id')).toBe(false);
  });

  it('takes one role that the server does not know for no obstacle to the others', async () => {
    const ask = chat.usersInPublicRole.bind(chat);
    jest.spyOn(chat, 'usersInPublicRole').mockImplementation((role) => {
      chat.broken.clear();
      if (role === 'admin') chat.broken.set('usersInPublicRole', 'bad-request');
      return ask(role);
    });
    expect(await operates('sam-id')).toBe(true);
    expect(await operates('root-id')).toBe(false);
  });

  it('knows no moderator of a room it cannot see, nor of a group of direct messages', async () => {
    expect(await sut.may('olga-id', 'moderator', 'nowhere')).toBe(false);
    chat.rooms.set('group', { id: 'group', type: 'direct', userCount: 3 });
    expect(await sut.may('olga-id', 'moderator', 'group')).toBe(false);
    chat.rooms.set('two', { id: 'two', type: 'direct', userCount: 2 });
    expect(await sut.may('olga-id', 'moderator', 'two')).toBe(true);
  });
});
