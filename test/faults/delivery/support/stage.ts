import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { splitAnswer } from '../../../../src/chat-gateway/split-answer';
import { ChatServer } from '../../../../src/embedded/chat-server/chat-server';
import type { CoreTool, CoreToolCall, Turn } from '../../../../src/embedded/core/brain';
import type { ChatServerFaults, FaultCall } from '../../../../src/embedded/chat-server/chat-server-faults';
import { ChatPerson, eventually } from '../../../support/chat-person';
import { FakeCore } from '../../../support/fakes/fake-core/fake-core';
import { freePort } from '../../../../src/shared/free-port';
import { RunningRdzen } from '../../../support/running-rdzen';
import { answerTo, questionOf, recite } from './recital';

const PASSWORD = 'a password of the test';
const ADMIN_KEY = 'a key of the test';
/** The gateway keeps this much of a message's length for itself. */
const MARGIN = 200;
/** Long enough for a second answer or notice to show, if there were one. */
const SETTLE_MS = 700;
const NOTICE = /^(⚠️|🔀|⏳)/u;

/** A posting of the assistant's. */
export const isPost = ({ route, username }: FaultCall): boolean =>
  route === 'chat.sendMessage' && username === 'system-bot';

export interface StageOptions {
  tokensPerSecond?: number;
  /** The chat server's Message_MaxAllowedSize. */
  maxMessageLength?: number;
  /** What the cores say, in place of the recital. */
  answer?: (turns: Turn[]) => string;
  /** What the cores have called, in place of the scripted core's rule. */
  wishes?: (turns: Turn[], tools: CoreTool[]) => CoreToolCall[] | undefined;
  /** How long the gateway may take until it serves; default 20 s. */
  readyWithinMs?: number;
  /** Variables of the gateway. */
  environment?: Record<string, string>;
  /** Addresses of cores that stand elsewhere, in place of the two fakes. */
  coreUrls?: readonly string[];
}

/**
 * The real gateway as a process of its own between a chat server and two cores that live in the test: so they outlive
 * the gateway, as a real Rocket.Chat would, and do wrong what the test wishes.
 */
export class Stage {
  readonly faults: ChatServerFaults = {};
  readonly cores: readonly FakeCore[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-stage-'));
  private readonly people: ChatPerson[] = [];
  private chat?: ChatServer;
  private chatPort = 0;
  private process?: RunningRdzen;

  private constructor(private readonly options: StageOptions) {
    const { tokensPerSecond = 200, answer = recite, wishes, coreUrls } = options;
    this.cores = coreUrls ? [] : [1, 2].map(() => new FakeCore({ tokensPerSecond, answer, wishes }));
  }

  /** Everything but the gateway runs then. */
  static async set(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options);
    stage.chatPort = await freePort();
    await stage.startChat();
    for (const core of stage.cores) await core.start();
    const [first = '', second = ''] = options.coreUrls ?? stage.cores.map(({ url }) => url);
    stage.process = await RunningRdzen.create({
      ROCKETCHAT_URL: stage.chatUrl,
      ROCKETCHAT_PASSWORD: PASSWORD,
      OLLAMA_URL_CORE1: first,
      OLLAMA_URL_CORE2: second,
      RDZEN_MODEL: 'scripted',
      ...options.environment,
    });
    return stage;
  }

  get rdzen(): RunningRdzen {
    if (!this.process) throw new Error('the stage is not set');
    return this.process;
  }

  get chatUrl(): string {
    return `http://127.0.0.1:${this.chatPort}`;
  }

  /** Starts the gateway and waits until it serves. @param extra variables of this run only. */
  async run(extra: Record<string, string> = {}): Promise<void> {
    await this.rdzen.launch(extra);
    await this.rdzen.ready(this.options.readyWithinMs);
  }

  /** SIGKILL, and the process is gone. */
  async kill(): Promise<void> {
    this.rdzen.signal('SIGKILL');
    await this.rdzen.exit();
  }

  /** The process came to its crash point. */
  async died(): Promise<void> {
    expect(await this.rdzen.exit()).toBe('SIGKILL');
  }

  async enter(name: string): Promise<ChatPerson> {
    return this.entered(await ChatPerson.enter(this.chatUrl, name));
  }

