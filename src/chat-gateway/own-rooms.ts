import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import type { ChatRoom } from '../rocket-chat/chat-types';
import { NoticeRoom } from '../rooms/notice-room';
import { Clock } from '../shared/clock';
import { AdminRoomHost } from './admin-room-host';

const AGAIN_MS = 30_000;
/** Administrators who are new are invited, and a room that is gone is made again, within this time. */
const LOOK_EVERY_MS = 10 * 60_000;

/** Looks for the rooms we speak in of our own accord, until each is found. */
@Injectable()
export class OwnRooms {
  private readonly logger = new Logger(OwnRooms.name);
  private readonly ending = new AbortController();
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly chat: ChatApi,
    private readonly noticeRoom: NoticeRoom,
    private readonly adminRoom: AdminRoomHost,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Once we are logged in. */
  start(): void {
    const { RDZEN_NOTICE_ROOM: notices, RDZEN_ADMIN_ROOM: alerts, ROCKETCHAT_USER: user } = this.settings;
    this.working = Promise.all([
      this.insist(() => this.findNoticeRoom(notices), {
        failed: `Switches cannot be announced in #${notices}`,
        remedy: `Create the room, or, where it is private, have somebody who is in it write /invite @${user} there; or set RDZEN_NOTICE_ROOM.`,
      }),
      this.insist(() => this.adminRoom.look(), {
        failed: `Alerts cannot be posted in #${alerts}`,
        remedy: `Create a private room of that name, or use the one there is, and invite @${user} and the administrators; or set RDZEN_ADMIN_ROOM.`,
        everyMs: LOOK_EVERY_MS,
      }),
    ]);
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.working;
  }

  /** Without it switches are in the log and the history only. */
  private async findNoticeRoom(name: string): Promise<void> {
    const room = await this.chat.resolveRoom(`#${name}`);
    if (room.type === 'channel' && !this.settings.ROCKETCHAT_URL) await this.chat.joinChannel(room.id);
    else if (room.type === 'channel') await this.join(room);
    this.noticeRoom.id = room.id;
  }

  /** On a server of others. Some take posts of who is not a member, so that a refusal is said and ends nothing. */
  private async join({ id, name = id }: ChatRoom): Promise<void> {
    const joined = await this.chat.subscriptions();
    if (joined.some(({ roomId }) => roomId === id)) return;
    try {
      await this.chat.joinChannel(id);
    } catch (error) {
      if (!(error instanceof ChatError) || !error.aboutRoom) throw error;
      const user = this.settings.ROCKETCHAT_USER;
      this.logger.warn(
        `@${user} is not in #${name}, which hears of every switch, and may not join it: ${error.message.replace(/\.$/, '')}. Somebody who is in it writes /invite @${user} there; or set RDZEN_NOTICE_ROOM.`,
      );
    }
  }

  /** Until it succeeds, and then again every so often, where `everyMs` says so. A refusal is told once. */
  private async insist(
    work: () => Promise<void>,
    { failed, remedy, everyMs }: { failed: string; remedy: string; everyMs?: number },
  ): Promise<void> {
    for (let told = false; !this.ending.signal.aborted;) {
      let wait = AGAIN_MS;
      try {
        await work();
        if (everyMs === undefined) return;
        wait = everyMs;
        told = false;
      } catch (error) {
        if (!(error instanceof ChatError)) this.logger.error(`${failed}: ${String(error)}`);
        else if (error.aboutRoom && !told) {
          this.logger.warn(`${failed}: ${error.message.replace(/\.$/, '')}. ${remedy}`);
          told = true;
        } else this.logger.debug(`${failed}: ${error.message}`);
      }
      await this.clock.sleep(wait, this.ending.signal).catch(() => undefined);
    }
  }
}
