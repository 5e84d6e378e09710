import { CoreServer } from '../../src/embedded/core/core-server';
import { SystemClock } from '../../src/shared/system-clock';
import type { FakeMessage } from '../../test/support/fakes/fake-rocket-chat/fake-chat-state';
import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { stamp } from './clock';
import { StampedBrain, type Stamps } from './stamped-brain';

const BOT = 'bot-id';
const STILL_WRITING = '▍';
const NOTICE = /^(⚠️|🔀|⏳)/u;
const LONG_AGO_MS = 3_600_000;

export interface SiteOptions {
  rooms: number;
  kind: 'direct' | 'channel';
  /** Different people per room; one person may ask 5 times at once and 10 times a minute. */
  authors: number;
  /** Cores of this process; 0 where they stand elsewhere. */
  cores: number;
  answer: string;
  tokensPerSecond: number;
}

/** A finished exchange, in milliseconds of {@link stamp}. */
export interface Exchange {
  asked: number;
  answered: number;
}

/** What one person said and saw. */
export interface Watched {
  room: string;
  said: number;
  /** Every state of the answer: when it stood on the chat server, and how long its text was. */
  versions: { at: number; characters: number }[];
}

/** One chat server with its rooms, and cores: everything a gateway has around it, over real sockets. */
export class Site {
  private readonly waiting = new Map<string, (exchange: Exchange) => void>();
  private readonly watched = new Map<string, Watched>();
  private readonly begun = new Map<string, number>();
  /** How many messages were written in each room. */
  private readonly turns = new Map<number, number>();
  /** Ids of one site are not those of another. */
  private readonly stand = Math.floor(stamp() * 1000);
  private count = 0;

  private constructor(
    readonly options: SiteOptions,
    readonly chat: FakeRocketChat,
    private readonly cores: { server: CoreServer; brain: StampedBrain; url: string }[],
  ) {
    const { state } = chat;
    const tell = state.onMessage;
    state.onMessage = (message) => {
      tell(message);
      if (message.u._id === BOT) this.posted(message);
    };
    for (let room = 0; room < options.rooms; room++) {
      const members = [BOT, `r${room}p0`];
      const kind = options.kind === 'direct' ? { t: 'd' as const } : { t: 'c' as const, name: `c${room}` };
      state.addRoom({ _id: `r${room}`, members, ...kind });
      this.letAge(`r${room}`);
    }
  }

  static async open(options: SiteOptions): Promise<Site> {
    const cores = await Promise.all(
      Array.from({ length: options.cores }, async () => {
        const brain = new StampedBrain(options.answer, options.tokensPerSecond);
        const server = new CoreServer({ brain, clock: new SystemClock() });
        const { url } = await server.start();
        return { server, brain, url };
      }),
    );
    return new Site(options, await FakeRocketChat.start(), cores);
  }

  get coreUrls(): string[] {
    return this.cores.map(({ url }) => url);
  }

  /** Something is said in every room that no one has to answer, so that no room is new to the gateway. */
  async talk(): Promise<void> {
    const { rooms } = this.options;
    for (let room = 0; room < rooms; room++) {
      this.say(room, 'Just talking to each other.');
      if (room % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Lets go of what was said: history costs the same in every run, and the sweep has nothing to read again. */
  forget(): void {
    this.chat.state.messages.clear();
    this.chat.requests.length = 0;
    for (const { frames } of this.chat.sockets) frames.length = 0;
    for (const id of this.chat.state.rooms.keys()) this.letAge(id);
  }

  /**
   * About `messages` questions, spread evenly over the rooms, `inFlight` of them unanswered at a time; in no room more
   * than one.
   */
  async converse(messages: number, inFlight: number): Promise<Exchange[]> {
    const { rooms } = this.options;
    const lanes = Math.min(inFlight, rooms);
    const share = Math.ceil(messages / lanes);
    const done: Exchange[] = [];
    const converse = async (lane: number): Promise<void> => {
      const own = Math.floor((rooms - lane - 1) / lanes) + 1;
      for (let number = 0; number < share; number++) {
        const step = own > share ? Math.floor((number * own) / share) : number % own;
        done.push(await this.exchange(lane + step * lanes, `Question ${number}: how are you today?`));
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => converse(lane)));
    return done;
  }

  /** Resolves when the whole answer stands. */
  exchange(room: number, text: string): Promise<Exchange> {
    return new Promise((resolve) => {
      const asked = stamp();
      const { key } = this.ask(room, text);
      this.waiting.set(key, resolve);
      this.begun.set(key, asked);
    });
  }

  /** Says something and notes what becomes of its answer. */
  watch(room: number, text: string): Watched {
    const watched: Watched = { room: `r${room}`, said: stamp(), versions: [] };
    const { key } = this.ask(room, text);
    this.watched.set(key, watched);
    return watched;
  }

  /** Where there is one person a room, that is who asked. */
  stop(room: number): void {
    this.say(room, '!stop');
  }

  stampsOf(mark: string): Stamps | undefined {
    return this.cores.map(({ brain }) => brain.stamps.get(mark)).find((stamps) => stamps !== undefined);
  }

  async close(): Promise<void> {
    await this.chat.close();
    for (const { server } of this.cores) await server.close();
  }

  private ask(room: number, text: string): { key: string } {
    const channel = this.options.kind === 'channel';
    const message = this.say(room, channel ? `@system-bot ${text}` : text, channel);
    return { key: channel ? message._id : `r${room}` };
  }

  private say(room: number, text: string, mention = false): FakeMessage {
    const { state } = this.chat;
    const turn = this.turns.get(room) ?? 0;
    this.turns.set(room, turn + 1);
    const author = `r${room}p${turn % this.options.authors}`;
    if (!state.users.has(author))
      state.addUser({ _id: author, username: author, name: author, roles: ['user'] });
    const mentions = mention ? { extra: { mentions: [{ _id: BOT, username: 'system-bot' }] } } : {};
    return state.say(`r${room}`, author, text, { _id: `q${this.stand}${++this.count}`, ...mentions });
  }

  private posted(message: FakeMessage): void {
    if (NOTICE.test(message.msg)) return;
    const key = message.tmid ?? message.rid;
    const whole = !message.msg.endsWith(STILL_WRITING);
    const characters = message.msg.replace(/\s*▍$/u, '').length;
    this.watched.get(key)?.versions.push({ at: stamp(), characters });
    const resolve = this.waiting.get(key);
    if (!whole || !resolve) return;
    this.waiting.delete(key);
    const asked = this.begun.get(key) ?? NaN;
    this.begun.delete(key);
    // What follows must not find it in the room's history, and must not be told in the call that posts it.
    setImmediate(() => {
      for (const { _id } of this.chat.state.inRoom(message.rid)) this.chat.state.messages.delete(_id);
      resolve({ asked, answered: stamp() });
    });
  }

  private letAge(room: string): void {
    const found = this.chat.state.rooms.get(room);
    if (found) found.updatedAt = Date.now() - LONG_AGO_MS;
  }
}
