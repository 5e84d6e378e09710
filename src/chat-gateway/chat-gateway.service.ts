import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings';
import { checkAccount } from '../rocket-chat/account-check';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import { ChatRealtime } from '../rocket-chat/chat-realtime';
import { Clock } from '../shared/clock';
import { ChatAlarm } from './chat-alarm';
import { IntakeService } from './intake.service';
import { LanesService } from './lanes.service';
import { NoticePoster } from './notice-poster';
import { OwnRooms } from './own-rooms';

const TRY_AGAIN_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

@Injectable()
export class GatewayWorkers {
  constructor(
    readonly intake: IntakeService,
    readonly lanes: LanesService,
    readonly notices: NoticePoster,
    readonly alarm: ChatAlarm,
  ) {}
}

/** The assistant's presence in the chat: logs in, keeps the connection, takes questions in and lets answers out. */
@Injectable()
export class ChatGateway {
  private readonly logger = new Logger(ChatGateway.name);
  private readonly ending = new AbortController();
  private opening: Promise<void> = Promise.resolve();

  constructor(
    private readonly chat: ChatApi,
    private readonly realtime: ChatRealtime,
    private readonly workers: GatewayWorkers,
    private readonly rooms: OwnRooms,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Begins to connect, and goes on trying; resolves at once. */
  start(knownHere: boolean): void {
    this.opening = this.open(knownHere).catch((error: unknown) => {
      if (this.ending.signal.aborted) return;
      this.logger.error(
        `The chat gateway cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    });
  }

  /** Stops taking questions in, lets running answers finish for a while, disconnects. */
  async stop(graceMs: number): Promise<void> {
    this.ending.abort(new Error('stopping'));
    await this.opening;
    await this.rooms.stop();
    await this.workers.lanes.stop(graceMs);
    await this.workers.intake.stop();
    await this.workers.notices.stop();
    await this.realtime.stop();
  }

  private async open(knownHere: boolean): Promise<void> {
    await this.insist('The journal cannot be opened', () => this.workers.intake.open(knownHere));
    await this.login();
    this.rooms.start();
    await this.examineAccount();
    this.realtime.start(this.workers.intake);
    await this.insist('The lanes cannot be taken up', () => this.workers.lanes.start());
    this.workers.notices.start();
  }

  /** A disk that is full for a moment must not leave us deaf for good. */
  private async insist(failed: string, step: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await step();
        return;
      } catch (error) {
        this.ending.signal.throwIfAborted();
        this.logger.error(`${failed}: ${String(error)}; next try in ${TRY_AGAIN_MS / 1000} s`);
      }
      await this.clock.sleep(TRY_AGAIN_MS, this.ending.signal);
    }
  }

  private async login(): Promise<void> {
    for (let tries = 0; ; tries++) {
      this.ending.signal.throwIfAborted();
      try {
        const { username } = await this.chat.login();
        this.workers.alarm.clear();
        this.logger.log(`In the chat as @${username}`);
        return;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        this.workers.alarm.raise(error);
        const wait = Math.max(
          error.details.retryAfterMs ?? 0,
          Math.min(LONGEST_WAIT_MS, TRY_AGAIN_MS * 2 ** tries),
        );
        this.logger.warn(
          `Waiting for the chat server: ${error.message}; next try in ${Math.round(wait / 1000)} s`,
        );
        await this.clock.sleep(wait, this.ending.signal);
      }
    }
  }

  /** Says which role, permission or setting is missing on a server that others run. */
  private async examineAccount(): Promise<void> {
    if (!this.settings.ROCKETCHAT_URL) return;
    try {
      const problems = await checkAccount(this.chat, `#${this.settings.RDZEN_NOTICE_ROOM}`);
      for (const { code, message, remedy } of problems)
        // The room is joined where it may be; OwnRooms says where it may not.
        if (code !== 'notice-room-not-joined') this.logger.warn(`${message} ${remedy}`);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.logger.warn(`What the account may do could not be checked: ${error.message}`);
    }
  }
}
