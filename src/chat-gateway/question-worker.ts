import { Injectable, Logger } from '@nestjs/common';
import type { TurnResult } from '../conversation/turn.service';
import { TurnService } from '../conversation/turn.service';
import type { Question } from '../journal/journal.types';
import { QuestionJournal } from '../journal/question-journal';
import { ChatError } from '../rocket-chat/chat-error';
import { AnswerPoster, PostingTools } from './answer-poster';
import { AnswerWriter } from './answer-writer';
import { ChatPresence } from './chat-presence';
import { CommandRunner } from './command-runner';
import { Replies } from './replies';

/** Waited this long, a question may have been edited or deleted meanwhile without our hearing of it. */
const STALE_MS = 250;

/** What the worker needs besides the journal, taken together. */
@Injectable()
export class WorkerContext {
  constructor(
    readonly presence: ChatPresence,
    readonly tools: PostingTools,
  ) {}
}

/** Takes one question from wherever it stands to its end. */
@Injectable()
export class QuestionWorker {
  private readonly logger = new Logger(QuestionWorker.name);
  private late = 0;

  constructor(
    private readonly journal: QuestionJournal,
    private readonly turns: TurnService,
    private readonly commands: CommandRunner,
    private readonly poster: AnswerPoster,
    private readonly replies: Replies,
    private readonly context: WorkerContext,
  ) {}

  /** Resolves when the question is finished, or `signal` aborted. */
  async work(question: Question, signal: AbortSignal): Promise<void> {
    if (question.state === 'generated' || question.state === 'posting') {
      await this.poster.deliver(question, new Map(), false, signal);
      return;
    }
    const newest = await this.newest(question);
    if (!newest) await this.journal.cancel(question.id, 'the message was deleted');
    else if (newest.kind === 'command') await this.runCommand(newest, signal);
    else await this.answer(newest, signal);
  }

  private async runCommand(question: Question, signal: AbortSignal): Promise<void> {
    const reply = await this.commands.run(question);
    if (await this.replies.commit(question, reply))
      await this.poster.deliver(question, new Map(), !this.context.presence.recovering(question), signal);
  }

  private async answer(question: Question, signal: AbortSignal): Promise<void> {
    const { presence, tools } = this.context;
    const limits = await presence.limits();
    const first = question.attempt === 0 && !presence.recovering(question);
    const writer = new AnswerWriter(question, { ...tools, maxLength: limits.maxLength }, !first);
    presence.typing(question, true);
    try {
      const listener = { text: (whole: string) => (limits.streaming ? writer.show(whole) : undefined) };
      const result = await this.turns.answer(question, listener, signal);
      await writer.close();
      await this.conclude(question, result, writer, first, signal);
    } finally {
      await writer.close();
      presence.typing(question, false);
    }
  }

  private async conclude(
    question: Question,
    result: TurnResult,
    writer: AnswerWriter,
    first: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { tools } = this.context;
    const deliver = (): Promise<boolean> => this.poster.deliver(question, writer.shown, first, signal);
    switch (result.outcome) {
      case 'complete': {
        tools.crash.reach('text-complete');
        if (!(await this.newest(question))) {
          await this.journal.cancel(question.id, 'the message was deleted');
          await this.replies.markStopped(question, writer);
          return;
        }
        const committed = await this.replies.commitAnswer(
          question,
          result.attempt,
          result.text,
          result.lengthLimited,
        );
        tools.crash.reach('answer-committed');
        if (committed) await deliver();
        else await this.noteLate(question, writer);
        return;
      }
      case 'too-long':
        if (await this.replies.commit(question, await this.replies.overBudget(question, result)))
          await deliver();
        return;
      case 'ended':
        if (await this.replies.commit(question, result.text)) await deliver();
        return;
      case 'failed':
        this.logger.error(`Question ${question.id} is given up: ${result.reason}`);
        await this.replies.apologise(question, result, writer);
        return;
      case 'cancelled':
        // Stopped by a person: say so under what was written. Stopped by the process's end: leave it to the next run.
        if ((await this.journal.find(question.id))?.state === 'cancelled')
          await this.replies.markStopped(question, writer);
    }
  }

  /** Somebody else holds the attempt by now, or the question was stopped: this text is nobody's any more. */
  private async noteLate(question: Question, writer: AnswerWriter): Promise<void> {
    this.late++;
    this.logger.warn(`A late answer to question ${question.id} was dropped (${this.late} since the start)`);
    if ((await this.journal.find(question.id))?.state === 'cancelled')
      await this.replies.markStopped(question, writer);
  }

  /** The question as it reads now, edits unheard of included; undefined where it was deleted. */
  private async newest(question: Question): Promise<Question | undefined> {
    const { presence, tools } = this.context;
    if (tools.clock.now() - question.acceptedAt < STALE_MS) return question;
    try {
      const message = await presence.current(question.id);
      if (!message) return undefined;
      // Others may be allowed to edit a message: what its author did not write must not run with the author's rights.
      if (question.kind === 'command') return question;
      const { text } = message;
      if (text === question.text || !(await this.journal.replaceText(question.id, text))) return question;
      return { ...question, text };
    } catch (error) {
      // The chat server does not answer: then nothing can be posted either, and posting asks again.
      if (error instanceof ChatError) return question;
      throw error;
    }
  }
}
