import type { DecodeReading } from '../core-registry/decode-meter';

/** A core below this share of its normal speed is slow. */
const SLOW_SHARE = 1 / 4;
/** From this share on its speed is back. */
const BACK_SHARE = 1 / 2;
/** Over two answers or more, and no less than so much of it spent on writing. */
const SLOW_FOR_MS = 30_000;
const FEWEST_ANSWERS = 2;
const LEAST_WRITING_MS = 10_000;
/** Spent on writing, be it a single answer. */
const ONE_SLOW_FOR_MS = 45_000;
/** The speed now is taken over so much writing, none of it older than {@link OLDEST_MS}. */
const WINDOW_MS = 5_000;
const OLDEST_MS = 60_000;

/** A reading of what a core has written, at a monotonic time. */
export interface Mark extends DecodeReading {
  at: number;
}

export interface PaceVerdict {
  /** Tokens a second, of late. */
  pace: number;
  /** It has been writing far below its normal for too long. */
  slow: boolean;
}

/** Whether this is the speed of a core that is well again. */
export function isBack(pace: number, normal: number): boolean {
  return pace >= normal * BACK_SHARE;
}

/** Whether an answer says nothing of what is normal. */
export function isSlow(pace: number, normal: number): boolean {
  return pace < normal * SLOW_SHARE;
}

/**
 * Judges the speed of one core from what it has written, waiting and queueing left out: only the time between an answer's
 * first token and its end counts. Several answers at once are taken together, so that a busy core is not called slow.
 */
export class PaceJudge {
  private marks: Mark[] = [];
  /** Since when it has been slow. */
  private slowSince?: Mark;

  /** It writes slowly, for however short a time. */
  get doubtful(): boolean {
    return this.slowSince !== undefined;
  }

  /** What was seen so far counts no longer. */
  reset(): void {
    this.marks = [];
    this.slowSince = undefined;
  }

  /**
   * @param normal tokens a second; undefined where that is not known yet
   * @returns undefined where nothing was written since the last look, or too little to tell.
   */
  look(mark: Mark, normal: number | undefined): PaceVerdict | undefined {
    if (this.marks.at(-1)?.busyMs === mark.busyMs) return undefined;
    this.marks.push(mark);
    this.marks = this.marks.filter(({ at }, index) => {
      const next = this.marks[index + 1];
      return mark.at - at <= OLDEST_MS && !(next && mark.busyMs - next.busyMs >= WINDOW_MS);
    });
    const [first = mark] = this.marks;
    if (mark.busyMs - first.busyMs < WINDOW_MS) return undefined;
    const pace = paceBetween(first, mark);
    return { pace, slow: normal !== undefined && this.isTooLong(first, mark, pace, normal) };
  }

  private isTooLong(first: Mark, mark: Mark, pace: number, normal: number): boolean {
    if (isSlow(pace, normal)) this.slowSince ??= first;
    const since = this.slowSince;
    if (!since) return false;
    if (isBack(pace, normal) || !isSlow(paceBetween(since, mark), normal)) {
      this.slowSince = undefined;
      return false;
    }
    const writing = mark.busyMs - since.busyMs;
    const answers = since.open + mark.answers - since.answers;
    const several =
      answers >= FEWEST_ANSWERS && writing >= LEAST_WRITING_MS && mark.at - since.at >= SLOW_FOR_MS;
    return several || writing >= ONE_SLOW_FOR_MS;
  }
}

function paceBetween(from: Mark, to: Mark): number {
  return ((to.tokens - from.tokens) / (to.busyMs - from.busyMs)) * 1000;
}
