import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { ChatServerAddress } from './chat-gateway/chat-server-launcher';
import type { Settings } from './config/settings';
import { AccountMaker } from './rocket-chat/account-maker';
import { RestChatApi } from './rocket-chat/rest-chat-api';
import type { Clock } from './shared/clock';
import type { Random } from './shared/random';
import { readIfThere, writeAtomically } from './storage/atomic-file';

/** In the data folder; readable for its owner only. */
export const TOKEN_FILE = 'chat-token.json';

export interface ChatMeans {
  settings: Settings;
  /** Of the data folder. */
  secret: Buffer;
  /** Of the assistant's account. */
  password: string;
  clock: Clock;
  random: Random;
}

/** The one that is set, else the same at every start. For a server of others it has a sign of every class that a policy may ask for. */
export function chatPassword(settings: Settings, secret: Buffer): string {
  if (settings.ROCKETCHAT_PASSWORD !== undefined) return settings.ROCKETCHAT_PASSWORD;
  const password = derived(secret, 'bot password');
  return settings.ROCKETCHAT_URL ? `Rz1-${password}` : password;
}

/** The assistant's account. On a server of others it makes itself a personal access token, where none is given. */
export function chatAccount(
  { settings, secret, password, clock, random }: ChatMeans,
  server: ChatServerAddress,
  hide: (secret: string) => void,
): RestChatApi {
  const file = join(settings.RDZEN_DATA, TOKEN_FILE);
  return new RestChatApi({
    url: server.url,
    username: settings.ROCKETCHAT_USER,
    password,
    userId: settings.ROCKETCHAT_USER_ID,
    token: settings.ROCKETCHAT_TOKEN,
    clock,
    random,
    ...(!server.embedded && {
      ownToken: {
        name: `rdzen-${derived(secret, 'token name').slice(0, 10)}`,
        read: () => readIfThere(file),
        write: (text) => writeAtomically(file, text, 0o600),
        hide,
      },
    }),
  });
}

/** Undefined where no administrator is known. With a token the account is there already, and its password is none of our business. */
export function accountMaker({ settings, password, clock, random }: ChatMeans): AccountMaker | undefined {
  const { ROCKETCHAT_URL: url, ROCKETCHAT_USER: username, RDZEN_NOTICE_ROOM: noticeRoom } = settings;
  const { ROCKETCHAT_ADMIN_USER, ROCKETCHAT_ADMIN_PASSWORD } = settings;
  if (!url || !ROCKETCHAT_ADMIN_USER || !ROCKETCHAT_ADMIN_PASSWORD || settings.ROCKETCHAT_TOKEN)
    return undefined;
  const admin = { username: ROCKETCHAT_ADMIN_USER, password: ROCKETCHAT_ADMIN_PASSWORD };
  const bot = { username, password, mail: settings.ROCKETCHAT_EMAIL };
  const adjustSettings = settings.ROCKETCHAT_ADJUST_SETTINGS;
  return new AccountMaker({ url, admin, bot, noticeRoom, adjustSettings, clock, random });
}

function derived(secret: Buffer, what: string): string {
  return createHmac('sha256', secret).update(what).digest('base64url');
}
