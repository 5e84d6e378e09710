import { ChatServer } from '../../../../src/embedded/chat-server/chat-server';
import type { ChatServerInput } from '../../../../src/embedded/chat-server/chat-server-options';
import { RestClient } from './rest-client';
import { Wire } from './wire';

export const BOT = { username: 'system-bot', password: 'a secret of the bot' };

/** A server in this process with its bot logged in, and whatever was opened on it. */
export class Workspace {
  private readonly wires: Wire[] = [];

  private constructor(
    readonly server: ChatServer,
    readonly url: string,
    readonly anonymous: RestClient,
    readonly bot: RestClient,
  ) {}

  static async start(input: ChatServerInput = {}): Promise<Workspace> {
    const server = new ChatServer({ bot: BOT, ...input });
    const { url } = await server.start();
    const anonymous = new RestClient(url);
    return new Workspace(server, url, anonymous, await anonymous.loginAs(BOT.username, BOT.password));
  }

  async wire(client?: RestClient): Promise<Wire> {
    const wire = await Wire.connected(this.url, client?.session?.authToken);
    this.wires.push(wire);
    return wire;
  }

  async general(client: RestClient = this.bot): Promise<string> {
    const { body } = await client.get('rooms.info', { roomName: 'general' });
    return (body['room'] as { _id: string })._id;
  }

  async direct(client: RestClient): Promise<string> {
    const { body } = await client.post('im.create', { username: BOT.username });
    return (body['room'] as { _id: string })._id;
  }

  async say(
    client: RestClient,
    rid: string,
    msg: string,
    more: Record<string, unknown> = {},
  ): Promise<Message> {
    const { status, body } = await client.post('chat.sendMessage', { message: { rid, msg, ...more } });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body['message'] as Message;
  }

  async stop(): Promise<void> {
    for (const wire of this.wires) wire.close();
    await this.server.close();
  }
}

export interface Message {
  _id: string;
  rid: string;
  msg: string;
  ts: string;
  u: { _id: string; username: string };
  tmid?: string;
  tcount?: number;
  replies?: string[];
  mentions?: { _id: string; username: string }[];
  editedAt?: string;
  reactions?: Record<string, { usernames: string[] }>;
  t?: string;
  _updatedAt: string;
}
