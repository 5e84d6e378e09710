import { Injectable, Logger } from '@nestjs/common';
import { CallerNames } from '../access/caller-names';
import type { CommandAudience, CommandCall } from '../commands/chat-command';
import type { Language } from '../config/settings';
import type { Question } from '../journal/journal.types';
import { LanguageOf } from '../rooms/language-of';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { CommandRegistry } from './command-registry';
import { nearestWord } from './nearest-word';
import { RightsService } from './rights.service';

/** Runs the command a person's own message holds, if that person may, and gives the reply. */
@Injectable()
export class CommandRunner {
  private readonly logger = new Logger(CommandRunner.name);

  constructor(
    private readonly registry: CommandRegistry,
    private readonly rights: RightsService,
    private readonly languages: LanguageOf,
    private readonly names: CallerNames,
  ) {}

  async run(question: Question): Promise<string> {
    const language = await this.languages.of(question.roomId);
    const { name, words } = parseCommand(question.text);
    const command = this.registry.find(name);
    if (!command) {
      const names = this.registry.all().map((each) => each.name);
      return texts(language).unknownCommand({ given: name.slice(0, 40), nearest: nearestWord(name, names) });
    }
    if (!(await this.rights.may(question.authorId, command.audience, question.roomId))) {
      this.logger.warn(`User ${question.authorId} was refused !${name} in room ${question.roomId}`);
      return texts(language).forbidden({ command: name, who: audienceName(command.audience, language) });
    }
    this.names.note(`chat:${question.authorId}`, `@${question.authorName}`);
    const call: CommandCall = {
      messageId: question.id,
      name,
      arguments: words,
      roomId: question.roomId,
      threadId: question.threadId,
      lane: question.answerThreadId ? `${question.roomId}/${question.answerThreadId}` : question.roomId,
      authorId: question.authorId,
      authorName: question.authorName,
      at: question.at,
      language,
    };
    try {
      return await command.handler(call);
    } catch (error) {
      if (error instanceof RdzenError) return texts(language).failed({ reason: error.message });
      throw error;
    }
  }
}

/** `@bot !Switch  2` -> switch, [2] */
export function parseCommand(text: string): { name: string; words: string[] } {
  const [head = '', ...words] = text
    .trim()
    .replace(/^@\S+[\s,:]+/, '')
    .replace(/^!/, '')
    .split(/\s+/);
  return { name: head.toLowerCase(), words };
}

function audienceName(audience: CommandAudience, language: Language): string {
  return audience === 'moderator' ? texts(language).whoModerator() : texts(language).whoOperator();
}
