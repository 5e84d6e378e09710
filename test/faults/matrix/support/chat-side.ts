import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STILL_WRITING } from '../../../../src/chat-gateway/split-answer';
import { ChatServer } from '../../../../src/embedded/chat-server/chat-server';
import type {
  CallFault,
  ChatServerFaults,
  FaultCall,
} from '../../../../src/embedded/chat-server/chat-server-faults';
import { ChatPerson } from '../../../support/chat-person';
import { FaultProxy } from '../../../support/fault-proxy';
import { freePort } from '../../../../src/shared/free-port';

export const BOT_PASSWORD = 'a password of the test';
const HELD_MS = 800;

/** A chat server that does wrong when told to, and the gateway's line to it. People come to it directly. */
export class ChatSide {
  private readonly people: ChatPerson[] = [];

  private constructor(
    private readonly folder: string,
    private readonly url: string,
    private readonly server: ChatServer,
    private readonly faults: ChatServerFaults,
    readonly line: FaultProxy,
  ) {}

  static async start(): Promise<ChatSide> {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-matrix-'));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const faults: ChatServerFaults = {};
    const server = new ChatServer({
      port,
      dataFile: join(folder, 'chat.db'),
      bot: { username: 'system-bot', password: BOT_PASSWORD },
      faults,
    });
    await server.start();
    return new ChatSide(folder, url, server, faults, await FaultProxy.start(url));
  }

  async enter(name: string): Promise<ChatPerson> {
    const person = await ChatPerson.enter(this.url, name);
    this.people.push(person);
    return person;
  }

  /** The next whole answer in the room is stored, but its reply is held back for a while. Resolves when it is. */
  holdNextPost(roomId: string): Promise<void> {
    return new Promise((resolve) => {
      this.faults.afterCall = (call) => {
        if (!isWholeAnswer(call, roomId)) return undefined;
        this.faults.afterCall = undefined;
        resolve();
        return { kind: 'delay', ms: HELD_MS };
      };
    });
  }

  /** The next `times` postings and edits of the assistant's fare so, before or after they are carried out. */
  failPosts(when: 'before' | 'after', fault: CallFault, times: number): void {
    let left = times;
    this.faults[`${when}Call`] = (call) => (isPosting(call) && left-- > 0 ? fault : undefined);
  }

  refuseSubscriptions(times: number): void {
    let left = times;
    this.faults.refuseSubscription = (name, _, { username }) =>
      username === 'system-bot' && name === 'stream-room-messages' && left-- > 0;
  }

  async calm(): Promise<void> {
    this.faults.beforeCall = undefined;
    this.faults.afterCall = undefined;
    this.faults.refuseSubscription = undefined;
    await this.line.heal();
    for (const person of this.people.splice(0)) person.leave();
  }

  async close(): Promise<void> {
    await this.calm();
    await this.line.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isPosting({ route, username }: FaultCall): boolean {
  return username === 'system-bot' && (route === 'chat.sendMessage' || route === 'chat.update');
}

function isWholeAnswer(call: FaultCall, roomId: string): boolean {
  if (!isPosting(call)) return false;
  const {
    message,
    roomId: edited,
    text,
  } = call.body as {
    message?: { rid: string; msg: string };
    roomId?: string;
    text?: string;
  };
  const written = message?.msg ?? text ?? '';
  return (message?.rid ?? edited) === roomId && !written.endsWith(STILL_WRITING);
}
