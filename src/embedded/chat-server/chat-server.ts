import { createServer, type Server } from 'node:http';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LibsqlStore } from '../../storage/libsql-store';
import { completeOptions, type ChatServerInput, type ChatServerOptions } from './chat-server-options';
import { CoresRoutes } from './cores/cores-routes';
import { GatewayClient } from './cores/gateway-client';
import { PageFiles } from './page-files';
import { ChatRecords } from './records/chat-records';
import { DdpMethods } from './realtime/ddp-methods';
import { DdpServer } from './realtime/ddp-server';
import { DdpStreams } from './realtime/ddp-streams';
import { accountRoutes } from './rest/account-routes';
import { EmbeddedRoutes } from './rest/embedded-routes';
import { historyRoutes } from './rest/history-routes';
import { HttpFront } from './rest/http-front';
import { messageRoutes } from './rest/message-routes';
import { RateLimiter } from './rest/rate-limiter';
import { RestDispatcher } from './rest/rest-dispatcher';
import { roomRoutes } from './rest/room-routes';
import { subscriptionRoutes } from './rest/subscription-routes';
import { userRoutes } from './rest/user-routes';
import { workspaceRoutes } from './rest/workspace-routes';
import { AccessTokens } from './service/access-tokens';
import { Accounts } from './service/accounts';
import { ChatCore } from './service/chat-core';
import { Messages } from './service/messages';
import { PageEntry } from './service/page-entry';
import { holdersOf } from './service/permissions';
import { Rooms } from './service/rooms';
import { TwoFactor } from './service/two-factor';

const SITE_NAME = 'Rdzen';
const GENERAL = 'general';

export interface ListeningChatServer {
  port: number;
  url: string;
}

/**
 * A chat server that speaks Rocket.Chat's REST and realtime protocol, as far as a bot gateway and our own page use
 * them. Started again on the same data file it has the same users, tokens, rooms and messages.
 */
export class ChatServer {
  private readonly options: ChatServerOptions;
  private store?: LibsqlStore;
  private http?: Server;
  private realtime?: DdpServer;

  constructor(input: ChatServerInput = {}) {
    this.options = completeOptions(input);
  }

  /** @throws the listening error (`EADDRINUSE`, ...) or RdzenError STORE_DAMAGED; nothing is left open then. */
  async start(): Promise<ListeningChatServer> {
    const { options } = this;
    if (options.dataFile !== ':memory:') mkdirSync(dirname(options.dataFile), { recursive: true });
    this.store = LibsqlStore.open(options.dataFile);
    try {
      const core = new ChatCore(await ChatRecords.over(this.store), options.settings, options.now);
      const accounts = new Accounts(core);
      const rooms = new Rooms(core);
      await this.provision(core, accounts, rooms);
      const front = this.assemble(core, accounts, rooms);
      const http = createServer((request, response) => front.request(request, response));
      http.on('upgrade', (request, socket, head) => front.upgrade(request, socket, head));
      http.keepAliveTimeout = 65_000;
      this.http = http;
      return await listen(http, options.port, options.host);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.realtime?.close();
    const http = this.http;
    if (http?.listening) {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeAllConnections();
      await closed;
    }
    await this.store?.close();
  }

  /** Breaks all realtime connections at once, without a close frame. */
  dropRealtime(): void {
    this.realtime?.dropAll();
  }

  /** The bot's account and #general, with the bot in it. */
  private async provision(core: ChatCore, accounts: Accounts, rooms: Rooms): Promise<void> {
    const bot = await accounts.ensureBot(this.options.bot.username, this.options.bot.password);
    const { admin } = this.options;
    if (admin) await accounts.ensureAdmin(admin.username, admin.password);
    const general = await core.records.rooms.byName(GENERAL);
    if (general) await rooms.join(bot, general);
    else await rooms.create(bot, { kind: 'c', name: GENERAL, members: [], isDefault: true });
  }

  private assemble(core: ChatCore, accounts: Accounts, rooms: Rooms): HttpFront {
    const { faults, now, errorShape, restLimit, realtimeLimit, heartbeatMs, settings } = this.options;
    const messages = new Messages(core);
    const streams = new DdpStreams(core);
    this.realtime = new DdpServer(core, new DdpMethods(core, accounts, messages, streams), streams, {
      heartbeatMs,
      ...(realtimeLimit && { limit: realtimeLimit }),
      faults,
      now,
    });
    const routes = [
      ...messageRoutes(core, messages, rooms),
      ...historyRoutes(core, rooms, messages),
      ...roomRoutes(core, rooms),
      ...subscriptionRoutes(core, rooms),
      ...userRoutes(core, accounts),
      ...accountRoutes(core, accounts, new AccessTokens(core)),
      ...workspaceRoutes(core, SITE_NAME),
    ];
    const rest = new RestDispatcher(routes, accounts, new TwoFactor(core, accounts), {
      errorShape,
      ...(restLimit && { limiter: new RateLimiter(restLimit, now) }),
      faults,
      now,
    });
    const { adminKeyFile: keyFile, adminRoom: room } = this.options;
    const entry = new PageEntry(core, accounts, rooms, { keyFile, room });
    const config = {
      botUsername: this.options.bot.username,
      language: this.options.language,
      maxMessageLength: settings.maxMessageLength,
      siteName: SITE_NAME,
      cores: this.options.gateway !== undefined,
      editing: settings.allowEditing,
      editMinutes: settings.blockEditInMinutes,
      deleteOwnRoles: holdersOf('delete-own-message'),
    };
    const { gateway } = this.options;
    const cores = gateway && new CoresRoutes(accounts, new GatewayClient(gateway), now);
    return new HttpFront(
      rest,
      new EmbeddedRoutes(accounts, entry, config, now, cores),
      this.realtime,
      new PageFiles(),
      {
        version: this.options.version,
        loopbackOnly: ['127.0.0.1', '::1', 'localhost'].includes(this.options.host),
      },
    );
  }
}

function listen(http: Server, port: number, host: string): Promise<ListeningChatServer> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, host, exclusive: true }, () => {
      http.off('error', reject);
      const address = http.address();
      const actual = typeof address === 'object' && address ? address.port : port;
      const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
      resolve({ port: actual, url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${actual}` });
    });
  });
}
