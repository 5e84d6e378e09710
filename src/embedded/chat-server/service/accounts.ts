import { newId, newToken, sha256 } from '../identifiers';
import type { ChatRecords } from '../records/chat-records';
import type { UserDocument } from '../records/documents';
import type { TokenOrigin } from '../records/user-records';
import { Refusal } from '../refusal';
import type { ChatCore } from './chat-core';
import { matches, protect, type Password } from './passwords';

const TOKEN_LIFE_MS = 90 * 24 * 3600_000;
const TOKENS_PER_USER = 50;

export interface LoginToken {
  userId: string;
  authToken: string;
  /** Absent: it has no end. */
  expires?: Date;
}

export interface Caller {
  user: UserDocument;
  token: string;
  origin: TokenOrigin;
  /** When the token ends; absent: never. */
  expires?: Date;
  bypassesTwoFactor: boolean;
}

export interface NewUser {
  username: string;
  name: string;
  roles?: string[];
  email?: string;
  password?: Password;
  active?: boolean;
  verified?: boolean;
  statusText?: string;
  customFields?: Record<string, unknown>;
}

/** What an administrator changes about an account. */
export interface AccountChanges {
  name?: string;
  roles?: string[];
  active?: boolean;
  email?: string;
  verified?: boolean;
  password?: Password;
}

/** Users, their passwords and their login tokens. Only digests reach the database. */
export class Accounts {
  constructor(private readonly core: ChatCore) {}

  /** The user a token belongs to; undefined when it is unknown, expired, or the account is not active. */
  async byToken(token: string, userId?: string): Promise<Caller | undefined> {
    const { users } = this.core.records;
    const row = await users.token(sha256(token));
    if (
      !row ||
      (userId !== undefined && row.user_id !== userId) ||
      (row.expires_at !== 0 && row.expires_at <= this.core.now().getTime())
    ) {
      return undefined;
    }
    const user = await users.byId(row.user_id);
    if (!user?.active) return undefined;
    return {
      user,
      token,
      origin: row.origin,
      bypassesTwoFactor: row.bypass === 1,
      ...(row.expires_at !== 0 && { expires: new Date(row.expires_at) }),
    };
  }

  async login(identity: { username?: string; email?: string }, password: Password): Promise<LoginToken> {
    const user = await this.find(identity);
    const kept = user && (await this.core.records.users.passwordOf(user._id));
    if (!user?.active || !kept || !(await matches(password, kept)))
      throw new Refusal('unauthorized', undefined, { status: 401 });
    if (this.asksByEmail(user)) {
      throw new Refusal('totp-required', undefined, {
        status: 401,
        details: { method: 'email', codeGenerated: true, availableMethods: ['email'] },
      });
    }
    return this.issue(user, 'login');
  }

  /** A code from a mail is asked for at the login, and where a second factor is. */
  asksByEmail(user: UserDocument): boolean {
    const { twoFactor, twoFactorByEmail } = this.core.settings;
    return twoFactor && twoFactorByEmail && user.emails?.some(({ verified }) => verified) === true;
  }

  async hasPassword(user: UserDocument): Promise<boolean> {
    return (await this.core.records.users.passwordOf(user._id)) !== undefined;
  }

  async isPassword(user: UserDocument, password: Password): Promise<boolean> {
    const kept = await this.core.records.users.passwordOf(user._id);
    return kept !== undefined && (await matches(password, kept));
  }

  issue(user: UserDocument, origin: TokenOrigin): Promise<LoginToken> {
    return this.core.change(async ({ users }) => {
      const authToken = newToken();
      const now = this.core.now();
      const expires = new Date(now.getTime() + TOKEN_LIFE_MS);
      await users.addToken(
        sha256(authToken),
        user._id,
        origin,
        now.getTime(),
        expires.getTime(),
        TOKENS_PER_USER,
      );
      await users.save({ ...((await users.byId(user._id)) ?? user), lastLogin: now });
      return { userId: user._id, authToken, expires };
    });
  }

  async logout(token: string): Promise<void> {
    await this.core.records.users.removeToken(sha256(token));
  }

  /** @throws Refusal when the name is taken or not allowed. */
  async create(input: NewUser): Promise<UserDocument> {
    const hash = input.password === undefined ? undefined : await protect(input.password);
    return this.core.change((records) => this.insert(records, input, hash));
  }

