import { Injectable, Logger } from '@nestjs/common';
import type { CommandAudience } from '../commands/chat-command';
import { Settings } from '../config/settings';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import { Clock } from '../shared/clock';

const CACHE_MS = 60_000;

/**
 * What a person may do, by user id and Rocket.Chat role; names and aliases prove nothing. Where the server does not
 * tell, nobody is privileged.
 */
@Injectable()
export class RightsService {
  private readonly logger = new Logger(RightsService.name);
  private readonly cache = new Map<string, { ids: ReadonlySet<string>; at: number }>();

  constructor(
    private readonly chat: ChatApi,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async may(userId: string, audience: CommandAudience, roomId: string): Promise<boolean> {
    switch (audience) {
      case 'everyone':
        return true;
      case 'moderator':
        return (await this.moderates(userId, roomId)) || (await this.operates(userId));
      case 'operator':
        return this.operates(userId);
    }
  }

  private async operates(userId: string): Promise<boolean> {
    for (const role of ['admin', ...this.settings.RDZEN_OPERATOR_ROLES]) {
      if (await this.among(userId, `role ${role}`, () => this.chat.usersInPublicRole(role))) return true;
    }
    return false;
  }

  private async moderates(userId: string, roomId: string): Promise<boolean> {
    return this.among(userId, `room ${roomId}`, async () => {
      const room = await this.chat.room(roomId);
      // A direct message has no owner: it belongs to both who are in it.
      if (room?.type === 'direct') return room.userCount <= 2 ? [userId] : [];
      return room ? this.chat.roomModerators(room) : [];
    });
  }

  private async among(userId: string, key: string, ask: () => Promise<string[]>): Promise<boolean> {
    const now = this.clock.monotonic();
    const known = this.cache.get(key);
    // What is cached may only allow: whoever is not in it may have been given the role since.
    if (known && now - known.at < CACHE_MS && known.ids.has(userId)) return true;
    try {
      const ids = new Set(await ask());
      this.cache.set(key, { ids, at: now });
      return ids.has(userId);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.logger.warn(`Rights (${key}) are unknown, so nobody has them: ${error.message}`);
      return false;
    }
  }
}
