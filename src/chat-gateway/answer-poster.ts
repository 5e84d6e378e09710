import { Injectable, Logger } from '@nestjs/common';
import { AnswerJournal } from '../journal/answer-journal';
import type { AnswerPart, Question } from '../journal/journal.types';
import { PostIdKey } from '../journal/post-id';
import { QuestionJournal } from '../journal/question-journal';
import { ChatError } from '../rocket-chat/chat-error';
import type { OutgoingMessage } from '../rocket-chat/chat-types';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { Random } from '../shared/random';
import { ChatAlarm } from './chat-alarm';
import { ChatPresence, SHORTEST_PART } from './chat-presence';
import { EditRefused, PostService, type PostOutcome } from './post.service';
import { MORE_FOLLOWS, splitAnswer } from './split-answer';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const RESTRICTED_WAIT_MS = 60_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const SALTS = 5;
/** Stands in place of a part that the answer no longer has. */
const NOTHING_MORE = '—';

@Injectable()
export class PostingTools {
  constructor(
    readonly posts: PostService,
    readonly ids: PostIdKey,
    readonly clock: Clock,
    readonly random: Random,
    readonly crash: CrashPoints,
    readonly alarm: ChatAlarm,
  ) {}
}

/**
 * Puts a committed answer on the chat server, part by part, in order, and keeps at it until it stands: the rest of its
 * lane waits. Gives up only where the room itself refuses, or after a day.
 */
@Injectable()
export class AnswerPoster {
  private readonly logger = new Logger(AnswerPoster.name);

  constructor(
    private readonly questions: QuestionJournal,
    private readonly answers: AnswerJournal,
    private readonly tools: PostingTools,
    private readonly presence: ChatPresence,
  ) {}

  /**
   * @param shown what the parts show already, where this run knows; a part that is not in it may stand all the same.
   * @returns false where it was given up (the question is dead then) or `signal` aborted.
   */
  async deliver(
    question: Question,
    shown: ReadonlyMap<number, string>,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    await this.questions.beginPosting(question.id);
    // Counted from now: an answer may have waited long for its turn, through an outage say.
    const giveUpAt = this.tools.clock.monotonic() + GIVE_UP_AFTER_MS;
    let parts = await this.answers.parts(question.id);
    for (let part = next(parts); part; part = next(parts)) {
      const outcome = await this.persist(question, part, shown.get(part.part), fresh, { giveUpAt, signal });
      if (outcome === 'given-up') return false;
      if (outcome === 'cut-anew') {
        parts = await this.answers.parts(question.id);
        continue;
      }
      this.tools.crash.reach('post-replied');
      await this.answers.markPosted(question.id, part.part);
      part.posted = true;
      this.tools.crash.reach('part-posted');
    }
    if (!fresh || shown.size > parts.length) {
      await this.clearBehind(question, parts.length, { giveUpAt, signal });
      if (signal.aborted) return false;
    }
    this.tools.crash.reach('answer-posted');
    return this.questions.markPosted(question.id);
  }