  async insert(records: ChatRecords, input: NewUser, passwordHash?: string): Promise<UserDocument> {
    if (!/^[\w.-]+$/.test(input.username)) {
      throw Refusal.coded('error-invalid-username', `${input.username} is not a valid username`);
    }
    if (await records.users.byUsername(input.username)) {
      throw Refusal.coded('error-field-unavailable', `${input.username} is already in use :(`, {
        field: 'username',
      });
    }
    if (input.email !== undefined) this.checkMail(input.email);
    const now = this.core.now();
    const user: UserDocument = {
      _id: newId(),
      username: input.username,
      name: input.name,
      roles: input.roles ?? ['user'],
      type: 'user',
      active: input.active ?? true,
      ...(input.email && { emails: [{ address: input.email, verified: input.verified ?? false }] }),
      status: 'offline',
      statusDefault: 'online',
      statusConnection: 'offline',
      statusText: input.statusText ?? '',
      utcOffset: 0,
      ...(input.customFields && { customFields: input.customFields }),
      createdAt: now,
      _updatedAt: now,
    };
    await records.users.insert(user, passwordHash);
    return user;
  }

  /** @throws Refusal when there is no such user, or the address is not allowed. */
  async update(userId: string, changes: AccountChanges): Promise<UserDocument> {
    const { password, email, verified, ...plain } = changes;
    const hash = password === undefined ? undefined : await protect(password);
    if (email !== undefined) this.checkMail(email);
    return this.core.change(async ({ users }) => {
      const found = await users.byId(userId);
      if (!found) throw Refusal.coded('error-invalid-user', 'Invalid user');
      const [first] = found.emails ?? [];
      const address = email ?? first?.address;
      const changed: UserDocument = {
        ...found,
        ...plain,
        ...(address !== undefined && {
          emails: [{ address, verified: verified ?? (email === undefined && first?.verified === true) }],
        }),
        _updatedAt: this.core.now(),
      };
      await users.save(changed);
      if (hash !== undefined) await users.setPassword(userId, hash);
      if (changes.active === false) await users.removeTokensOf(userId);
      return changed;
    });
  }

  /** As the original makes one of its environment: only where there is no admin. */
  async ensureAdmin(username: string, password: string): Promise<void> {
    const all = await this.core.records.users.all();
    if (all.some(({ roles }) => roles.includes('admin'))) return;
    await this.create({ username, name: username, roles: ['admin'], password });
  }

  private checkMail(address: string): void {
    const { allowedMailDomains: allowed } = this.core.settings;
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    if (allowed.length > 0 && !allowed.includes(domain)) {
      throw Refusal.coded('error-invalid-domain', 'The email domain is not in whitelist', {
        function: 'RocketChat.validateEmailDomain',
      });
    }
  }

  /** Makes the account the gateway logs in with, or brings it up to date. A person who held the name loses it. */
  async ensureBot(username: string, password: string): Promise<UserDocument> {
    const found = await this.core.records.users.byUsername(username);
    if (!found) return this.create({ username, name: username, roles: ['user', 'bot'], password });
    const kept = await this.core.records.users.passwordOf(found._id);
    const samePassword = kept !== undefined && (await matches(password, kept));
    if (samePassword && found.active && found.roles.includes('bot') && found.roles.includes('user'))
      return found;
    const hash = await protect(password);
    return this.core.change(async ({ users }) => {
      const bot = { ...found, roles: ['user', 'bot'], active: true, _updatedAt: this.core.now() };
      await users.save(bot);
      await users.setPassword(bot._id, hash);
      await users.removeTokensOf(bot._id);
      return bot;
    });
  }

  async setStatus(user: UserDocument, status: string | undefined, text: string | undefined): Promise<void> {
    await this.core.change(async ({ users }) => {
      const current = (await users.byId(user._id)) ?? user;
      await users.save({
        ...current,
        ...(status !== undefined && { status, statusDefault: status }),
        ...(text !== undefined && { statusText: text }),
        _updatedAt: this.core.now(),
      });
    });
  }

  grantAdmin(user: UserDocument): Promise<UserDocument> {
    return this.core.change(async ({ users }) => {
      const current = (await users.byId(user._id)) ?? user;
      if (current.roles.includes('admin')) return current;
      const admin = { ...current, roles: [...current.roles, 'admin'], _updatedAt: this.core.now() };
      await users.save(admin);
      return admin;
    });
  }

  private async find(identity: { username?: string; email?: string }): Promise<UserDocument | undefined> {
    const { users } = this.core.records;
    if (identity.username !== undefined) return users.byUsername(identity.username);
    if (identity.email === undefined) return undefined;
    const all = await users.all();
    return all.find((user) => user.emails?.some(({ address }) => address === identity.email));
  }
}
