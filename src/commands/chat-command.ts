import { SetMetadata } from '@nestjs/common';
import type { Language } from '../config/settings';

/**
 * Who may use a command: `everyone`; `moderator`: owners and moderators of the room, and operators; `operator`: role
 * `admin` or one of RDZEN_OPERATOR_ROLES.
 */
export type CommandAudience = 'everyone' | 'moderator' | 'operator';

export interface CommandOptions {
  /** Without the exclamation mark. */
  name: string;
  audience: CommandAudience;
}

/** One use of a command. Its words come from a person's own message, never from a model. */
export interface CommandCall {
  messageId: string;
  name: string;
  arguments: string[];
  roomId: string;
  threadId?: string;
  /** Lane of the conversation the command was given in. */
  lane: string;
  authorId: string;
  authorName: string;
  /** Server time of the message. */
  at: number;
  language: Language;
}

/** Answers with the reply to post. May throw RdzenError: its message becomes the reply. Must bear being run twice. */
export type CommandHandler = (call: CommandCall) => Promise<string> | string;

export const COMMAND_METADATA = 'rdzen:chat-command';

/** Makes a provider's method a chat command; the chat gateway finds it by itself. */
export const ChatCommand = (options: CommandOptions): MethodDecorator =>
  SetMetadata(COMMAND_METADATA, options);
