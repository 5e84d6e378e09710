import type { AxiosInstance } from 'axios';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { ABSENT, ABSENT_OR_HIDDEN, absentAsUndefined, namesNoUser } from './absent';
import { authHeaders } from './auth-headers';
import { ChatApi } from './chat-api';
import { ChatError } from './chat-error';
import { ChatSession, type ChatCredentials, type Session } from './chat-session';
import type {
  ChatIdentity,
  ChatLimits,
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
  SyncPage,
} from './chat-types';
import { parseMessage, parseMessages } from './message-parser';
import { MessageSync } from './message-sync';
import { OwnToken, type OwnTokenPlace } from './own-token';
import { withHint } from './permission-hints';
import { LIMIT_SETTINGS, parseLimits } from './public-settings';
import { RestTransport, type RestCall } from './rest-transport';
import { parseRoom, parseSubscriptions } from './room-parser';
import { chatServerUrl } from './websocket-url';
import { listOf, recordOf, recordsOf, stringsOf, textOf, type WireRecord } from './wire-values';

export interface RestChatApiOptions extends ChatCredentials {
  /** Base URL of the server, subpath included. */
  url: string;
  clock: Clock;
  random: Random;
  http?: AxiosInstance;
  /** Where the account's own token is kept; absent: it logs in by what is given. Not used with `token`. */
  ownToken?: OwnTokenPlace;
}

const LIMITS_STAND_MS = 10 * 60_000;
const IDENTITY_STANDS_MS = 30_000;
const HISTORY_ROUTES = {
  channel: 'channels.history',
  group: 'groups.history',
  direct: 'im.history',
} as const;
/** Shown by clients as a badge, and lets other bots know not to answer. */
const BOT_MARK = { i: 'rdzen' };

export class RestChatApi extends ChatApi {
  private readonly transport: RestTransport;
  private readonly session: ChatSession;
  private readonly sync: MessageSync;
  private readonly clock: Clock;
  private known: { limits: ChatLimits; at: number } | undefined;
  private identityAt = -Infinity;

  constructor(options: RestChatApiOptions) {
    super();
    const { clock, random, http, username, password, userId, token } = options;
    if (!password && !(token && userId)) {
      throw new Error(
        `No way to log in as "${username}": give a password, or a personal access token with its user id`,
      );
    }
    this.clock = clock;
    this.transport = new RestTransport(chatServerUrl(options.url), clock, random, http);
    const own = token || !password ? undefined : options.ownToken;
    this.session = new ChatSession(
      this.transport,
      clock,
      { username, ...(password && { password }), ...(userId && { userId }), ...(token && { token }) },
      own &&
        new OwnToken(this.transport, { ...own, server: options.url, username, password: password ?? '' }),
    );
    this.sync = new MessageSync(
      clock,
      async (query) => recordOf((await this.get('chat.syncMessages', query))['result']) ?? {},
    );
  }

  get identity(): ChatIdentity | undefined {
    return this.session.identity;
  }

  async login(): Promise<ChatIdentity> {
    const known = this.session.current;
    if (!known) {
      const { identity } = await this.session.open();
      this.identityAt = this.clock.monotonic();
      return identity;
    }
    if (this.clock.monotonic() - this.identityAt < IDENTITY_STANDS_MS) return known.identity;
    const identity = await this.authorized((session) => this.session.refresh(session));
    this.identityAt = this.clock.monotonic();
    return identity;
  }

  async socketToken(): Promise<string> {
    return (await this.session.open()).token;
  }

  /** The socket's login was refused with this token: the next call logs in anew. */
  forgetToken(token: string): void {
    this.session.forget(token);
  }

  async serverVersion(): Promise<string> {
    const info = await this.transport.call({ method: 'GET', route: '/api/info' });
    return textOf(info['version']) ?? textOf(recordOf(info['info'])?.['version']) ?? 'unknown';
  }

  async limits(): Promise<ChatLimits> {
    if (this.known && this.clock.monotonic() - this.known.at < LIMITS_STAND_MS) return this.known.limits;
    const reply = await this.get('settings.public', {
      _id: LIMIT_SETTINGS.join(','),
      count: LIMIT_SETTINGS.length,
    });
    const limits = parseLimits(reply['settings']);
    this.known = { limits, at: this.clock.monotonic() };
    return limits;
  }

  async sendMessage(message: OutgoingMessage): Promise<ChatMessage> {
    const { id, roomId, text, threadId } = message;
    const reply = await this.post('chat.sendMessage', {
      message: { _id: id, rid: roomId, msg: text, bot: BOT_MARK, ...(threadId && { tmid: threadId }) },
      previewUrls: [],
    });
    const stored = parseMessage(reply['message']);
    // The server's way to say that it inserted nothing.
    if (!stored)
      throw new ChatError('duplicate-id', 'chat.sendMessage: accepted, but the reply holds no message.');
    return stored;
  }

  async updateMessage(roomId: string, id: string, text: string): Promise<void> {
    await this.post('chat.update', { roomId, msgId: id, text, previewUrls: [] });
  }

  async getMessage(id: string): Promise<ChatMessage | undefined> {
    const reply = await absentAsUndefined(this.get('chat.getMessage', { msgId: id }), ABSENT);
    return reply && parseMessage(reply['message']);
  }

