import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import type { ChatRoom } from '../rocket-chat/chat-types';
import { AdminRoom } from '../rooms/admin-room';
import { RoomRegistry } from '../rooms/room-registry';

/**
 * Sees to it that there is a private room for alerts and that the workspace's administrators are in it. Whoever made
 * the room decides who is in it: into one that is not ours nobody is invited.
 */
@Injectable()
export class AdminRoomHost {
  private readonly logger = new Logger(AdminRoomHost.name);
  /** Refusals that are in the log already. */
  private readonly told = new Set<string>();

  constructor(
    private readonly chat: ChatApi,
    private readonly adminRoom: AdminRoom,
    private readonly rooms: RoomRegistry,
    private readonly settings: Settings,
  ) {}

  /** @throws ChatError where the room is not there for us and may not be made, or the server cannot be asked. */
  async look(): Promise<void> {
    const room = (await this.known()) ?? (await this.find()) ?? (await this.make());
    if (room.type !== 'group') {
      throw new ChatError('bad-request', 'everybody can read there, and alerts are for administrators');
    }
    this.adminRoom.id = room.id;
    await this.orTell('The administrators could not be invited', () => this.inviteAdmins(room));
  }

  private async known(): Promise<ChatRoom | undefined> {
    if (this.adminRoom.id === undefined) return undefined;
    const room = await this.chat.room(this.adminRoom.id);
    this.adminRoom.id = room?.id;
    return room;
  }

  private async find(): Promise<ChatRoom | undefined> {
    try {
      return await this.chat.resolveRoom(`#${this.settings.RDZEN_ADMIN_ROOM}`);
    } catch (error) {
      if (error instanceof ChatError && error.kind === 'room-not-found') return undefined;
      throw error;
    }
  }

  private async make(): Promise<ChatRoom> {
    const room = await this.chat.createGroup(this.settings.RDZEN_ADMIN_ROOM);
    this.logger.log(`Made the private room #${this.settings.RDZEN_ADMIN_ROOM} for alerts`);
    return room;
  }

  private async inviteAdmins(room: ChatRoom): Promise<void> {
    const self = this.chat.identity?.userId ?? '';
    const settled = new Set([self, ...(await this.rooms.invited(room.id))]);
    const missing = (await this.chat.usersInPublicRole('admin')).filter((id) => !settled.has(id));
    if (missing.length === 0 || !(await this.chat.roomModerators(room)).includes(self)) return;
    for (const userId of missing) {
      await this.orTell(`The administrator ${userId} could not be invited`, async () => {
        await this.chat.inviteToGroup(room.id, userId);
        await this.rooms.noteInvited(room.id, userId);
      });
    }
  }

  /** What the server refuses is told once, and keeps nothing else from being done. */
  private async orTell(failed: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ChatError) || !error.aboutRoom) throw error;
      const where = `to #${this.settings.RDZEN_ADMIN_ROOM}`;
      if (!this.told.has(failed)) this.logger.warn(`${failed} ${where}: ${error.message}`);
      this.told.add(failed);
    }
  }
}
