import { Logger } from '@nestjs/common';
import { RdzenError } from '../shared/rdzen-error';
import type { AdminCaller } from './admin-caller';
import { authHeaders } from './auth-headers';
import { ChatError } from './chat-error';
import { takeSeat } from './notice-seat';
import type { RestTransport } from './rest-transport';
import { adjustSettings } from './workspace-settings';

export interface PlaceOptions {
  /** User name of the account. */
  username: string;
  /** Name of the channel that hears of every switch. */
  noticeRoom: string;
  /** Also sets what the assistant needs of the workspace's settings. */
  adjustSettings?: boolean;
}

/**
 * What the account needs around it: its seat in the notice room, and the settings. It answers without them as well, so
 * that a refusal ends nothing; it is said once, until it is over.
 */
export class AccountPlace {
  private readonly logger = new Logger('RocketChat');
  private open: RdzenError[] = [];

  constructor(
    private readonly transport: RestTransport,
    private readonly asAdmin: AdminCaller,
    private readonly options: PlaceOptions,
  ) {}

  /** What could not be done, the first of it. */
  get problem(): RdzenError | undefined {
    return this.open[0];
  }

  /**
   * @param own the session of the account itself
   * @throws ChatError where it may pass by itself
   */
  async take(own: { userId: string; token: string }): Promise<void> {
    const open = [...(await this.seat(own)), ...(await this.adjust())];
    for (const { code, message } of open)
      if (!this.open.some((each) => each.message === message)) this.logger.warn(`${code}: ${message}`);
    this.open = open;
  }

  private async seat(own: { userId: string; token: string }): Promise<RdzenError[]> {
    const room = this.options.noticeRoom.replace(/^#/, '');
    const { username } = this.options;
    try {
      const made = await takeSeat(this.asAdmin, { userId: own.userId, username, room });
      if (made) this.logger.log(`Made the channel #${room}, which hears of every switch`);
      return [];
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      // Into a private room that the administrator does not see, somebody else may have invited it.
      if (error.code === 'CHAT_NOTICE_ROOM_PRIVATE' && (await this.sees(own, room))) return [];
      return [error];
    }
  }

  private async sees(own: { userId: string; token: string }, roomName: string): Promise<boolean> {
    try {
      const call = { method: 'GET', route: 'rooms.info', query: { roomName } } as const;
      await this.transport.call({ ...call, headers: authHeaders(own) });
      return true;
    } catch (error) {
      if (!(error instanceof ChatError) || error.transient) throw error;
      return false;
    }
  }

  private async adjust(): Promise<RdzenError[]> {
    if (!this.options.adjustSettings) return [];
    const { changed, problems } = await adjustSettings(this.asAdmin);
    if (changed.length > 0) this.logger.log(`Set in the workspace: ${changed.join(', ')}`);
    return problems;
  }
}