  /** Somebody with the role `admin`. */
  async enterAdmin(name: string): Promise<ChatPerson> {
    return this.entered(await ChatPerson.enter(this.chatUrl, name, ADMIN_KEY));
  }

  private entered(person: ChatPerson): ChatPerson {
    this.people.push(person);
    return person;
  }

  async startChat(): Promise<void> {
    const { maxMessageLength } = this.options;
    const adminKeyFile = join(this.folder, 'admin.key');
    writeFileSync(adminKeyFile, ADMIN_KEY);
    this.chat = new ChatServer({
      port: this.chatPort,
      dataFile: this.chatFile,
      bot: { username: 'system-bot', password: PASSWORD },
      faults: this.faults,
      adminKeyFile,
      adminRoom: 'rdzen-admin',
      settings: maxMessageLength === undefined ? {} : { maxMessageLength },
    });
    await this.chat.start();
  }

  async stopChat(): Promise<void> {
    await this.chat?.close();
    this.chat = undefined;
  }

  /** Breaks every socket, without a farewell. */
  cutSockets(): void {
    this.chat?.dropRealtime();
  }

  /** Makes every token of the assistant's account void, as an administrator can. */
  revokeTokens(): void {
    const database = new Database(this.chatFile);
    database.exec("DELETE FROM tokens WHERE user_id = (SELECT id FROM users WHERE username = 'system-bot')");
    database.close();
  }

  /** Rows of the gateway's journal. */
  journal<T>(sql: string, ...values: string[]): T[] {
    const database = new Database(join(this.rdzen.data, 'rdzen.db'), { readonly: true });
    try {
      return database.prepare(sql).all(...values) as T[];
    } finally {
      database.close();
    }
  }

  /** The journal is lost, the key of the post ids is not. */
  loseJournal(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(join(this.rdzen.data, `rdzen.db${end}`), { force: true });
  }

  /** The messages a complete answer to `question` consists of. */
  partsOf(question: string): string[] {
    return splitAnswer(answerTo(question), (this.options.maxMessageLength ?? 5000) - MARGIN);
  }

  /** How often a core was asked to answer `question`. */
  timesGenerated(question: string): number {
    const asked = this.cores.flatMap((core) =>
      core.questions.map(({ body }) => body as { messages?: Turns }),
    );
    return asked.filter(({ messages }) => messages && questionOf(messages) === question).length;
  }

  /**
   * Every question has its complete answer, once, in the order in which they were asked, and nothing else was said;
   * then, and still so a moment later.
   */
  async expectAnswers(
    person: ChatPerson,
    roomId: string,
    questions: readonly string[],
    withinMs = 20_000,
  ): Promise<void> {
    const expected = questions.flatMap((question) => this.partsOf(question));
    await this.expectTexts(() => person.answersIn(roomId), expected, withinMs);
  }

  async expectTexts(
    read: () => Promise<{ text: string }[]>,
    expected: readonly string[],
    withinMs = 20_000,
  ): Promise<void> {
    const texts = async (): Promise<string[]> => (await read()).map(({ text }) => text);
    const same = (seen: string[]): boolean => JSON.stringify(seen) === JSON.stringify(expected);
    await eventually(texts, same, withinMs, 'exactly these answers stand').catch(async () => {
      process.stderr.write(`${this.rdzen.output.slice(-6000)}\n`);
      expect(await texts()).toEqual(expected);
    });
    await sleep(SETTLE_MS);
    expect(await texts()).toEqual(expected);
  }

  /** What the assistant told of its own accord in a room, oldest first; threads excluded. */
  async noticesIn(person: ChatPerson, room: { direct: string } | { channel: string }): Promise<string[]> {
    const where =
      'direct' in room ? `im.history?roomId=${room.direct}` : `channels.history?roomName=${room.channel}`;
    const path = `${where}&count=200&showThreadMessages=false`;
    const { messages } = await person.call<{ messages: { msg: string; u: { username: string } }[] }>(
      'GET',
      path,
    );
    const own = messages.filter(({ u, msg }) => u.username === 'system-bot' && NOTICE.test(msg));
    return own.map(({ msg }) => msg).reverse();
  }

  async close(): Promise<void> {
    for (const person of this.people) person.leave();
    await this.process?.close();
    await this.stopChat();
    for (const core of this.cores) await core.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get chatFile(): string {
    return join(this.folder, 'chat.db');
  }
}

type Turns = { role: string; content: string }[];
