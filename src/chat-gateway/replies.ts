import { Injectable } from '@nestjs/common';
import type { GenerationResult } from '../generation/generation.types';
import type { Attempt, NewNotice, Question } from '../journal/journal.types';
import { NoticeJournal } from '../journal/notice-journal';
import { PostIdKey } from '../journal/post-id';
import { QuestionJournal } from '../journal/question-journal';
import { ChatError } from '../rocket-chat/chat-error';
import { ADMIN_ROOM } from '../rooms/admin-room';
import { LanguageOf } from '../rooms/language-of';
import type { Transaction } from '../storage/store';
import { texts } from '../texts/texts';
import type { AnswerWriter } from './answer-writer';
import { ChatPresence } from './chat-presence';
import { harmless } from './outgoing-text';
import { PostService } from './post.service';
import { splitAnswer, STILL_WRITING } from './split-answer';

type Failure = Extract<GenerationResult, { outcome: 'failed' }>;

/** Turns finished texts into the parts that are committed and posted. */
@Injectable()
export class Replies {
  constructor(
    private readonly journal: QuestionJournal,
    private readonly notices: NoticeJournal,
    private readonly ids: PostIdKey,
    private readonly languages: LanguageOf,
    private readonly presence: ChatPresence,
    private readonly posts: PostService,
  ) {}

  /** Commits a core's answer under its attempt. False: the attempt was no longer current, nothing was written. */
  async commitAnswer(
    question: Question,
    attempt: Attempt,
    text: string,
    lengthLimited: boolean,
  ): Promise<boolean> {
    const note = lengthLimited
      ? `\n\n${texts(await this.languages.of(question.roomId)).lengthLimited()}`
      : '';
    return this.journal.commitAnswer(attempt, await this.parts(question, harmless(text) + note));
  }

  /** Commits a reply of our own. It may repeat what the person wrote, which must page nobody either. */
  async commit(question: Question, text: string): Promise<boolean> {
    return this.journal.commitReply(question.id, await this.parts(question, harmless(text)));
  }

  async overBudget(
    question: Question,
    { tokens, limit }: { tokens: number; limit: number },
  ): Promise<string> {
    return texts(await this.languages.of(question.roomId)).overBudget({ tokens, limit });
  }

  /** Buries the question and says so, under what was written so far if anything was. */
  async apologise(question: Question, failure: Failure, writer: AnswerWriter): Promise<void> {
    const { id, roomId, answerThreadId: threadId, attempt } = question;
    const apology = texts(await this.languages.of(roomId)).apology();
    const buried = await this.journal.bury(id, failure.reason, async (tx) => {
      const notices: NewNotice[] = [];
      if (!writer.began) notices.push({ key: `apology:${id}:${attempt}`, roomId, threadId, text: apology });
      if (failure.deaths !== undefined) notices.push(await this.deadLetter(question, failure.deaths, tx));
      await this.notices.write(notices, tx);
    });
    if (!buried) return;
    this.notices.announce(`apology:${id}`);
    if (writer.began) await this.rewriteLast(question, writer, failure.text ? `\n\n${apology}` : apology);
  }

  async markStopped(question: Question, writer: AnswerWriter): Promise<void> {
    const text = texts(await this.languages.of(question.roomId));
    if (writer.began) await this.rewriteLast(question, writer, `\n\n${text.stopped()}`);
  }

  /** For the administrators; what people wrote is not theirs to read. */
  private async deadLetter(
    { id, roomId: room, authorName: author, attempt }: Question,
    deaths: number,
    tx: Transaction,
  ): Promise<NewNotice> {
    const text = texts(await this.languages.of(ADMIN_ROOM, tx));
    return {
      key: `alert:dead-letter:${id}:${attempt}`,
      roomId: ADMIN_ROOM,
      text: text.deadLetter({ deaths, room, author, id }),
    };
  }

  private async parts(question: Question, text: string): Promise<{ postId: string; text: string }[]> {
    const { maxLength } = await this.presence.limits();
    return splitAnswer(text, maxLength).map((part, index) => ({
      postId: this.ids.answer(question.roomId, question.id, index),
      text: part,
    }));
  }

  /** Puts a closing word in place of the sign that more is being written. Best effort: the journal has the truth. */
  private async rewriteLast(question: Question, writer: AnswerWriter, ending: string): Promise<void> {
    const part = Math.max(...writer.shown.keys());
    const shown = (writer.shown.get(part) ?? '').replace(STILL_WRITING, '');
    const { roomId, answerThreadId: threadId } = question;
    const message = {
      id: this.ids.answer(roomId, question.id, part),
      roomId,
      threadId,
      text: shown + ending,
    };
    try {
      await this.posts.rewrite(message);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    }
  }
}
