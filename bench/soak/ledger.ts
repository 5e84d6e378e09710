import type { Asked } from './checker';
import { partsOf, questionNumber } from './recital';

/** One that was asked, while the soak runs. */
export interface Entry extends Asked {
  person: number;
  /** Milliseconds of `performance.now()`. */
  askedAt: number;
}

/** What was asked and what people have seen of the answers, live; the last word has the checker. */
export class Ledger {
  readonly asked: Entry[] = [];
  private readonly open = new Map<number, { entry: Entry; unseen: Set<string> }>();

  note(entry: Entry): void {
    this.asked.push(entry);
    if (!entry.addressed) return;
    this.open.set(entry.number, { entry, unseen: new Set(partsOf(entry.number, entry.sentences)) });
  }

  /** A state of a message that somebody saw. */
  hear(text: string): void {
    const number = questionNumber(text);
    const found = number === undefined ? undefined : this.open.get(number);
    if (number === undefined || !found?.unseen.delete(text)) return;
    if (found.unseen.size === 0) this.open.delete(number);
  }

  get questions(): number {
    return this.asked.reduce((count, { addressed }) => count + (addressed ? 1 : 0), 0);
  }

  get waiting(): Entry[] {
    return [...this.open.values()].map(({ entry }) => entry);
  }

  waitingOf(person: number): number {
    return this.waiting.reduce((count, entry) => count + (entry.person === person ? 1 : 0), 0);
  }
}
