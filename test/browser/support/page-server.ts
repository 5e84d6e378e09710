import { ChatServer } from '../../../src/embedded/chat-server/chat-server';
import type { ChatServerInput } from '../../../src/embedded/chat-server/chat-server-options';

const BOT = { username: 'system-bot', password: 'a secret of the bot' };

interface Sent {
  message: { _id: string; rid: string };
}

/** The chat server alone, in this process, with a hand to write as the assistant: what it says is up to the test. */
export class PageServer {
  private constructor(
    readonly server: ChatServer,
    readonly url: string,
    private readonly bot: Record<string, string>,
  ) {}

  static async start(input: ChatServerInput = {}): Promise<PageServer> {
    const server = new ChatServer({ bot: BOT, ...input });
    const { url } = await server.start();
    const response = await fetch(`${url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: BOT.username, password: BOT.password }),
    });
    const { data } = (await response.json()) as { data: { userId: string; authToken: string } };
    return new PageServer(server, url, { 'x-user-id': data.userId, 'x-auth-token': data.authToken });
  }

  /** @param target `#name` or `@user`; @returns the message's id and room. */
  async say(target: string, text: string): Promise<{ id: string; roomId: string }> {
    const { message } = await this.call<Sent>('chat.postMessage', { channel: target, text });
    return { id: message._id, roomId: message.rid };
  }

  async rewrite(sent: { id: string; roomId: string }, text: string): Promise<void> {
    await this.call('chat.update', { roomId: sent.roomId, msgId: sent.id, text });
  }

  async call<T>(path: string, body: object): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { ...this.bot, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
