import { Refusal } from '../refusal';
import { isObject } from '../is-object';
import type { Accounts, LoginToken } from '../service/accounts';
import { passwordOf } from '../service/passwords';
import type { ChatCore } from '../service/chat-core';
import type { Messages } from '../service/messages';
import { CLOSE } from './ddp-frames';
import type { DdpConnection } from './ddp-connection';
import type { DdpStreams } from './ddp-streams';

const SENDABLE = new Set(
  '_id rid msg tmid tshow ts t bot content e2e e2eMentions customFields federation groupable sentByEmail'.split(
    ' ',
  ),
);
/** The only failures `sendMessage` tells over the realtime protocol; others reach the sender as a private message. */
const TOLD = ['error-not-allowed', 'restricted-workspace'];

/** The methods a client may call. */
export class DdpMethods {
  constructor(
    private readonly core: ChatCore,
    private readonly accounts: Accounts,
    private readonly messages: Messages,
    private readonly streams: DdpStreams,
  ) {}

  async call(connection: DdpConnection, id: string, name: string, params: unknown[]): Promise<void> {
    switch (name) {
      case 'login': {
        const { token, type } = await this.login(connection, params[0]);
        const result = {
          id: token.userId,
          token: token.authToken,
          ...(token.expires && { tokenExpires: token.expires }),
          type,
        };
        connection.result(id, { result });
        return;
      }
      case 'logout':
        if (connection.caller) await this.accounts.logout(connection.caller.token);
        connection.result(id, {});
        connection.close(CLOSE.protocolError, 'Logged out');
        return;
      case 'sendMessage':
        connection.result(id, await this.sendMessage(connection, params));
        return;
      case 'stream-notify-room':
        await this.streams.relay(connection, params);
        connection.result(id, {});
        return;
      default:
        throw new Refusal(`Method '${name}' not found`, undefined, { status: 404 });
    }
  }

  private async login(
    connection: DdpConnection,
    request: unknown,
  ): Promise<{ token: LoginToken; type: 'resume' | 'password' }> {
    const input = isObject(request) ? request : {};
    if (typeof input['resume'] === 'string') {
      const caller = await this.accounts.byToken(input['resume']);
      if (!caller) {
        throw new Refusal("You've been logged out by the server. Please log in again.", undefined, {
          status: 403,
        });
      }
      connection.caller = caller;
      this.introduce(connection);
      const token = {
        userId: caller.user._id,
        authToken: caller.token,
        ...(caller.expires && { expires: caller.expires }),
      };
      return { token, type: 'resume' };
    }
    const user = isObject(input['user']) ? input['user'] : {};
    const password = passwordOf(input['password']);
    if (password === undefined)
      throw new Refusal('Unrecognized options for login request', undefined, { status: 400 });
    const identity = {
      ...(typeof user['username'] === 'string' && { username: user['username'] }),
      ...(typeof user['email'] === 'string' && { email: user['email'] }),
    };
    const token = await this.accounts.login(identity, password).catch((error: unknown) => {
      if (error instanceof Refusal) throw new Refusal('Incorrect password', undefined, { status: 403 });
      throw error;
    });
    const caller = await this.accounts.byToken(token.authToken);
    if (caller) connection.caller = caller;
    this.introduce(connection);
    return { token, type: 'password' };
  }

  private introduce(connection: DdpConnection): void {
    const user = connection.caller?.user;
    if (!user) return;
    const { _id, username, name, roles } = user;
    const emails = user.emails ?? [];
    connection.send({
      msg: 'added',
      collection: 'users',
      id: _id,
      fields: { username, name, roles, emails },
    });
  }

  private async sendMessage(connection: DdpConnection, params: unknown[]): Promise<{ result?: unknown }> {
    const user = connection.caller?.user;
    if (!user) throw new Refusal('Invalid user [error-invalid-user]', 'error-invalid-user');
    const [message, previewUrls] = params;
    if (!isObject(message) || Object.keys(message).some((key) => !SENDABLE.has(key)) || !textsOnly(message)) {
      throw new Refusal('Match failed', undefined, { status: 400 });
    }
    if (message['t'] != null) throw new Refusal('Internal server error', undefined, { status: 500 });
    const urls = Array.isArray(previewUrls)
      ? previewUrls.filter((url) => typeof url === 'string')
      : undefined;
    try {
      const result = await this.messages.send(user, message, urls);
      return result ? { result } : {};
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const code = error.code ?? error.text;
      if (TOLD.includes(code)) throw new Refusal(error.text, code);
      const roomId = typeof message['rid'] === 'string' ? message['rid'] : '';
      this.core.publish({ kind: 'ephemeral', userId: user._id, roomId, text: error.text });
      return {};
    }
  }
}

function textsOnly(message: Record<string, unknown>): boolean {
  const texts = ['_id', 'rid', 'msg', 'tmid'].every(
    (key) => message[key] == null || typeof message[key] === 'string',
  );
  return texts && (message['ts'] == null || message['ts'] instanceof Date);
}
