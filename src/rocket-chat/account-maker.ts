import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { ChatError } from './chat-error';
import { authHeaders, ChatSession } from './chat-session';
import { RestTransport, type RestCall } from './rest-transport';
import { chatServerUrl } from './websocket-url';
import { recordOf, stringsOf, textOf, type WireRecord } from './wire-values';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** What only a person can put right is tried again this often. */
const REFUSED_WAIT_MS = 5 * 60_000;
const ROLES = ['user', 'bot'];

export interface AccountMakerOptions {
  url: string;
  admin: { username: string; password: string };
  /** The assistant's own account, as it is to be. */
  bot: { username: string; password: string };
  /** Name of the channel that hears of every switch. */
  noticeRoom: string;
  clock: Clock;
  random: Random;
}

/** What an administrator has to do by hand. Never retried quickly: the same call would be refused again. */
class NeedsAPerson extends Error {}

/**
 * Makes the assistant's account on a Rocket.Chat whose administrator is known, and nothing else there: the account with the
 * roles user and bot, its password, its seat in the notice room, and that room. What is there already is left as it is, so it may run at
 * every start and be broken off anywhere. Facts: Rocket.Chat REST API, `users.create`, `users.update`, `channels.create`, `channels.invite`
 * (apps/meteor/app/api/server/v1).
 */
