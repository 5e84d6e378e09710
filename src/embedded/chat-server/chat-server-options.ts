import type { ChatServerFaults } from './chat-server-faults';
import type { ErrorShape } from './refusal';
import type { RateLimit } from './rest/rate-limiter';
import type { ChatSettings } from './service/chat-core';

export interface GatewayAddress {
  /** Without a slash at its end. */
  url: string;
  key?: string;
}

export interface ChatServerOptions {
  /** 0 takes a free port. */
  port: number;
  host: string;
  /** A path, or `:memory:`. */
  dataFile: string;
  bot: { username: string; password: string };
  /** Made where there is no admin yet; absent: none is made. */
  admin?: { username: string; password: string };
  /** Read at each attempt; absent: nobody becomes admin on the page. */
  adminKeyFile?: string;
  /** Name of the private room that whoever becomes admin on the page is brought into, once somebody made it. */
  adminRoom?: string;
  language: string;
  /** Where the cores are asked about and, with the key, killed; absent: the page shows no cores. */
  gateway?: GatewayAddress;
  /** Told by /api/info, such as `8.8`. */
  version: string;
  errorShape: ErrorShape;
  /** Per address, route and method; null: no limit. Admins, bots and people on the page are never limited. */
  restLimit: RateLimit | null;
  /** Per connection and name, four times as wide for `stream-...`; null: no limit. */
  realtimeLimit: RateLimit | null;
  /** Silence until we ping, and again until we close. */
  heartbeatMs: number;
  settings: ChatSettings;
  /** Wall time in milliseconds. */
  now: () => number;
  /** Test-only. */
  faults: ChatServerFaults;
}

/** `settings` may be given in part; everything has a default. */
export type ChatServerInput = Partial<Omit<ChatServerOptions, 'settings'>> & {
  settings?: Partial<ChatSettings>;
};

export function completeOptions(input: ChatServerInput): ChatServerOptions {
  return {
    port: 0,
    host: '127.0.0.1',
    dataFile: ':memory:',
    bot: { username: 'system-bot', password: 'system-bot' },
    language: 'en',
    version: '8.8',
    errorShape: '8',
    restLimit: { calls: 10, windowMs: 60_000 },
    realtimeLimit: { calls: 10, windowMs: 10_000 },
    heartbeatMs: 15_000,
    now: () => Date.now(),
    faults: {},
    ...input,
    settings: {
      maxMessageLength: 5000,
      useRealName: false,
      threadsEnabled: true,
      allowEditing: true,
      blockEditInMinutes: 0,
      readOnlyInDays: -1,
      twoFactor: true,
      twoFactorByEmail: false,
      allowedMailDomains: [],
      ...input.settings,
    },
  };
}

/** @throws Error naming the variable, its value and what is allowed. */
export function optionsFromEnvironment(environment: NodeJS.ProcessEnv): ChatServerInput {
  const port = environment['PORT'] ?? '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`PORT is "${port}"; it must be a number from 0 (any free port) to 65535.`);
  }
  const language = environment['CHAT_LANGUAGE'] ?? 'en';
  if (language !== 'en' && language !== 'pl')
    throw new Error(`CHAT_LANGUAGE is "${language}"; it must be en or pl.`);
  const password = environment['BOT_PASSWORD'];
  if (!password)
    throw new Error('BOT_PASSWORD is missing: the password of the account that the gateway logs in with.');
  const adminPassword = environment['ADMIN_PASS'];
  const adminKeyFile = environment['ADMIN_KEY_FILE'];
  const adminRoom = environment['ADMIN_ROOM'];
  const gatewayUrl = environment['GATEWAY_URL'];
  if (gatewayUrl && !/^https?:$/.test(URL.canParse(gatewayUrl) ? new URL(gatewayUrl).protocol : '')) {
    throw new Error(`GATEWAY_URL is "${gatewayUrl}"; it must begin with http:// or https://.`);
  }
  const gatewayKey = environment['GATEWAY_KEY'];
  return {
    port: Number(port),
    host: environment['HOST'] ?? '127.0.0.1',
    dataFile: environment['DATA_FILE'] ?? 'data/chat.db',
    bot: { username: environment['BOT_USERNAME'] ?? 'system-bot', password },
    ...(adminPassword && {
      admin: { username: environment['ADMIN_USERNAME'] ?? 'admin', password: adminPassword },
    }),
    ...(adminKeyFile && { adminKeyFile }),
    ...(adminRoom && { adminRoom }),
    ...(gatewayUrl && {
      gateway: { url: gatewayUrl.replace(/\/+$/, ''), ...(gatewayKey && { key: gatewayKey }) },
    }),
    language,
  };
}
