import type { Random } from '../../src/shared/random';
import { pause } from '../support/clock';
import type { Entry, Ledger } from './ledger';
import { questionText } from './recital';
import { shuffled } from './schedule';
import { ASSISTANT, type Person, type Town } from './town';

/** The gateway lets more wait; who waits for two answers asks no third question. */
const MOST_WAITING = 2;
const THREADS_REMEMBERED = 6;
const RETRY_MS = 700;

/** Where something is said, by share; the rest: in a thread of the channel. */
const DIRECT_SHARE = 0.45;
const CHANNEL_SHARE = 0.3;
const CHATTER_SHARE = 0.05;

/** Lengths of answers in sentences: chat, explanation, story, and one that needs two messages. */
const LENGTHS: readonly { share: number; least: number; most: number }[] = [
  { share: 0.7, least: 2, most: 8 },
  { share: 0.25, least: 10, most: 40 },
  { share: 0.04, least: 60, most: 90 },
  { share: 0.01, least: 150, most: 190 },
];

/** What the people of a town say, by chance: in direct messages, in channels and in the threads there. */
export class Load {
  /** Turns let pass because the person waited for answers already. */
  heldBack = 0;
  private readonly sending = new Set<Promise<void>>();
  private number = 0;
  private given = false;

  constructor(
    private readonly town: Town,
    private readonly ledger: Ledger,
    private readonly random: Random,
  ) {}

  /** Asks `rate` questions a second, at moments of chance, until `lastsMs` are over. */
  async ask(rate: number, lastsMs: number): Promise<void> {
    const end = performance.now() + lastsMs;
    let deck: Person[] = [];
    for (let due = performance.now(); ;) {
      due += (-Math.log(1 - this.random.fraction()) * 1000) / rate;
      await pause(Math.max(0, Math.min(due, end) - performance.now()));
      if (due >= end || this.given) return;
      if (deck.length === 0) deck = shuffled(this.town.people, this.random);
      const person = deck.pop();
      if (!person) return;
      if (this.ledger.waitingOf(person.number) >= MOST_WAITING) this.heldBack++;
      else this.speak(person);
    }
  }

  /** Gives up what could not be sent yet, once it has had `withinMs` more. */
  async finish(withinMs: number): Promise<void> {
    await Promise.race([Promise.all(this.sending), pause(withinMs)]);
    this.given = true;
    await Promise.all(this.sending);
  }

  private speak(person: Person): void {
    const { entry, text } = this.compose(person);
    this.ledger.note(entry);
    const sending: Promise<void> = this.send(person, entry, text).finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  private compose({ number: person, direct, channel }: Person): { entry: Entry; text: string } {
    const number = ++this.number;
    const sentences = this.sentences();
    const common = {
      number,
      messageId: `soak${number}x${this.random.id(10)}`,
      sentences,
      person,
      askedAt: performance.now(),
      acknowledged: false,
    };
    const question = questionText(number, sentences);
    const where = this.random.fraction();
    const threadId = this.oneOf(channel.threads);
    if (where < DIRECT_SHARE)
      return { entry: { ...common, roomId: direct, direct: true, addressed: true }, text: question };
    const here = { ...common, roomId: channel.roomId, direct: false };
    if (where < DIRECT_SHARE + CHATTER_SHARE)
      return { entry: { ...here, addressed: false }, text: `Remark ${number}, from one of us to another.` };
    if (threadId === undefined || where < DIRECT_SHARE + CHATTER_SHARE + CHANNEL_SHARE)
      return { entry: { ...here, addressed: true }, text: `@${ASSISTANT} ${question}` };
    return { entry: { ...here, addressed: true, threadId }, text: question };
  }

  /** Tries until it stands on the server, as a chat program does. */
  private async send({ client, channel }: Person, entry: Entry, text: string): Promise<void> {
    while (!this.given) {
      const stands = await client.say(entry, text).then(
        () => true,
        () => false,
      );
      if (stands) {
        entry.acknowledged = true;
        if (entry.addressed && !entry.direct && !entry.threadId) {
          channel.threads.push(entry.messageId);
          if (channel.threads.length > THREADS_REMEMBERED) channel.threads.shift();
        }
        return;
      }
      await pause(RETRY_MS);
    }
  }

  private sentences(): number {
    let left = this.random.fraction();
    const length = LENGTHS.find(({ share }) => (left -= share) < 0) ?? { least: 2, most: 8 };
    return length.least + Math.floor(this.random.fraction() * (length.most - length.least + 1));
  }

  private oneOf<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random.fraction() * items.length)];
  }
}
