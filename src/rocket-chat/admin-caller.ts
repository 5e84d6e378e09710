import type { Clock } from '../shared/clock';
import { adminCannotLogIn } from './account-refusals';
import { authHeaders, passwordFactor } from './auth-headers';
import { ChatError } from './chat-error';
import { ChatSession } from './chat-session';
import type { RestCall, RestTransport } from './rest-transport';
import type { WireRecord } from './wire-values';

/** Calls the server as its administrator. */
export class AdminCaller {
  private readonly session: ChatSession;

  constructor(
    private readonly transport: RestTransport,
    clock: Clock,
    private readonly admin: { username: string; password: string },
  ) {
    this.session = new ChatSession(transport, clock, admin);
  }

  /** @throws ChatError; RdzenError CHAT_ADMIN_LOGIN_REFUSED, CHAT_ADMIN_SECOND_FACTOR */
  async call(call: RestCall): Promise<WireRecord> {
    const session = await this.open();
    try {
      return await this.transport.call({
        ...call,
        headers: { ...authHeaders(session), ...passwordFactor(this.admin.password) },
      });
    } catch (error) {
      if (error instanceof ChatError && error.kind === 'unauthorized') this.session.forget(session.token);
      throw error;
    }
  }

  private async open(): ReturnType<ChatSession['open']> {
    try {
      return await this.session.open();
    } catch (error) {
      if (!(error instanceof ChatError) || error.kind !== 'login-refused') throw error;
      throw adminCannotLogIn(this.admin.username, error);
    }
  }
}
