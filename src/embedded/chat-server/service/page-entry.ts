import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { Accounts, LoginToken } from './accounts';
import type { ChatCore } from './chat-core';
import type { Rooms } from './rooms';

const MAX_NAME = 60;
/** Names that mean something else, or would mislead. */
const RESERVED = new Set(['all', 'here', 'admin', 'administrator', 'system', 'root', 'rocket.cat', 'rdzen']);

export interface Entry {
  token: LoginToken;
  user: UserDocument;
}

/** How a person comes in from the page: a name, and the admin key when they hold it. */
export class PageEntry {
  constructor(
    private readonly core: ChatCore,
    private readonly accounts: Accounts,
    private readonly rooms: Rooms,
    private readonly adminKeyFile: string | undefined,
  ) {}

  /**
   * A name in use is given only to the holder of that user's token, or, for an admin, of the admin key; everybody else
   * gets the name with a number. Nobody becomes a bot.
   * @throws Refusal when the name is empty or the key is wrong.
   */
  async enter(
    wished: string,
    adminKey: string | undefined,
    returning: UserDocument | undefined,
  ): Promise<Entry> {
    const name = wished.trim().replace(/\s+/g, ' ').slice(0, MAX_NAME);
    const username = usernameOf(name);
    if (!username)
      throw new Refusal('Please choose a name with at least one letter or digit.', 'invalid-name');
    const admin = adminKey !== undefined && adminKey !== '';
    if (admin && !(await this.holdsKey(adminKey))) {
      throw new Refusal('This is not the admin key.', 'wrong-admin-key', { status: 403 });
    }
    const entered = await this.claim(username, name, admin, returning);
    const user = admin ? await this.accounts.grantAdmin(entered) : entered;
    await this.joinDefaults(user);
    return { user, token: await this.accounts.issue(user, 'page') };
  }

  private claim(
    username: string,
    name: string,
    admin: boolean,
    returning: UserDocument | undefined,
  ): Promise<UserDocument> {
    return this.core.change(async (records) => {
      for (let number = 1; ; number += 1) {
        const candidate = number === 1 ? username : `${username}-${number}`;
        const holder = await records.users.byUsername(candidate);
        if (!holder) {
          if (RESERVED.has(candidate) && !admin) continue;
          return this.accounts.insert(records, { username: candidate, name });
        }
        if (holder.roles.includes('bot') || !holder.active) continue;
        if (holder._id === returning?._id) return holder;
        if (admin && holder.roles.includes('admin')) return holder;
      }
    });
  }

  private async joinDefaults(user: UserDocument): Promise<void> {
    const channels = await this.core.records.rooms.channels();
    for (const room of channels.filter((channel) => channel.default)) await this.rooms.join(user, room);
  }

  /** Both sides are hashed first, so that neither length nor content shows in the time taken. */
  private async holdsKey(given: string): Promise<boolean> {
    if (this.adminKeyFile === undefined) return false;
    const kept = await readFile(this.adminKeyFile, 'utf8').catch(() => '');
    const key = kept.trim();
    return timingSafeEqual(digest(given.trim()), digest(key)) && key !== '';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** `Zażółć Gęślą` becomes `zazolc.gesla`. */
export function usernameOf(name: string): string {
  return name
    .replaceAll('ł', 'l')
    .replaceAll('Ł', 'L')
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9 ._-]/g, '')
    .trim()
    .replace(/\s+/g, '.')
    .replace(/^[._-]+|[._-]+$/g, '');
}
