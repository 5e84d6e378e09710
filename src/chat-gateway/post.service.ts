import { Injectable, Logger } from '@nestjs/common';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError, type ChatErrorKind } from '../rocket-chat/chat-error';
import type { OutgoingMessage } from '../rocket-chat/chat-types';

/** How a message came to stand on the server. `squatted`: somebody else holds the id; post under another one. */
export type PostOutcome = 'stands' | 'squatted';

const EDIT_REFUSALS: readonly ChatErrorKind[] = ['editing-not-allowed', 'message-not-found', 'forbidden'];

/** What stands under the id stays as it is, whatever is tried; only another message can say what it should. */
export class EditRefused extends ChatError {}

/**
 * Makes a message with a given id and text stand on the chat server, exactly once, whatever was done before and however
 * doubtful the replies are: an existing id inserts nothing, and after any doubt the server is asked.
 */
@Injectable()
export class PostService {
  private readonly logger = new Logger(PostService.name);

  constructor(private readonly chat: ChatApi) {}

  /**
   * @param mayStand the id may have been posted before (an earlier run, a lost reply): look first.
   * @throws EditRefused where another text of ours stands and must stay; ChatError where it could not be posted.
   */
  async ensure(message: OutgoingMessage, mayStand: boolean): Promise<PostOutcome> {
    if (mayStand) {
      const found = await this.reconcile(message);
      if (found) return found;
    }
    try {
      await this.chat.sendMessage(message);
      return 'stands';
    } catch (error) {
      if (!(error instanceof ChatError) || !doubtful(error)) throw error;
      this.logger.debug(`Post ${message.id}: ${error.message}; asking whether it stands`);
      const found = await this.reconcile(message);
      if (found) return found;
      throw error;
    }
  }

  /**
   * Rewrites a message that stands.
   *
   * @throws EditRefused, ChatError
   */
  async rewrite(message: OutgoingMessage): Promise<void> {
    try {
      await this.chat.updateMessage(message.roomId, message.id, message.text);
    } catch (error) {
      if (!(error instanceof ChatError) || !EDIT_REFUSALS.includes(error.kind)) throw error;
      throw new EditRefused(error.kind, error.message, error.details);
    }
  }

  /** The text that stands under an id, if it is ours. */
  async textOf(id: string): Promise<string | undefined> {
    const stored = await this.chat.getMessage(id);
    return stored?.author.id === this.chat.identity?.userId ? stored?.text : undefined;
  }

  private async reconcile(message: OutgoingMessage): Promise<PostOutcome | undefined> {
    const stored = await this.chat.getMessage(message.id);
    if (!stored) return undefined;
    if (stored.author.id !== this.chat.identity?.userId || stored.roomId !== message.roomId)
      return 'squatted';
    if (stored.text !== message.text) await this.rewrite(message);
    return 'stands';
  }
}

/** After these the message may stand all the same. */
function doubtful(error: ChatError): boolean {
  return ['unreachable', 'timeout', 'duplicate-id', 'bad-request'].includes(error.kind);
}
