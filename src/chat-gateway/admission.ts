import { Injectable } from '@nestjs/common';
import type { Question, QuestionState } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { Clock } from '../shared/clock';

const OPEN: readonly QuestionState[] = ['queued', 'generating', 'retry-wait'];
const USER_WAITING = 3;
const ROOM_WAITING = 20;
const ALL_WAITING = 500;
const USER_PER_MINUTE = 10;
const USER_BURST = 5;
const MAX_CHARACTERS = 8_000;
const NOTICE_EVERY_MS = 60_000;
/** Turns one author may take in one room within {@link LOOP_WINDOW_MS}: people do not keep that up, loops of bots do. */
const LOOP_TURNS = { question: 40, command: 200 };
const LOOP_WINDOW_MS = 10 * 60_000;

export type Refusal =
  | { reason: 'too-long'; characters: number; limit: number }
  | { reason: 'loop'; silent: boolean; turns: number; minutes: number }
  | { reason: Busy; silent: boolean };

type Busy = 'user-busy' | 'room-busy' | 'all-busy';

interface Bucket {
  tokens: number;
  at: number;
}

/** Says who may add to the queue: fair limits per user, room and in all, and a stop for bots answering each other. */
@Injectable()
export class Admission {
  private readonly buckets = new Map<string, Bucket>();
  private readonly turns = new Map<string, number[]>();
  private readonly told = new Map<string, number>();

  constructor(
    private readonly journal: QuestionJournal,
    private readonly clock: Clock,
  ) {}

  async refuse(
    question: Pick<Question, 'kind' | 'roomId' | 'authorId' | 'text'>,
  ): Promise<Refusal | undefined> {
    const { roomId, authorId, text } = question;
    if (text.length > MAX_CHARACTERS)
      return { reason: 'too-long', characters: text.length, limit: MAX_CHARACTERS };
    const key = `${question.kind} ${roomId} ${authorId}`;
    const turns = LOOP_TURNS[question.kind];
    if (this.recentTurns(key).length >= turns)
      return { reason: 'loop', silent: this.silently(authorId), turns, minutes: LOOP_WINDOW_MS / 60_000 };
    // Commands take no core, and `!stop` must get through where everything else is full.
    if (question.kind === 'command') {
      this.noteTurn(key);
      return undefined;
    }
    if ((await this.journal.count(OPEN)) >= ALL_WAITING) return this.busy('all-busy', authorId);
    if ((await this.journal.count(OPEN, roomId)) >= ROOM_WAITING) return this.busy('room-busy', authorId);
    if ((await this.journal.count(OPEN, undefined, authorId)) > USER_WAITING)
      return this.busy('user-busy', authorId);
    if (!this.take(authorId)) return this.busy('user-busy', authorId);
    this.noteTurn(key);
    return undefined;
  }

  private busy(reason: Busy, authorId: string): Refusal {
    return { reason, silent: this.silently(authorId) };
  }

  /** At most one refusal per user and minute is spoken aloud. */
  private silently(authorId: string): boolean {
    const now = this.clock.monotonic();
    const silent = now - (this.told.get(authorId) ?? -Infinity) < NOTICE_EVERY_MS;
    if (!silent) this.told.set(authorId, now);
    return silent;
  }

  private take(authorId: string): boolean {
    const now = this.clock.monotonic();
    const bucket = this.buckets.get(authorId) ?? { tokens: USER_BURST, at: now };
    bucket.tokens = Math.min(USER_BURST, bucket.tokens + ((now - bucket.at) / 60_000) * USER_PER_MINUTE);
    bucket.at = now;
    this.buckets.set(authorId, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    this.forgetOld(now);
    return true;
  }

  /** Only turns that were admitted count: who is refused for being quick is no loop. */
  private recentTurns(key: string): number[] {
    return (this.turns.get(key) ?? []).filter((at) => at > this.clock.monotonic() - LOOP_WINDOW_MS);
  }

  private noteTurn(key: string): void {
    this.turns.set(key, [...this.recentTurns(key), this.clock.monotonic()]);
  }

  private forgetOld(now: number): void {
    if (this.buckets.size < 1_000 && this.turns.size < 1_000) return;
    for (const [key, { at }] of this.buckets) if (at < now - 60_000) this.buckets.delete(key);
    for (const [key, turns] of this.turns)
      if ((turns.at(-1) ?? 0) < now - LOOP_WINDOW_MS) this.turns.delete(key);
    for (const [key, at] of this.told) if (at < now - NOTICE_EVERY_MS) this.told.delete(key);
  }
}
