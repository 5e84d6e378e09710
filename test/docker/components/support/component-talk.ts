import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatPerson, eventually } from '../../../support/chat-person';

/** Long enough for a second answer to show, if there were one. */
const SECOND_ANSWER_MS = 1_500;

export interface Said {
  id: string;
  text: string;
}

/** As `GET /api/v1/approvals` has it; only what is looked at. */
export interface OpenApproval {
  code: string;
  state: string;
  needed: number;
}

/** What two operators and a person who only asks say of components in one channel, and what they are answered. */
export abstract class ComponentTalk {
  /** What was said, in order, for people to read. */
  readonly transcript: string[] = [];
  root!: ChatPerson;
  boss!: ChatPerson;
  ann!: ChatPerson;
  channel = '';

  protected abstract approvals(): Promise<OpenApproval[]>;
  /** Of Rdzen's log, for a failure. */
  protected abstract lastWords(): string;

  /** @returns the assistant's messages that answer it, once there are `count` whole ones */
  async say(person: ChatPerson, text: string, count = 1, withinMs = 60_000): Promise<Said[]> {
    this.transcript.push(`${person.username}: ${text}`);
    const id = await person.say(this.channel, text);
    const answers = await eventually(
      () => this.under(id),
      (all) => all.length >= count,
      withinMs,
      `${count} answers to ${text}`,
    );
    this.transcript.push(...answers.map((answer) => `  assistant: ${answer.text}`));
    return answers;
  }

  /** A question of somebody who mentions the assistant. */
  async ask(text: string, withinMs = 60_000): Promise<string> {
    const [answer] = await this.say(this.ann, `@system-bot ${text}`, 1, withinMs);
    return answer?.text ?? '';
  }

  /** The answer to what was said before; a second one fails. @param questionId of the message */
  async onlyAnswer(questionId: string, withinMs = 60_000): Promise<string> {
    await eventually(
      () => this.under(questionId),
      ({ length }) => length > 0,
      withinMs,
      'an answer',
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.lastWords()}`);
    });
    await sleep(SECOND_ANSWER_MS);
    const all = await this.under(questionId);
    this.transcript.push(...all.map(({ text }) => `  assistant: ${text}`));
    expect(all).toHaveLength(1);
    return all[0]?.text ?? '';
  }

  /** Whole messages of the assistant in the thread of a message, as they stand on the server. */
  async under(messageId: string): Promise<Said[]> {
    const answers = await this.root.answersInThread(messageId);
    return answers.filter(({ text }) => !text.endsWith('▍') && !text.startsWith('_'));
  }

  /** @returns the report, as it stands in the channel */
  async trial(name: string): Promise<string> {
    const before = await this.inChannel();
    await this.say(this.root, `!trial ${name}`);
    return this.told(/ trial/, before, 150_000);
  }

  /** Asks for it, has as many agree as it takes, and waits until it is a canary. */
  async install(name: string): Promise<void> {
    await this.say(this.root, `!install ${name}`);
    const { code, needed } = await this.openApproval();
    if (needed > 1) await this.say(this.boss, `!approve ${code}`);
    await this.agree(this.root, code);
  }

  /** The last one to agree; resolves when it is a canary. */
  async agree(person: ChatPerson, code: string): Promise<void> {
    const before = await this.inChannel();
    await this.say(person, `!approve ${code}`);
    expect(await this.told(/^(?:🐤|⚠️)/u, before, 90_000)).toMatch(/^🐤/u);
  }

  /** A message of the assistant's own in the channel that was not there before. */
  private async told(words: RegExp, before: readonly Said[], withinMs: number): Promise<string> {
    const old = new Set(before.map(({ id }) => id));
    const [found] = await eventually(
      async () => (await this.inChannel()).filter(({ id, text }) => !old.has(id) && words.test(text)),
      ({ length }) => length > 0,
      withinMs,
      `${words.source} is told in the channel`,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.transcript.join('\n')}\n${this.lastWords()}`);
    });
    this.transcript.push(`assistant, to all: ${found?.text}`);
    return found?.text ?? '';
  }

  private async inChannel(): Promise<Said[]> {
    type Message = { _id: string; msg: string; t?: string; tmid?: string; u: { username: string } };
    const { messages } = await this.root.call<{ messages: Message[] }>(
      'GET',
      `channels.history?roomId=${this.channel}&count=200`,
    );
    return messages
      .filter(({ u, t, tmid }) => u.username === 'system-bot' && !t && !tmid)
      .map(({ _id: id, msg: text }) => ({ id, text }));
  }

  async openApproval(): Promise<OpenApproval> {
    const open = (await this.approvals()).filter(({ state }) => state === 'open');
    expect(open).toHaveLength(1);
    return open[0] ?? { code: '', state: 'open', needed: 0 };
  }
}
