import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { isObject } from '../is-object';
import { newId, newToken, sha256 } from '../identifiers';
import type { ChatRecords } from '../records/chat-records';
import type { UserDocument } from '../records/documents';
import type { TokenOrigin } from '../records/user-records';
import { Refusal } from '../refusal';
import type { ChatCore } from './chat-core';

const TOKEN_LIFE_MS = 90 * 24 * 3600_000;
const TOKENS_PER_USER = 50;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** What a client may send as a password: the text, or its SHA-256 in lower-case hex. */
export type Password = string | { digest: string; algorithm: string };

export interface LoginToken {
  userId: string;
  authToken: string;
  expires: Date;
}

export interface Caller {
  user: UserDocument;
  token: string;
  origin: TokenOrigin;
  /** When the token ends. */
  expires: Date;
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
      row.expires_at <= this.core.now().getTime()
    ) {
      return undefined;
    }
    const user = await users.byId(row.user_id);
    if (!user?.active) return undefined;
    return { user, token, origin: row.origin, expires: new Date(row.expires_at) };
  }

  async login(identity: { username?: string; email?: string }, password: Password): Promise<LoginToken> {
    const user = await this.find(identity);
    const kept = user && (await this.core.records.users.passwordOf(user._id));
    if (!user?.active || !kept || !(await matches(password, kept)))
      throw new Refusal('unauthorized', undefined, { status: 401 });
    return this.issue(user, 'login');
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

/** What a client sent as a password; undefined when it is none. */
export function passwordOf(value: unknown): Password | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value) || typeof value['digest'] !== 'string') return undefined;
  return { digest: value['digest'], algorithm: 'sha-256' };
}

function digestOf(password: Password): string {
  return typeof password === 'string' ? sha256(password) : password.digest.toLowerCase();
}

async function protect(password: Password): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(digestOf(password), salt, 32)).toString('hex')}`;
}

async function matches(password: Password, kept: string): Promise<boolean> {
  const [salt = '', hash = ''] = kept.split(':');
  const expected = Buffer.from(hash, 'hex');
  const actual = await derive(digestOf(password), Buffer.from(salt, 'hex'), 32);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
