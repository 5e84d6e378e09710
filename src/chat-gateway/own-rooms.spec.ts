import { Logger } from '@nestjs/common';
import { FakeChatApi } from '../../test/support/fakes/fake-chat-api';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { ChatError } from '../rocket-chat/chat-error';
import { Settings } from '../config/settings';
import { AdminRoom } from '../rooms/admin-room';
import { NoticeRoom } from '../rooms/notice-room';
import { RoomRegistry } from '../rooms/room-registry';
import type { LibsqlStore } from '../storage/libsql-store';
import { AdminRoomHost } from './admin-room-host';
import { OwnRooms } from './own-rooms';

const SELF = 'bot';
const TEN_MINUTES = 10 * 60_000;

describe(OwnRooms.name, () => {
  let clock: VirtualClock;
  let store: LibsqlStore;
  let chat: FakeChatApi;
  let settings: Settings;
  let noticeRoom: NoticeRoom;
  let adminRoom: AdminRoom;
  let sut: OwnRooms;
  let warnings: string[];

  /** Another run of the process on the same data. */
  const restart = async (): Promise<void> => {
    await sut?.stop();
    noticeRoom = new NoticeRoom();
    adminRoom = new AdminRoom();
    const host = new AdminRoomHost(chat, adminRoom, new RoomRegistry(store), settings);
    sut = new OwnRooms(chat, noticeRoom, host, settings, clock);
    sut.start();
    await clock.advance(200);
  };

  beforeEach(async () => {
    clock = new VirtualClock();
    store = await memoryStore();
    chat = new FakeChatApi(clock);
    settings = new Settings();
    chat.addRoom('g', 'channel', { name: 'general' });
    chat.roles.set('admin', ['ada']);
    warnings = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warnings.push(text));
  });
  afterEach(async () => {
    await sut.stop();
    expect(clock.timers).toBe(0);
    jest.restoreAllMocks();
    await store.close();
  });

  describe('the notice room', () => {
    it('is found and joined', async () => {
      const join = jest.spyOn(chat, 'joinChannel');
      await restart();
      expect(noticeRoom.id).toBe('g');
      expect(join.mock.calls).toEqual([['g']]);
    });

    it('is joined on a server of others where it is not yet', async () => {
      settings.ROCKETCHAT_URL = 'http://chat';
      jest.spyOn(chat, 'subscriptions').mockResolvedValueOnce([]);
      const join = jest.spyOn(chat, 'joinChannel');
      await restart();
      expect(noticeRoom.id).toBe('g');
      expect(join.mock.calls).toEqual([['g']]);
      await restart();
      expect(noticeRoom.id).toBe('g');
      expect(join).toHaveBeenCalledTimes(1);
      expect(warnings).toEqual([]);
    });

    it('is told of as well as may be where it may not be joined', async () => {
      settings.ROCKETCHAT_URL = 'http://chat';
      jest.spyOn(chat, 'subscriptions').mockResolvedValue([]);
      jest.spyOn(chat, 'joinChannel').mockRejectedValue(new ChatError('forbidden', 'Not allowed'));
      await restart();
      await clock.advance(90_000);
      expect(noticeRoom.id).toBe('g');
      expect(warnings).toEqual([
        '@system-bot is not in #general, which hears of every switch, and may not join it: Not allowed. Somebody who is in it writes /invite @system-bot there; or set RDZEN_NOTICE_ROOM.',
      ]);
    });

    it('is looked for until somebody makes it, and missed with one warning', async () => {
      settings.RDZEN_NOTICE_ROOM = 'operations';
      await restart();
      await clock.advance(90_000);
      expect(noticeRoom.id).toBeUndefined();
      expect(warnings).toEqual([
        'Switches cannot be announced in #operations: There is no room #operations. Create the room, or, where it is private, have somebody who is in it write /invite @system-bot there; or set RDZEN_NOTICE_ROOM.',
      ]);
      chat.addRoom('o', 'group', { name: 'operations' });
      await clock.advance(31_000);
      expect(noticeRoom.id).toBe('o');
    });
  });

  describe('the room for alerts', () => {
    const ROOM = 'group-rdzen-admin';

    it.each([undefined, 'http://chat'])('is made, and the administrators are invited (%s)', async (url) => {
      settings.ROCKETCHAT_URL = url;
      chat.roles.set('admin', ['ada', SELF, 'bob']);
      await restart();
      expect(adminRoom.id).toBe(ROOM);
      expect(chat.rooms.get(ROOM)).toMatchObject({ type: 'group', name: 'rdzen-admin' });
      expect(chat.invitations).toEqual([`${ROOM}: ada`, `${ROOM}: bob`]);
      expect(warnings).toEqual([]);
    });

    it('is made once, and nobody is invited twice, whatever restarts', async () => {
      await restart();
      await restart();
      await clock.advance(3 * TEN_MINUTES);
      await restart();
      expect(adminRoom.id).toBe(ROOM);
      expect(chat.asked('createGroup')).toBe(1);
      expect(chat.invitations).toEqual([`${ROOM}: ada`]);
    });

    it('is found where the reply to its making was lost', async () => {
      chat.fail('createGroup', 'timeout', { after: true });
      await restart();
      expect(adminRoom.id).toBeUndefined();
      await clock.advance(31_000);
      expect(adminRoom.id).toBe(ROOM);
      expect(chat.asked('createGroup')).toBe(1);
      expect(chat.invitations).toEqual([`${ROOM}: ada`]);
      expect(warnings).toEqual([]);
    });

    it('is open to whoever becomes an administrator later, within ten minutes', async () => {
      await restart();
      chat.roles.set('admin', ['ada', 'eve']);
      await clock.advance(TEN_MINUTES);
      expect(chat.invitations).toEqual([`${ROOM}: ada`, `${ROOM}: eve`]);
    });

    it('keeps its id when it is renamed, and is made again when it is gone', async () => {
      await restart();
      chat.addRoom(ROOM, 'group', { name: 'alarms' });
      await clock.advance(TEN_MINUTES);
      expect(adminRoom.id).toBe(ROOM);
      expect(chat.asked('createGroup')).toBe(1);
      chat.rooms.delete(ROOM);
      await clock.advance(TEN_MINUTES + 100);
      expect(chat.asked('createGroup')).toBe(2);
      expect(adminRoom.id).toBe(ROOM);
    });

    it('says once what to do where it may not be made, and finds it when it has been done', async () => {
      chat.fail('createGroup', 'forbidden', { times: 1_000 });
      await restart();
      await clock.advance(TEN_MINUTES);
      expect(adminRoom.id).toBeUndefined();
      expect(warnings).toEqual([
        'Alerts cannot be posted in #rdzen-admin: scripted forbidden. Create a private room of that name, or use the one there is, and invite @system-bot and the administrators; or set RDZEN_ADMIN_ROOM.',
      ]);
      chat.addRoom('theirs', 'group', { name: 'rdzen-admin' });
      await clock.advance(31_000);
      expect(adminRoom.id).toBe('theirs');
    });

    it('invites nobody into a room that others made', async () => {
      chat.addRoom('theirs', 'group', { name: 'rdzen-admin' });
      await restart();
      expect(adminRoom.id).toBe('theirs');
      expect(chat.invitations).toEqual([]);
      expect(warnings).toEqual([]);
    });

    it('is none that everybody can read', async () => {
      settings.RDZEN_ADMIN_ROOM = 'general';
      await restart();
      expect(adminRoom.id).toBeUndefined();
      expect(chat.asked('createGroup')).toBe(0);
      expect(warnings).toEqual([
        expect.stringMatching(/^Alerts cannot be posted in #general: everybody can read there/),
      ]);
    });

    it('takes one whom the server will not have, without a hold-up for the others', async () => {
      chat.roles.set('admin', ['gone', 'ada']);
      chat.fail('inviteToGroup', 'bad-request');
      await restart();
      expect(chat.invitations).toEqual([`${ROOM}: ada`]);
      expect(warnings).toEqual([expect.stringContaining('The administrator gone could not be invited')]);
      await clock.advance(TEN_MINUTES);
      expect(chat.invitations).toEqual([`${ROOM}: ada`, `${ROOM}: gone`]);
      expect(warnings).toHaveLength(1);
    });

    it.each(['usersInPublicRole', 'roomModerators', 'inviteToGroup'] as const)(
      'invites a little later where %s could not be asked',
      async (method) => {
        chat.fail(method, 'unreachable');
        await restart();
        expect(adminRoom.id).toBe(ROOM);
        expect(chat.invitations).toEqual([]);
        await clock.advance(31_000);
        expect(chat.invitations).toEqual([`${ROOM}: ada`]);
        expect(warnings).toEqual([]);
      },
    );

    it('serves without guests where the server does not tell who its administrators are', async () => {
      chat.fail('usersInPublicRole', 'forbidden', { times: 1_000 });
      await restart();
      await clock.advance(2 * TEN_MINUTES);
      expect(adminRoom.id).toBe(ROOM);
      expect(warnings).toEqual([expect.stringContaining('The administrators could not be invited')]);
    });
  });
});