  /**
   * An earlier attempt may have shown more parts than the answer came to have; beside the answer they would read as a
   * second one. They cannot be deleted without a permission bots lack, so their text gives way. Where the server forbids
   * that it is left: the answer stands already.
   */
  private async clearBehind(
    question: Question,
    count: number,
    { giveUpAt, signal }: { giveUpAt: number; signal: AbortSignal },
  ): Promise<void> {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        await this.clearFrom(question, count);
        return;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        const wait = this.waitAfter(error, tries);
        if (wait === undefined || this.tools.clock.monotonic() > giveUpAt) {
          this.logger.warn(`Behind the answer to ${question.id} stands old text: ${error.message}`);
          return;
        }
        await this.tools.clock.sleep(wait, signal).catch(() => undefined);
      }
    }
  }

  private async clearFrom({ id: questionId, roomId }: Question, count: number): Promise<void> {
    const { posts, ids } = this.tools;
    for (let part = count; ; part++) {
      const id = ids.answer(roomId, questionId, part);
      const text = await posts.textOf(id);
      if (text === undefined) return;
      if (text !== NOTHING_MORE) await posts.rewrite({ id, roomId, text: NOTHING_MORE });
    }
  }

  private async persist(
    question: Question,
    part: AnswerPart,
    shown: string | undefined,
    fresh: boolean,
    { giveUpAt, signal }: { giveUpAt: number; signal: AbortSignal },
  ): Promise<'stands' | 'cut-anew' | 'given-up'> {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        this.tools.crash.reach('before-post');
        const outcome = await this.putOrCut(question, part, shown, fresh && tries === 0);
        this.tools.alarm.clear('restricted-workspace');
        return outcome;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if (error.kind === 'restricted-workspace') this.tools.alarm.raise(error);
        const wait = this.waitAfter(error, tries);
        const late = this.tools.clock.monotonic() > giveUpAt;
        if (wait === undefined || late) {
          this.logger.error(`The answer to ${question.id} cannot be posted: ${error.message}`);
          await this.questions.bury(question.id, `the answer cannot be posted: ${error.message}`);
          return 'given-up';
        }
        this.logger.warn(
          `The answer to ${question.id} is not posted yet (${error.message}); next try in ${Math.round(wait / 1000)} s`,
        );
        await this.tools.clock.sleep(wait, signal).catch(() => undefined);
      }
    }
    return 'given-up';
  }

  /** @param fresh nothing can stand under these ids yet. */
  private async put(
    question: Question,
    part: AnswerPart,
    shown: string | undefined,
    fresh: boolean,
  ): Promise<void> {
    const { roomId, answerThreadId: threadId } = question;
    let { postId } = part;
    for (let salt = 1; salt <= SALTS; salt++) {
      const message = { id: postId, roomId, threadId, text: part.text };
      const standing = postId === this.tools.ids.answer(roomId, question.id, part.part) ? shown : undefined;
      const outcome = await this.putOnce(message, standing, fresh);
      if (outcome === 'stands') return;
      this.logger.error(
        outcome === 'squatted'
          ? `Somebody else posted under ${postId}, the id of an answer of ours; using another one`
          : `What stands under ${postId} cannot be edited (${outcome.message}); the answer comes as a new message`,
      );
      postId = this.tools.ids.answer(roomId, question.id, part.part, salt);
      await this.answers.changePostId(question.id, part.part, postId);
    }
    throw new ChatError('bad-request', `${SALTS} ids for the answer to ${question.id} were taken by others`);
  }

  private async putOnce(
    message: OutgoingMessage,
    standing: string | undefined,
    fresh: boolean,
  ): Promise<PostOutcome | EditRefused> {
    const { posts } = this.tools;
    try {
      if (standing === undefined) return await posts.ensure(message, !fresh);
      if (standing !== message.text) await posts.rewrite(message);
      return 'stands';
    } catch (error) {
      if (error instanceof EditRefused) return error;
      throw error;
    }
  }

  /** Where the server takes less than it said, what is left is cut into smaller parts. */
  private async putOrCut(
    question: Question,
    part: AnswerPart,
    shown: string | undefined,
    fresh: boolean,
  ): Promise<'stands' | 'cut-anew'> {
    try {
      await this.put(question, part, shown, fresh);
      return 'stands';
    } catch (error) {
      if (!(error instanceof ChatError) || error.kind !== 'message-too-long') throw error;
      const told = await this.presence.measureAgain();
      // Something before the server may take even less than the server says.
      const limit = told < part.text.length ? told : Math.floor(part.text.length / 2);
      if (limit < SHORTEST_PART) throw error;
      await this.cutAnew(question, limit);
      return 'cut-anew';
    }
  }

  /** Each part by itself, so that what is posted and what follows still fit together. */
  private async cutAnew(question: Question, limit: number): Promise<void> {
    const unposted = (await this.answers.parts(question.id)).filter(({ posted }) => !posted);
    const first = unposted[0]?.part ?? 0;
    const texts = unposted.flatMap(({ text }) => {
      if (!text.endsWith(MORE_FOLLOWS)) return splitAnswer(text, limit);
      const pieces = splitAnswer(text.slice(0, -MORE_FOLLOWS.length), limit - MORE_FOLLOWS.length);
      return pieces.map((piece) => (piece.endsWith(MORE_FOLLOWS) ? piece : piece + MORE_FOLLOWS));
    });
    const parts = texts.map((text, index) => ({
      part: first + index,
      postId: unposted[index]?.postId ?? this.tools.ids.answer(question.roomId, question.id, first + index),
      text,
    }));
    await this.answers.replaceUnposted(question.id, parts);
  }

  /** Milliseconds until another try, or undefined where none can help. */
  private waitAfter(error: ChatError, tries: number): number | undefined {
    if (error.kind === 'rate-limited') return error.details.retryAfterMs ?? LONGEST_WAIT_MS;
    if (error.kind === 'restricted-workspace') return RESTRICTED_WAIT_MS;
    // An apps hook may veto a message without saying so; three tries tell it from a passing fault.
    const lasting = !error.transient && error.kind !== 'unauthorized' && error.kind !== 'login-refused';
    if (lasting && (tries >= 2 || error.kind !== 'bad-request')) return undefined;
    return this.tools.random.jitter(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries), 0.2);
  }
}

function next(parts: readonly AnswerPart[]): AnswerPart | undefined {
  return parts.find(({ posted }) => !posted);
}
