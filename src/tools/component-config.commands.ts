import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { QuestionJournal } from '../journal/question-journal';
import { ChatApi } from '../rocket-chat/chat-api';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { ComponentConfig } from './component-config';
import { SealedArguments } from './sealed-arguments';

/** Stands for a value that was taken over, in what is kept of the message. */
const TAKEN = '[taken]';
/** People of a one-to-one conversation, the assistant included. */
const TWO = 2;

/** Settings of a component, told to the assistant where nobody else reads along. */
@Injectable()
export class ComponentConfigCommands {
  constructor(
    private readonly config: ComponentConfig,
    private readonly chat: ChatApi,
    private readonly questions: QuestionJournal,
    private readonly sealed: SealedArguments,
  ) {}

  @ChatCommand({ name: 'config', audience: 'operator' })
  async configure(call: CommandCall): Promise<string> {
    const { arguments: words, language, messageId, authorId, authorName } = call;
    const text = texts(language);
    const [name, key, ...rest] = words;
    if (name === undefined) return text.configUsage();
    if (key !== undefined && !(await this.isPrivate(call.roomId))) {
      // What is written in a room is known there; nothing of it is used, and nothing is kept here.
      await this.questions.replaceHandledText(messageId, `!config ${name} ${key} ${TAKEN}`);
      return text.configInRoom();
    }
    try {
      if (key === undefined || rest.length === 0) return await this.show(name, call);
      const value = this.sealed.open(rest, messageId);
      if (value !== undefined) {
        await this.config.set(
          name,
          { [key]: value === '-' ? '' : value },
          `chat:${authorId}`,
          `@${authorName}`,
        );
        // It may run a second time after a crash, and sees then that the value was taken.
        await this.questions.replaceHandledText(messageId, `!config ${name} ${key} ${TAKEN}`);
      } else if (rest.join(' ') !== TAKEN)
        throw new RdzenError(
          'COMPONENT_SETTING_INVALID',
          'The value cannot be opened any more (the key of the data folder has changed since). Tell it again.',
        );
      return text.configSet({ name, key, removed: value === '-' });
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      await this.questions.replaceHandledText(messageId, `!config ${name} ${key ?? ''}`);
      return text.configRefused({ name, reason: error.message });
    }
  }

  private async show(name: string, { language }: CommandCall): Promise<string> {
    const { component, entries } = await this.config.list(name);
    return texts(language).config({ name: component, entries });
  }

  private async isPrivate(roomId: string): Promise<boolean> {
    const room = await this.chat.room(roomId);
    return room?.type === 'direct' && room.userCount <= TWO;
  }
}
