import { Injectable } from '@nestjs/common';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatError } from '../rocket-chat/chat-error';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { PostService } from './post.service';

/** Posts a message that somebody asked for by REST. */
@Injectable()
export class SendService {
  constructor(
    private readonly chat: ChatApi,
    private readonly posts: PostService,
    private readonly random: Random,
  ) {}

  /**
   * @param target room id, `#channel` or `@user`
   * @returns the message's id
   * @throws RdzenError ROOM_NOT_FOUND, TEXT_TOO_LONG, CHAT_UNAVAILABLE, BAD_REQUEST
   */
  async send(target: string, text: string): Promise<string> {
    if (!this.chat.identity) {
      throw new RdzenError(
        'CHAT_UNAVAILABLE',
        'The assistant is not logged in to the chat server yet. Try again in a moment; /status tells.',
      );
    }
    try {
      const { maxMessageLength } = await this.chat.limits();
      if (text.length > maxMessageLength) {
        throw new RdzenError(
          'TEXT_TOO_LONG',
          `The text has ${text.length} characters; the chat server takes ${maxMessageLength}. Send it in pieces.`,
        );
      }
      const room = await this.chat.resolveRoom(target);
      const id = this.random.id(17);
      await this.posts.ensure({ id, roomId: room.id, text }, false);
      return id;
    } catch (error) {
      if (error instanceof ChatError) throw translate(error, target);
      throw error;
    }
  }
}

function translate(error: ChatError, target: string): RdzenError {
  switch (error.kind) {
    case 'room-not-found':
      return new RdzenError(
        'ROOM_NOT_FOUND',
        `There is no room ${target} that the assistant can see. Give a room id, #channel or @user.`,
        { cause: error },
      );
    case 'message-too-long':
      return new RdzenError('TEXT_TOO_LONG', error.message, { cause: error });
    case 'forbidden':
    case 'room-closed':
    case 'bad-request':
    case 'editing-not-allowed':
    case 'duplicate-id':
    case 'message-not-found':
      return new RdzenError('BAD_REQUEST', `The chat server refuses: ${error.message}`, { cause: error });
    case 'unreachable':
    case 'timeout':
    case 'rate-limited':
    case 'unauthorized':
    case 'login-refused':
    case 'restricted-workspace':
      return new RdzenError(
        'CHAT_UNAVAILABLE',
        `The chat server cannot take the message now: ${error.message}`,
        { cause: error },
      );
  }
}
