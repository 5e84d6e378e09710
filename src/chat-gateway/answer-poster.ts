import { Injectable, Logger } from '@nestjs/common';
import { AnswerJournal } from '../journal/answer-journal';
import type { AnswerPart, Question } from '../journal/journal.types';
import { PostIdKey } from '../journal/post-id';
import { QuestionJournal } from '../journal/question-journal';
import { ChatError } from '../rocket-chat/chat-error';
import { Clock } from '../shared/clock';
import { CrashPoints } from '../shared/crash-points';
import { Random } from '../shared/random';
import { ChatAlarm } from './chat-alarm';
import { PostService } from './post.service';

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
    const parts = await this.answers.parts(question.id);
    for (const part of parts) {
      if (part.posted) continue;
      const delivered = await this.persist(question, part, shown.get(part.part), fresh, signal);
      if (!delivered) return false;
      this.tools.crash.reach('post-replied');
      await this.answers.markPosted(question.id, part.part);
      this.tools.crash.reach('part-posted');
    }
    if (!fresh || shown.size > parts.length) await this.clearBehind(question, parts.length);
    this.tools.crash.reach('answer-posted');
    return this.questions.markPosted(question.id);
  }

  /**
   * An earlier attempt may have shown more parts than the answer came to have. They cannot be deleted without a
   * permission bots lack; best effort, since the answer stands already.
   */
  private async clearBehind(question: Question, count: number): Promise<void> {
    const { posts, ids } = this.tools;
    const { id: questionId, roomId } = question;
    try {
      for (let part = count; ; part++) {
        const id = ids.answer(roomId, questionId, part);
        const text = await posts.textOf(id);
        if (text === undefined) return;
        if (text !== NOTHING_MORE) await posts.rewrite({ id, roomId, text: NOTHING_MORE });
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.logger.warn(`Behind the answer to ${questionId} stands old text: ${error.message}`);
    }
  }

  private async persist(
    question: Question,
    part: AnswerPart,
    shown: string | undefined,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        this.tools.crash.reach('before-post');
        await this.put(question, part, shown, fresh && tries === 0);
        this.tools.alarm.clear('restricted-workspace');
        return true;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if (error.kind === 'restricted-workspace') this.tools.alarm.raise(error);
        const wait = this.waitAfter(error, tries);
        const late = this.tools.clock.now() - question.acceptedAt > GIVE_UP_AFTER_MS;
        if (wait === undefined || late) {
          this.logger.error(`The answer to ${question.id} cannot be posted: ${error.message}`);
          await this.questions.bury(question.id, `the answer cannot be posted: ${error.message}`);
          return false;
        }
        this.logger.warn(
          `The answer to ${question.id} is not posted yet (${error.message}); next try in ${Math.round(wait / 1000)} s`,
        );
        await this.tools.clock.sleep(wait, signal).catch(() => undefined);
      }
    }
    return false;
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
      if (shown !== undefined && salt === 1) {
        if (shown !== part.text) await this.tools.posts.rewrite(message);
        return;
      }
      if ((await this.tools.posts.ensure(message, !fresh)) === 'stands') return;
      this.logger.error(
        `Somebody else posted under ${postId}, the id of an answer of ours; using another one`,
      );
      postId = this.tools.ids.answer(roomId, question.id, part.part, salt);
      await this.answers.changePostId(question.id, part.part, postId);
    }
    throw new ChatError('bad-request', `${SALTS} ids for the answer to ${question.id} were taken by others`);
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
