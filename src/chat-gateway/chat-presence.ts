import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings';
import type { NewQuestion, Question } from '../journal/journal.types';
import { PostIdKey } from '../journal/post-id';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatRealtime } from '../rocket-chat/chat-realtime';
import { ChatError } from '../rocket-chat/chat-error';
import type { ChatLimits, ChatMessage } from '../rocket-chat/chat-types';
import { Clock } from '../shared/clock';
import { MORE_FOLLOWS, STILL_WRITING } from './split-answer';

const LIMITS_FOR_MS = 5 * 60_000;
const DEFAULT_LIMITS: ChatLimits = {
  maxMessageLength: 5_000,
  editingAllowed: true,
  threadsEnabled: true,
  useRealName: false,
};
/** Room left for what is added to a text on its way: an edit by the server, a closing fence. */
const MARGIN = 200;

/** No answer is cut into smaller parts than this. */
export const SHORTEST_PART = 300;

function usable(maxMessageLength: number): number {
  return Math.max(SHORTEST_PART, maxMessageLength - MARGIN);
}

/** What the gateway knows of the chat server and shows of itself there. */
@Injectable()
export class ChatPresence {
  private known: { limits: ChatLimits; at: number } | undefined;
  /** Questions from before this (epoch ms) may have been answered by a journal that is lost. */
  recoverBefore = 0;

  constructor(
    private readonly chat: ChatApi,
    private readonly realtime: ChatRealtime,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: PostIdKey,
  ) {}

  async limits(): Promise<{ maxLength: number; streaming: boolean; threadsEnabled: boolean }> {
    const now = this.clock.monotonic();
    if (!this.known || now - this.known.at > LIMITS_FOR_MS) {
      const limits = await this.chat.limits().catch((error: unknown) => {
        if (error instanceof ChatError) return this.known?.limits;
        throw error;
      });
      // A guess is not kept: the next one to ask asks the server again.
      this.known = limits && { limits, at: now };
    }
    const { maxMessageLength, editingAllowed, threadsEnabled } = this.known?.limits ?? DEFAULT_LIMITS;
    return {
      maxLength: usable(maxMessageLength),
      streaming: this.settings.RDZEN_STREAMING && editingAllowed,
      threadsEnabled,
    };
  }

  /**
   * The longest part by what the server says now; for when it found one too long.
   *
   * @throws ChatError
   */
  async measureAgain(): Promise<number> {
    const limits = await this.chat.limits();
    this.known = { limits, at: this.clock.monotonic() };
    return usable(limits.maxMessageLength);
  }

  /** The journal that would know whether this was answered is lost: ask the server before posting. */
  recovering(question: Pick<Question, 'at'>): boolean {
    return question.at < this.recoverBefore;
  }

  /**
   * Whether the whole answer is on the server although the journal does not know: then the journal was lost, and the
   * ids, which are derived from the question, tell.
   */
  async answeredBefore(question: NewQuestion): Promise<boolean> {
    if (!this.recovering(question)) return false;
    for (let part = 0; ; part++) {
      const post = await this.chat.getMessage(this.ids.answer(question.roomId, question.id, part));
      const text = post?.author.id === this.chat.identity?.userId ? post?.text : undefined;
      if (text === undefined || text.endsWith(STILL_WRITING)) return false;
      if (!text.endsWith(MORE_FOLLOWS)) return true;
    }
  }

  /** The message as it reads now; undefined where it was deleted. */
  async current(messageId: string): Promise<ChatMessage | undefined> {
    const message = await this.chat.getMessage(messageId);
    return message?.systemType === 'rm' ? undefined : message;
  }

  typing(question: Question, active: boolean): void {
    this.realtime.typing(question.roomId, active, question.answerThreadId);
  }
}
