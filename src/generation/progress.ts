import type { Resume } from './attempt-runner';
import { wholeWords } from './partial-answer';

/** A break that is being bridged: which core broke, in which epoch, and when (monotonic ms). */
interface Break {
  coreId: number;
  epoch: number;
  at: number;
}

export interface Wait {
  coreId: number;
  epoch: number;
  ms: number;
}

/** What one generation has come to so far, over all its attempts. */
export class Progress {
  /** The longest text any attempt brought; a break is continued from here. */
  text = '';
  private tokens = 0;
  /** Attempts in a row without new text, those left out that say nothing about the question. */
  fruitless = 0;
  /** Monotonic ms until which, as a suspect, it waits for a second core. */
  heldUntil?: number;
  /** Runs while it is not known yet how the core of an earlier attempt died. */
  inquiry?: Promise<unknown>;
  /** Attempts made, those left out that a full core turned away. */
  attempts = 0;
  continued = 0;
  restarted = 0;
  readonly waits: Wait[] = [];
  private shown = 0;
  private begun = false;
  private gap?: Break;

  /** Those deaths that took the whole core; which they were before a restart nobody knows, so all count. */
  coreDeaths: number;

  /** @param deaths times a core, or its runner, died by itself while it wrote the answer */
  constructor(public deaths: number) {
    this.coreDeaths = deaths;
  }

  /** Where the next attempt takes up the answer: after its last whole word, or at the beginning. */
  begin(continues: boolean): Resume {
    const text = continues ? wholeWords(this.text) : '';
    if (this.begun) {
      if (text) this.continued++;
      else this.restarted++;
    }
    this.begun = true;
    return { text, tokens: text ? Math.round((this.tokens * text.length) / this.text.length) : 0 };
  }

  /** @returns whether the text may be shown: never a shorter one than before; after a fresh start it catches up first. */
  grow(whole: string, now: number): boolean {
    if (this.gap) {
      const { coreId, epoch, at } = this.gap;
      this.waits.push({ coreId, epoch, ms: now - at });
      this.gap = undefined;
    }
    if (whole.length < this.shown) return false;
    this.shown = whole.length;
    return true;
  }

  /** An attempt broke off with `text`. A longer text is kept, since only that can be shown and continued. */
  broke({ text, tokens }: Resume, where: Break): void {
    if (text.length > this.text.length) {
      this.text = text;
      this.tokens = tokens;
      this.fruitless = 0;
    }
    this.gap ??= where;
  }

  get longestWaitMs(): number {
    return Math.max(0, ...this.waits.map(({ ms }) => ms));
  }
}
