import { Logger } from '@nestjs/common';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import {
  accountRefusal,
  asksSecondFactor,
  deactivated,
  loginStaysRefused,
  notABot,
} from './account-refusals';
import { AccountPlace } from './account-place';
import { AdminCaller } from './admin-caller';
import { ChatError } from './chat-error';
import { ChatSession, type Session } from './chat-session';
import { RestTransport } from './rest-transport';
import { chatServerUrl } from './websocket-url';
import { recordOf, recordsOf, stringsOf, textOf, type WireRecord } from './wire-values';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** What only a person can put right is tried again this often. */
const REFUSED_WAIT_MS = 5 * 60_000;
const ROLES = ['user', 'bot'];

export interface AccountMakerOptions {
  url: string;
  admin: { username: string; password: string };
  /** The assistant's own account, as it is to be. */
  bot: { username: string; password: string; /** Nobody need read it. */ mail?: string };
  /** Name of the channel that hears of every switch. */
  noticeRoom: string;
  /** Also sets what the assistant needs of the workspace's settings. */
  adjustSettings?: boolean;
  clock: Clock;
  random: Random;
}

/**
 * Makes the assistant's account on a Rocket.Chat whose administrator is known, and nothing else there: the account with the
 * roles user and bot, its password, its seat in the notice room, and that room. What is there already is left as it is, so it may run at
 * every start and be broken off anywhere. Facts: Rocket.Chat REST API, `users.create`, `users.update`, `roles.addUserToRole`,
 * `channels.*`, `groups.*` (apps/meteor/app/api/server/v1).
 */
export class AccountMaker {
  private readonly logger = new Logger('RocketChat');
  private readonly ending = new AbortController();
  private readonly transport: RestTransport;
  private readonly asAdmin: AdminCaller;
  private readonly place: AccountPlace;
  private said = false;
  private readonly firstTry = new AbortController();
  private working: Promise<void> = Promise.resolve();
  private trouble?: RdzenError;

  constructor(private readonly options: AccountMakerOptions) {
    const { url, clock, random, admin, bot } = options;
    this.transport = new RestTransport(chatServerUrl(url), clock, random);
    this.asAdmin = new AdminCaller(this.transport, clock, admin);
    this.place = new AccountPlace(this.transport, this.asAdmin, { ...options, username: bot.username });
  }

  /** Why the account, or its seat in the notice room, is not as it should be. */
  get problem(): RdzenError | undefined {
    return this.trouble ?? this.place.problem;
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

  /**
   * Once. @throws RdzenError CHAT_UNAVAILABLE where it may pass by itself, else one of the codes CHAT_ADMIN_* and CHAT_ACCOUNT_*
   */
  async make(): Promise<void> {
    try {
      const account = (await this.account()) ?? (await this.create());
      await this.place.take(await this.ready(account));
      this.trouble = undefined;
      if (!this.said) this.logger.log(`The assistant's account @${this.options.bot.username} is ready`);
      this.said = true;
    } catch (error) {
      throw (this.trouble = accountRefusal(error, this.names));
    }
  }

  private get names(): { admin: string; bot: string; mail: string } {
    return { admin: this.options.admin.username, bot: this.options.bot.username, mail: this.mail };
  }

  private get mail(): string {
    const { mail, username } = this.options.bot;
    return mail ?? `${username}@rdzen.invalid`;
  }

  private async run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      try {
        await this.make().finally(() => this.firstTry.abort(new Error('tried')));
        if (!this.place.problem) return;
        await this.options.clock.sleep(REFUSED_WAIT_MS, this.ending.signal).catch(() => undefined);
        if (this.ending.signal.aborted) return;
      } catch (error) {
        if (this.ending.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        const patient = error instanceof RdzenError && error.code !== 'CHAT_UNAVAILABLE';
        if (patient) this.logger.error(`The assistant's account cannot be made (${error.code}): ${message}`);
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
      const reply = await this.asAdmin.call({ method: 'GET', route: 'users.info', query: { username } });
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
      email: this.mail,
      roles: ROLES,
      verified: true,
      joinDefaultChannels: false,
      requirePasswordChange: false,
      sendWelcomeEmail: false,
    };
    try {
      const reply = await this.asAdmin.call({ method: 'POST', route: 'users.create', body });
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
  private async ready(account: WireRecord): Promise<Session> {
    const { username } = this.options.bot;
    const roles = stringsOf(account['roles']);
    if (!roles.includes('bot')) throw notABot(username);
    if (account['active'] === false) throw deactivated(username);
    const changed: string[] = [];
    if (!roles.includes('user')) {
      await this.addRole('user');
      changed.push('roles');
    }
    let session = await this.login();
    if (typeof session === 'string') {
      const data = this.cure(session, account);
      await this.update(account, data);
      changed.push(...Object.keys(data));
      session = await this.login();
    }
    if (typeof session === 'string') throw loginStaysRefused(username);
    if (changed.length > 0) this.logger.log(`Changed the account @${username}: ${changed.join(' and ')}`);
    return session;
  }

  /**
   * A workspace with e-mail two-factor asks for it whoever has a verified address. Ours is read by nobody, so that it need
   * not count as verified.
   */
  private cure(refusal: 'password' | 'second-factor', account: WireRecord): Record<string, unknown> {
    const { username, password } = this.options.bot;
    if (refusal === 'password') return { password };
    const [mail] = recordsOf(account['emails']);
    if (mail?.['address'] !== this.mail || mail['verified'] !== true) throw asksSecondFactor(username);
    return { verified: false };
  }

  private async update(account: WireRecord, data: Record<string, unknown>): Promise<void> {
    const body = { userId: textOf(account['_id']), data };
    await this.asAdmin.call({ method: 'POST', route: 'users.update', body });
  }

  /** By the role's id, which for the roles of the system is their name. */
  private async addRole(roleId: string): Promise<void> {
    const body = { roleId, username: this.options.bot.username };
    try {
      await this.asAdmin.call({ method: 'POST', route: 'roles.addUserToRole', body });
    } catch (error) {
      // Given by an earlier try whose reply was lost.
      if (!(error instanceof ChatError) || !/already.*role/i.test(error.message)) throw error;
    }
  }

  /** The account's session by its password, or why it has none. */
  private async login(): Promise<Session | 'password' | 'second-factor'> {
    const { username, password } = this.options.bot;
    const own = new ChatSession(this.transport, this.options.clock, { username, password });
    try {
      return await own.open();
    } catch (error) {
      if (!(error instanceof ChatError) || error.kind !== 'login-refused') throw error;
      return /second factor/.test(error.message) ? 'second-factor' : 'password';
    }
  }
}
