import { Injectable, Logger } from '@nestjs/common';
import { AnswerJournal } from '../journal/answer-journal';
import type { Question } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import type { ChatMessage } from '../rocket-chat/chat-types';
import { RoomRegistry } from '../rooms/room-registry';

const HISTORY_MESSAGES = 60;
/** Signs under our own messages (more follows, still writing, nothing more); a model would learn to write them. */
const MARKS = /\s*(?:⤵|▍|^—)$/u;

/**
 * What was said before the question, in its room or thread, as the chat server has it. Commands, notices, system
 * messages and everything before the last `!new` are left out.
 */
@Injectable()
export class ContextBuilder {
  private readonly logger = new Logger(ContextBuilder.name);

  constructor(
    private readonly chat: ChatApi,
    private readonly answers: AnswerJournal,
    private readonly rooms: RoomRegistry,
  ) {}

  /** Oldest first, the question itself left out. Without the chat server's help: nothing. */
  async historyOf(question: Question): Promise<CoreMessage[]> {
    const since = await this.rooms.contextSince(question.lane);
    const messages = await this.fetch(question).catch((error: unknown) => {
      if (!(error instanceof ChatError)) throw error;
      this.logger.warn(`Question ${question.id} is answered without what was said before: ${error.message}`);
      return [];
    });
    const context: CoreMessage[] = [];
    for (const message of messages) {
      if (message.id === question.id || message.at > question.at || message.at <= since) continue;
      const turn = await this.toTurn(message);
      if (turn) context.push(turn);
    }
    return context;
  }

  private async fetch(question: Question): Promise<ChatMessage[]> {
    if (question.threadId) return this.chat.threadMessages(question.threadId, HISTORY_MESSAGES);
    // A question asked in a channel opens a thread of its own: what others said in the channel is not its context.
    if (question.answerThreadId) return [];
    const room = await this.chat.room(question.roomId);
    return room ? this.chat.history(room, HISTORY_MESSAGES) : [];
  }

  private async toTurn(message: ChatMessage): Promise<CoreMessage | undefined> {
    const self = this.chat.identity;
    const text = message.text.trim();
    if (!self || text === '' || message.systemType || message.encrypted) return undefined;
    if (message.author.id !== self.userId) {
      if (text.startsWith('!')) return undefined;
      return { role: 'user', content: withoutMention(text, self.username) };
    }
    if (await this.answers.isNotice(message.id)) return undefined;
    const said = text.replace(MARKS, '');
    return said === '' ? undefined : { role: 'assistant', content: said };
  }
}

/** `@name how are you` -> `how are you`; a mention further inside is left alone. */
export function withoutMention(text: string, username: string): string {
  const escaped = username.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // A longer name that begins like ours is somebody else's.
  const end = '(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}_])';
  return text.replace(new RegExp(`^\\s*@${escaped}${end}[\\s,:]*`, 'iu'), '').trim();
}