  async subscriptions(since?: number): Promise<ChatSubscription[]> {
    const query = since === undefined ? {} : { updatedSince: new Date(since - 1).toISOString() };
    const [subscriptions, rooms] = await Promise.all([
      this.get('subscriptions.get', query),
      this.get('rooms.get', query),
    ]);
    return parseSubscriptions(listOf(subscriptions['update']), listOf(rooms['update']));
  }

  syncMessages(roomId: string, since: number): Promise<SyncPage> {
    return this.sync.since(roomId, since);
  }

  async room(roomId: string): Promise<ChatRoom | undefined> {
    const reply = await absentAsUndefined(this.get('rooms.info', { roomId }), ABSENT_OR_HIDDEN);
    return reply && parseRoom(reply['room']);
  }

  async resolveRoom(target: string): Promise<ChatRoom> {
    const room = target.startsWith('@')
      ? await this.directRoom(target.slice(1))
      : await this.namedRoom(target);
    if (!room)
      throw new ChatError('room-not-found', `There is no room ${target} that the assistant can see.`);
    return room;
  }

  async history(room: ChatRoom, count: number): Promise<ChatMessage[]> {
    if (room.type === 'livechat')
      throw new ChatError('bad-request', `Livechat room ${room.id} has no history route.`);
    const reply = await this.get(HISTORY_ROUTES[room.type], {
      roomId: room.id,
      count,
      showThreadMessages: 'false',
    });
    return oldestFirst(parseMessages(reply['messages']).filter((message) => !message.threadId)).slice(-count);
  }

  async threadMessages(threadId: string, count: number): Promise<ChatMessage[]> {
    const query = { tmid: threadId, count, offset: 0, sort: '{"ts":-1}' };
    const [root, replies] = await Promise.all([
      this.getMessage(threadId),
      this.get('chat.getThreadMessages', query),
    ]);
    const messages = oldestFirst(
      parseMessages(replies['messages']).filter((message) => message.id !== threadId),
    );
    return root ? [root, ...(count > 1 ? messages.slice(1 - count) : [])] : messages.slice(-count);
  }

  async usersInPublicRole(role: string): Promise<string[]> {
    const reply = await this.get('roles.getUsersInPublicRoles');
    return recordsOf(reply['users']).flatMap((user) =>
      stringsOf(user['roles']).includes(role) ? (textOf(user['_id']) ?? []) : [],
    );
  }

  async roomModerators(room: ChatRoom): Promise<string[]> {
    if (room.type !== 'channel' && room.type !== 'group') return [];
    const reply = await this.get(room.type === 'channel' ? 'channels.roles' : 'groups.roles', {
      roomId: room.id,
    });
    return recordsOf(reply['roles']).flatMap((entry) => {
      const roles = stringsOf(entry['roles']);
      return roles.includes('owner') || roles.includes('moderator')
        ? (textOf(recordOf(entry['u'])?.['_id']) ?? [])
        : [];
    });
  }

  async joinChannel(roomId: string): Promise<void> {
    await this.post('channels.join', { roomId });
  }

  async createGroup(name: string): Promise<ChatRoom> {
    const reply = await this.post('groups.create', { name });
    const room = parseRoom(reply['group']);
    if (!room) throw new ChatError('unreachable', 'groups.create: the reply holds no room.');
    return room;
  }

  async inviteToGroup(roomId: string, userId: string): Promise<void> {
    await this.post('groups.invite', { roomId, userId });
  }

  /** Ends calls in flight and lets go of every connection. */
  close(): void {
    this.transport.close();
  }

  private async namedRoom(target: string): Promise<ChatRoom | undefined> {
    const query = target.startsWith('#') ? { roomName: target.slice(1) } : { roomId: target };
    const reply = await absentAsUndefined(this.get('rooms.info', query), ABSENT_OR_HIDDEN);
    return reply && parseRoom(reply['room']);
  }

  private async directRoom(username: string): Promise<ChatRoom | undefined> {
    const reply = await absentAsUndefined(this.post('im.create', { username }), ABSENT, namesNoUser);
    // Some servers leave the type out here.
    return reply && parseRoom({ t: 'd', ...recordOf(reply['room']) });
  }

  private get(route: string, query: RestCall['query'] = {}): Promise<WireRecord> {
    return this.call({ method: 'GET', route, query });
  }

  private post(route: string, body: unknown): Promise<WireRecord> {
    return this.call({ method: 'POST', route, body });
  }

  private async call(call: RestCall): Promise<WireRecord> {
    try {
      return await this.authorized((session) =>
        this.transport.call({ ...call, headers: authHeaders(session) }),
      );
    } catch (failure) {
      // The limit we know is not the one that holds.
      if (failure instanceof ChatError && failure.kind === 'message-too-long') this.known = undefined;
      throw withHint(call.route, this.identity?.username ?? '', failure);
    }
  }

  /** Runs `attempt` with the live session; a dead token is renewed once and the attempt repeated. */
  private async authorized<T>(attempt: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.session.open();
    try {
      return await attempt(session);
    } catch (failure) {
      if (!(failure instanceof ChatError) || failure.kind !== 'unauthorized') throw failure;
    }
    this.session.forget(session.token);
    return await attempt(await this.renewed());
  }

  private async renewed(): Promise<Session> {
    try {
      return await this.session.open();
    } catch (failure) {
      if (!(failure instanceof ChatError) || failure.kind !== 'login-refused') throw failure;
      throw new ChatError('unauthorized', failure.message, failure.details);
    }
  }
}

function oldestFirst(messages: ChatMessage[]): ChatMessage[] {
  return messages.sort((a, b) => a.at - b.at);
}
