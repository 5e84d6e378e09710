import { ChatClient } from './chat-client';
import type { StoredMessage } from './checker';

export const ASSISTANT = 'system-bot';
/** So many share a question a second, so that each stays below what the gateway takes from one person and room. */
const PEOPLE_PER_RATE = 20;
const LEAST_PEOPLE = 8;
const CHANNEL_MEMBERS = 8;

export interface Person {
  number: number;
  client: ChatClient;
  /** Room of the direct message with the assistant. */
  direct: string;
  channel: Channel;
}

export interface Channel {
  roomId: string;
  /** Questions that opened a thread and stand on the server, newest last. */
  threads: string[];
}

/** Everybody who asks, each with a chat program, and the rooms they are in. */
export class Town {
  private constructor(
    readonly people: readonly Person[],
    private readonly assistantId: string,
  ) {}

  /** @param hear is told every state of every message that one of them sees */
  static async open(chatUrl: string, rate: number, hear: (text: string) => void): Promise<Town> {
    const count = Math.max(LEAST_PEOPLE, Math.ceil(rate * PEOPLE_PER_RATE));
    const clients: ChatClient[] = [];
    for (let number = 1; number <= count; number++)
      clients.push(await ChatClient.enter(chatUrl, `Person ${number}`, hear));
    const people: Person[] = [];
    let assistantId = '';
    for (let first = 0; first < count; first += CHANNEL_MEMBERS) {
      const [owner, ...others] = clients.slice(first, first + CHANNEL_MEMBERS);
      if (!owner) break;
      const members = [ASSISTANT, ...others.map(({ username }) => username)];
      const channel = {
        roomId: await owner.channel(`soak-${first / CHANNEL_MEMBERS + 1}`, members),
        threads: [],
      };
      for (const client of [owner, ...others]) {
        const direct = await client.direct(ASSISTANT);
        client.rooms.push(direct, channel.roomId);
        people.push({ number: people.length, client, direct, channel });
      }
      assistantId ||= await owner.idOf(ASSISTANT);
    }
    return new Town(people, assistantId);
  }

  /** Every room as it stands on the server, and who the assistant is there. */
  async readAll(): Promise<{ rooms: Map<string, StoredMessage[]>; assistantId: string }> {
    const rooms = new Map<string, StoredMessage[]>();
    for (const { client, direct, channel } of this.people) {
      rooms.set(direct, await client.history('im', direct));
      if (!rooms.has(channel.roomId))
        rooms.set(channel.roomId, await client.history('channels', channel.roomId));
    }
    return { rooms, assistantId: this.assistantId };
  }

  leave(): void {
    for (const { client } of this.people) client.leave();
  }
}
