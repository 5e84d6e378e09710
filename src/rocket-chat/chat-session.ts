import type { Clock } from '../shared/clock';
import { authHeaders } from './auth-headers';
import { ChatError } from './chat-error';
import type { ChatIdentity } from './chat-types';
import type { OwnToken } from './own-token';
import type { RestTransport } from './rest-transport';
import { recordOf, stringsOf, textOf, type WireRecord } from './wire-values';

export interface ChatCredentials {
  /** User name or e-mail address, for the password login. */
  username: string;
  password?: string;
  /** With `token`: a personal access token. Preferred where both ways are given. */
  userId?: string;
  token?: string;
}

export interface Session {
  userId: string;
  token: string;
  identity: ChatIdentity;
  /** The token is the account's own. */
  own?: true;
}

const REFUSAL_STANDS_MS = 30_000;

/**
 * The account's token: made on first need, shared by REST and socket, made anew when someone found it dead. A refused
 * login stands for 30 s, so that eager callers cannot get the account locked.
 */
export class ChatSession {
  private session: Session | undefined;
  private lastIdentity: ChatIdentity | undefined;
  private opening: Promise<Session> | undefined;
  private refusal: { error: ChatError; at: number } | undefined;
  private tokenRefused = false;

  constructor(
    private readonly transport: RestTransport,
    private readonly clock: Clock,
    private readonly credentials: ChatCredentials,
    /** In place of one that is given: the token the account makes for itself. */
    private readonly own?: OwnToken,
  ) {}

  get current(): Session | undefined {
    return this.session;
  }

  /** Who we are, as last told; a token that died changes nothing about that. */
  get identity(): ChatIdentity | undefined {
    return this.lastIdentity;
  }

  /** The live session; one login at a time, however many ask. */
  async open(): Promise<Session> {
    if (this.session) return this.session;
    if (this.refusal) {
      const left = this.refusal.at + REFUSAL_STANDS_MS - this.clock.monotonic();
      if (left > 0) throw withWait(this.refusal.error, left);
      this.refusal = undefined;
      this.tokenRefused = false;
      this.own?.forgive();
    }
    this.opening ??= this.logIn().finally(() => (this.opening = undefined));
    return this.opening;
  }

  /** Someone was refused with this token. A token made since then stays. */
  forget(token: string): void {
    if (this.session?.token === token) {
      if (this.session.own) this.own?.refused();
      this.session = undefined;
    }
    if (this.credentials.token === token) this.tokenRefused = true;
  }

  /** Asks the server anew who we are (roles change). */
  async refresh(session: Session): Promise<ChatIdentity> {
    const identity = identityOf(
      await this.transport.call({ method: 'GET', route: 'me', headers: authHeaders(session) }),
    );
    if (this.session?.token === session.token) this.session = { ...session, identity };
    this.lastIdentity = identity;
    return identity;
  }

  private async logIn(): Promise<Session> {
    try {
      this.session = await this.credentialLogin();
      this.lastIdentity = this.session.identity;
      return this.session;
    } catch (failure) {
      if (failure instanceof ChatError && failure.kind === 'login-refused') {
        this.refusal = { error: failure, at: this.clock.monotonic() };
      }
      throw failure;
    }
  }

  private async credentialLogin(): Promise<Session> {
    const { userId, token, password } = this.credentials;
    if (token && userId && !(this.tokenRefused && password)) {
      try {
        return await this.tokenLogin(userId, token);
      } catch (failure) {
        if (!(failure instanceof ChatError) || failure.kind !== 'login-refused' || !password) throw failure;
        this.tokenRefused = true;
      }
    }
    return (await this.ownLogin()) ?? (await this.withOwnToken(await this.passwordLogin(password ?? '')));
  }

  private async ownLogin(): Promise<Session | undefined> {
    const kept = await this.own?.kept();
    if (!kept) return undefined;
    try {
      return { ...(await this.tokenLogin(kept.userId, kept.token)), own: true };
    } catch (failure) {
      if (!(failure instanceof ChatError) || failure.kind !== 'login-refused') throw failure;
      this.own?.refused();
      return undefined;
    }
  }

  private async withOwnToken(session: Session): Promise<Session> {
    const made = await this.own?.make(session);
    return made ? { ...session, token: made.token, own: true } : session;
  }

  private async tokenLogin(userId: string, token: string): Promise<Session> {
    try {
      const me = await this.transport.call({
        method: 'GET',
        route: 'me',
        headers: authHeaders({ userId, token }),
      });
      return { userId, token, identity: identityOf(me) };
    } catch (failure) {
      if (!(failure instanceof ChatError) || failure.kind !== 'unauthorized') throw failure;
      throw new ChatError(
        'login-refused',
        `The chat server does not know the personal access token of user id ${userId}. Make a new one in the account's ` +
          'settings (or with users.generatePersonalAccessToken) and set ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID.',
        failure.details,
      );
    }
  }

  private async passwordLogin(password: string): Promise<Session> {
    const { username } = this.credentials;
    const body = username.includes('@') ? { email: username, password } : { username, password };
    try {
      const reply = await this.transport.call({ method: 'POST', route: 'login', body });
      const data = recordOf(reply['data']);
      const userId = textOf(data?.['userId']);
      const token = textOf(data?.['authToken']);
      if (!data || !userId || !token) throw new ChatError('unreachable', 'login: the reply holds no token.');
      return { userId, token, identity: identityOf({ _id: userId, username, ...recordOf(data['me']) }) };
    } catch (failure) {
      throw failure instanceof ChatError && !failure.transient ? refusedLogin(username, failure) : failure;
    }
  }
}

function refusedLogin(username: string, failure: ChatError): ChatError {
  const secondFactor = /totp/i.test(`${failure.message} ${failure.details.errorType ?? ''}`);
  const remedy = secondFactor
    ? 'asks for a second factor. Use a personal access token made with bypassTwoFactor (ROCKETCHAT_TOKEN and ' +
      'ROCKETCHAT_USER_ID), or switch e-mail two-factor off for this account.'
    : 'refuses user or password, or the account is deactivated. Check ROCKETCHAT_USER and ROCKETCHAT_PASSWORD; if they ' +
      'are right, the account may have two-factor switched on: use a personal access token made with bypassTwoFactor.';
  return new ChatError('login-refused', `Login of ${username}: the chat server ${remedy}`, failure.details);
}

function withWait(error: ChatError, retryAfterMs: number): ChatError {
  return new ChatError(error.kind, error.message, { ...error.details, retryAfterMs });
}

function identityOf(me: WireRecord): ChatIdentity {
  const userId = textOf(me['_id']);
  if (!userId) throw new ChatError('unreachable', 'me: the reply names no user.');
  const name = textOf(me['name']);
  return {
    userId,
    username: textOf(me['username']) ?? '',
    roles: stringsOf(me['roles']),
    ...(name && { name }),
  };
}
