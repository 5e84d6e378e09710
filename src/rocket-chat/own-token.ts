import { Logger } from '@nestjs/common';
import { authHeaders, passwordFactor } from './auth-headers';
import { ChatError } from './chat-error';
import type { RestTransport } from './rest-transport';
import { recordOf, textOf } from './wire-values';

/** What the account's own token needs of the outside. */
export interface OwnTokenPlace {
  /** Name of the token on the server: another one for every data folder, or two of us would take it from each other. */
  name: string;
  /** Text that outlives the process and nobody else may read; undefined where there is none. */
  read: () => Promise<string | undefined>;
  write: (text: string) => Promise<void>;
  /** Keeps a secret out of the log. */
  hide: (secret: string) => void;
}

export interface KeptToken {
  userId: string;
  token: string;
}

export interface OwnTokenOptions extends OwnTokenPlace {
  /** URL of the server; with `username` says whose token is kept. */
  server: string;
  username: string;
  password: string;
}

/**
 * The personal access token that the account makes for itself: made once and kept, renewed once where the server refuses
 * it, done without where the account may not make one. Facts: `users.generatePersonalAccessToken` and
 * `users.regeneratePersonalAccessToken` (imports/personal-access-tokens/server/api/methods in apps/meteor); both ask for the
 * password again and need `create-personal-access-tokens` (roles admin and user, not bot).
 */
export class OwnToken {
  private readonly logger = new Logger('RocketChat');
  private loaded?: Promise<KeptToken | undefined>;
  private dead = false;
  private renewed = false;
  private without = false;

  constructor(
    private readonly transport: RestTransport,
    private readonly options: OwnTokenOptions,
  ) {}

  /** The token that was made earlier; undefined where there is none, or it was refused. */
  async kept(): Promise<KeptToken | undefined> {
    this.loaded ??= this.load();
    const kept = await this.loaded;
    return this.dead ? undefined : kept;
  }

  /** The server does not know the token. */
  refused(): void {
    this.dead = true;
  }

  /** The password was refused as well, so that the refusals may have come from something before the server. */
  forgive(): void {
    this.dead = false;
  }

  /**
   * Makes the token, in a session by password. Undefined where it cannot be had, which is said once, and where a renewed
   * one was refused again.
   */
  async make(session: KeptToken): Promise<KeptToken | undefined> {
    if (this.without || (this.dead && this.renewed)) return undefined;
    try {
      const token = await this.generate(session);
      this.options.hide(token);
      this.renewed = this.dead;
      this.dead = false;
      const made = { userId: session.userId, token };
      this.loaded = Promise.resolve(made);
      await this.keep(made);
      this.logger.log(`Made a personal access token for @${this.options.username}`);
      return made;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (error.transient) return undefined;
      this.without = true;
      this.logger.warn(
        `CHAT_TOKEN_REFUSED: @${this.options.username} gets no personal access token, so Rdzen goes on with the password. Give the account the role user beside bot (it holds create-personal-access-tokens) and restart; where a second factor is asked for, make a token by hand and set ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID. The server says: ${error.message}`,
      );
      return undefined;
    }
  }

  private async generate(session: KeptToken): Promise<string> {
    try {
      return await this.call(session, 'users.generatePersonalAccessToken', { bypassTwoFactor: true });
    } catch (error) {
      // Made by us, and lost: its reply did not come, or the data folder is another one.
      if (!(error instanceof ChatError) || !/error-token-already-exists/.test(saidBy(error))) throw error;
      return this.call(session, 'users.regeneratePersonalAccessToken', {});
    }
  }

  private async call(session: KeptToken, route: string, more: Record<string, unknown>): Promise<string> {
    const { name, password } = this.options;
    const reply = await this.transport.call({
      method: 'POST',
      route,
      body: { tokenName: name, ...more },
      headers: { ...authHeaders(session), ...passwordFactor(password) },
    });
    const token = textOf(reply['token']);
    if (!token) throw new ChatError('unreachable', `${route}: the reply holds no token.`);
    return token;
  }

  private async keep({ userId, token }: KeptToken): Promise<void> {
    const { server, username, write } = this.options;
    try {
      await write(`${JSON.stringify({ server, username, userId, token })}\n`);
    } catch (error) {
      this.logger.warn(
        `CHAT_TOKEN_NOT_KEPT: the personal access token of @${username} cannot be written into the data folder (${codeOf(error)}), so a new one is made at the next start. Look at the folder's rights and at the space of its disk.`,
      );
    }
  }

  private async load(): Promise<KeptToken | undefined> {
    const { server, username, read, hide } = this.options;
    const record = recordOf(parsed(await read().catch(() => undefined)));
    const userId = textOf(record?.['userId']);
    const token = textOf(record?.['token']);
    if (!token || !userId || record?.['server'] !== server || record['username'] !== username)
      return undefined;
    hide(token);
    return { userId, token };
  }
}

function saidBy({ message, details }: ChatError): string {
  return `${details.errorType ?? ''} ${message}`;
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code ?? 'unknown';
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
