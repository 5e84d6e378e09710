import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { Accounts, LoginToken } from './accounts';
import type { ChatCore } from './chat-core';
import type { Rooms } from './rooms';

const MAX_NAME = 60;
/** Signs that are not seen, or turn others around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/gu;
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
    private readonly admins: { keyFile?: string; room?: string },
  ) {}

  /**
   * A name in use is given only to the holder of that user's token, or, for an admin, of the admin key; everybody else
   * gets the name with a number, which is seen in the name they are shown by as well. Nobody becomes a bot, nor looks
   * like one.
   * @throws Refusal when the name is empty or reserved, or the key is wrong.
   */
  async enter(
    wished: string,
    adminKey: string | undefined,
    returning: UserDocument | undefined,
  ): Promise<Entry> {
    const name = displayNameOf(wished);
    const username = usernameOf(name);
    if (!username)
      throw new Refusal('Please choose a name with at least one letter or digit.', 'invalid-name');
    const admin = adminKey !== undefined && adminKey !== '';
    if (admin && !(await this.holdsKey(adminKey))) {
      throw new Refusal('This is not the admin key.', 'wrong-admin-key', { status: 403 });
    }
    await this.refuseReserved(username, admin, returning);
    const entered = await this.claim(username, name, admin, returning);
    const user = admin ? await this.accounts.grantAdmin(entered) : entered;
    await this.joinDefaults(user);
    if (admin) await this.joinAdminRoom(user);
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
          const shown = number === 1 ? name : `${name}-${number}`;
          return this.accounts.insert(records, { username: candidate, name: shown });
        }
        if (holder.roles.includes('bot') || !holder.active) continue;
        if (holder._id === returning?._id) return holder;
        if (admin && holder.roles.includes('admin')) return holder;
      }
    });
  }

  /** A number, a dot or a dash more does not make it another name. Who holds such a name already keeps it. */
  private async refuseReserved(
    username: string,
    admin: boolean,
    returning: UserDocument | undefined,
  ): Promise<void> {
    const users = await this.core.records.users.all();
    const bots = users.filter((user) => user.roles.includes('bot'));
    const refused = new Set(bots.flatMap((bot) => [skeleton(bot.username), skeleton(usernameOf(bot.name))]));
    const own = returning?.username === username && !returning.roles.includes('bot');
    if (!admin && !own) for (const reserved of RESERVED) refused.add(skeleton(reserved));
    if (refused.has(skeleton(username))) throw new Refusal('This name is reserved.', 'reserved-name');
  }

  private async joinDefaults(user: UserDocument): Promise<void> {
    const channels = await this.core.records.rooms.channels();
    for (const room of channels.filter((channel) => channel.default)) await this.rooms.join(user, room);
  }

  /** Only where a bot made it: anybody may give a private room of their own that name. */
  private async joinAdminRoom(user: UserDocument): Promise<void> {
    const { rooms, users } = this.core.records;
    const room = this.admins.room && (await rooms.byName(this.admins.room));
    if (!room || room.t !== 'p') return;
    const maker = await users.byId(room.u._id);
    if (maker?.roles.includes('bot')) await this.rooms.admit(user, room);
  }

  /** Both sides are hashed first, so that neither length nor content shows in the time taken. */
  private async holdsKey(given: string): Promise<boolean> {
    if (this.admins.keyFile === undefined) return false;
    const kept = await readFile(this.admins.keyFile, 'utf8').catch(() => '');
    const key = kept.trim();
    return timingSafeEqual(digest(given.trim()), digest(key)) && key !== '';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** As it is shown: without signs that mislead the eye. */
function displayNameOf(wished: string): string {
  const seen = wished.normalize('NFKC').replace(/\s+/g, ' ').replace(UNSEEN, '');
  return [...seen.replace(/ +/g, ' ').trim()].slice(0, MAX_NAME).join('').trim();
}

function skeleton(username: string): string {
  return username.replace(/[._-]/g, '').replace(/(?<=\D)\d+$/, '');
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