export class AccountMaker {
  private readonly logger = new Logger('RocketChat');
  private readonly ending = new AbortController();
  private readonly transport: RestTransport;
  private readonly session: ChatSession;
  private readonly firstTry = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: AccountMakerOptions) {
    const { url, clock, random, admin } = options;
    this.transport = new RestTransport(chatServerUrl(url), clock, random);
    this.session = new ChatSession(this.transport, clock, admin);
  }

  /** Tries until it is done; says what it waits for. */
  start(): void {
    this.working = this.run().catch((error: unknown) => this.logger.error(String(error)));
  }

  /** Resolves when it was tried once, whatever came of it, or after `ms`: who logs in before would be refused. */
  async triedWithin(ms: number): Promise<void> {
    if (!this.firstTry.signal.aborted)
      await this.options.clock.sleep(ms, this.firstTry.signal).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    this.transport.close();
    await this.working;
  }

  /** Once. Rejects with ChatError, or an Error that says what to do by hand. */
  async make(): Promise<void> {
    const { bot } = this.options;
    const account = (await this.account()) ?? (await this.create());
    await this.ready(account);
    await this.join(textOf(account['_id']) ?? '');
    this.logger.log(`The assistant's account @${bot.username} is ready`);
  }

  private async run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      try {
        await this.make().finally(() => this.firstTry.abort(new Error('tried')));
        return;
      } catch (error) {
        if (this.ending.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        const patient = error instanceof NeedsAPerson || (error instanceof ChatError && !error.transient);
        if (patient) this.logger.error(`The assistant's account cannot be made: ${message}`);
        else this.logger.log(`The assistant's account is made as soon as Rocket.Chat answers: ${message}`);
        await this.options.clock
          .sleep(patient ? REFUSED_WAIT_MS : this.options.random.jitter(wait, 0.1), this.ending.signal)
          .catch(() => undefined);
        if (this.ending.signal.aborted) return;
        wait = Math.min(LONGEST_WAIT_MS, wait * 2);
      }
    }
  }

  /** Undefined where there is none of that name. */
  private async account(): Promise<WireRecord | undefined> {
    const { username } = this.options.bot;
    try {
      const reply = await this.asAdmin({ method: 'GET', route: 'users.info', query: { username } });
      return recordOf(reply['user']);
    } catch (error) {
      // 400 "User not found."; a call that may not be made says so otherwise.
      if (error instanceof ChatError && error.kind === 'bad-request') return undefined;
      throw error;
    }
  }

  private async create(): Promise<WireRecord> {
    const { username, password } = this.options.bot;
    const body = {
      username,
      password,
      name: username,
      email: `${username}@rdzen.invalid`,
      roles: ROLES,
      verified: true,
      joinDefaultChannels: false,
      requirePasswordChange: false,
      sendWelcomeEmail: false,
    };
    try {
      const reply = await this.asAdmin({ method: 'POST', route: 'users.create', body });
      this.logger.log(`Made the account @${username} with the roles user and bot`);
      return recordOf(reply['user']) ?? (await this.account()) ?? {};
    } catch (error) {
      // Made by an earlier try whose reply was lost.
      const again =
        error instanceof ChatError && error.kind === 'bad-request' ? await this.account() : undefined;
      if (again) return again;
      throw error;
    }
  }

  /** Roles, and a password that works. An account that is not a bot's belongs to a person, and is not taken. */
  private async ready(account: WireRecord): Promise<void> {
    const { username, password } = this.options.bot;
    const roles = stringsOf(account['roles']);
    if (!roles.includes('bot'))
      throw new NeedsAPerson(
        `there is an account @${username} without the role bot, so it may be a person's. Give it the role bot (Administration, Users), or set ROCKETCHAT_USER to another name.`,
      );
    if (account['active'] === false)
      throw new NeedsAPerson(`@${username} is deactivated. Activate it (Administration, Users).`);
    const data: Record<string, unknown> = {};
    if (!roles.includes('user')) data['roles'] = [...roles, 'user'];
    if (!(await this.logsIn())) data['password'] = password;
    if (Object.keys(data).length === 0) return;
    await this.asAdmin({
      method: 'POST',
      route: 'users.update',
      body: { userId: textOf(account['_id']), data },
    });
    this.logger.log(`Changed the account @${username}: ${Object.keys(data).join(' and ')}`);
  }

  private async logsIn(): Promise<boolean> {
    const { username, password } = this.options.bot;
    const own = new ChatSession(this.transport, this.options.clock, { username, password });
    try {
      await own.open();
      return true;
    } catch (error) {
      if (error instanceof ChatError && error.kind === 'login-refused') {
        if (/second factor/.test(error.message))
          throw new NeedsAPerson(
            `@${this.options.bot.username} is asked for a second factor. Switch it off for this account, or set ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID.`,
          );
        return false;
      }
      throw error;
    }
  }

  /** Makes the notice room where there is none. Invited twice is invited once. */
  private async join(userId: string): Promise<void> {
    const { noticeRoom, bot } = this.options;
    const name = noticeRoom.replace(/^#/, '');
    try {
      const roomId = await this.channel(name);
      if (roomId !== undefined)
        await this.asAdmin({ method: 'POST', route: 'channels.invite', body: { roomId, userId } });
      else {
        const body = { name, members: [bot.username] };
        await this.asAdmin({ method: 'POST', route: 'channels.create', body });
        this.logger.log(`Made the channel #${name}, which hears of every switch`);
      }
    } catch (error) {
      if (!(error instanceof ChatError) || error.transient) throw error;
      // The account check says it again, with what it means.
      this.logger.warn(`@${bot.username} could not be seated in #${name}: ${error.message}`);
    }
  }

  /** Undefined where there is none of that name. */
  private async channel(roomName: string): Promise<string | undefined> {
    try {
      const reply = await this.asAdmin({ method: 'GET', route: 'channels.info', query: { roomName } });
      return textOf(recordOf(reply['channel'])?.['_id']);
    } catch (error) {
      if (error instanceof ChatError && error.kind === 'room-not-found') return undefined;
      throw error;
    }
  }

  /** Changing an account may ask for the password once more. Source: Rocket.Chat REST API, two-factor by password. */
  private get secondFactor(): Record<string, string> {
    const code = createHash('sha256').update(this.options.admin.password).digest('hex');
    return { 'X-2fa-code': code, 'X-2fa-method': 'password' };
  }

  private async asAdmin(call: RestCall): Promise<WireRecord> {
    let session;
    try {
      session = await this.session.open();
    } catch (error) {
      if (!(error instanceof ChatError) || error.kind !== 'login-refused') throw error;
      throw new NeedsAPerson(
        `the administrator ${this.options.admin.username} cannot log in. Check ROCKETCHAT_ADMIN_USER and ROCKETCHAT_ADMIN_PASSWORD (or its file); where a second factor is asked for, make the account by hand (docs/operations.md).`,
      );
    }
    try {
      return await this.transport.call({
        ...call,
        headers: { ...authHeaders(session), ...this.secondFactor },
      });
    } catch (error) {
      if (error instanceof ChatError && error.kind === 'unauthorized') this.session.forget(session.token);
      throw error;
    }
  }
}
