import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { RoomRegistry } from '../rooms/room-registry';
import { LANGUAGES, texts } from '../texts/texts';
import { CommandRegistry } from './command-registry';
import { LanesService } from './lanes.service';

/** Commands about the conversation itself. */
@Injectable()
export class ConversationCommands {
  constructor(
    private readonly rooms: RoomRegistry,
    private readonly lanes: LanesService,
    private readonly registry: CommandRegistry,
  ) {}

  @ChatCommand({ name: 'help', audience: 'everyone' })
  help({ language }: CommandCall): string {
    const text = texts(language);
    const lines = this.registry.all().map(({ name }) => `- ${text.help({ command: name })}`);
    return [text.helpHead(), ...lines, text.helpTail()].join('\n');
  }

  @ChatCommand({ name: 'new', audience: 'everyone' })
  async startAnew({ lane, at, language }: CommandCall): Promise<string> {
    await this.rooms.startAnew(lane, at);
    return texts(language).startedAnew();
  }

  @ChatCommand({ name: 'stop', audience: 'everyone' })
  async stop({ lane, roomId, authorId, at, language }: CommandCall): Promise<string> {
    const stopped = await this.lanes.stopQuestion(lane, roomId, authorId, at);
    return stopped ? texts(language).stopped() : texts(language).nothingToStop();
  }

  @ChatCommand({ name: 'language', audience: 'moderator' })
  async setLanguage({ arguments: [given = ''], roomId, language }: CommandCall): Promise<string> {
    if (given === '') return texts(language).languageUsage();
    const chosen = LANGUAGES.find((each) => each === given.toLowerCase());
    if (!chosen) return texts(language).languageUnknown({ given: given.slice(0, 20) });
    await this.rooms.setLanguage(roomId, chosen);
    return texts(chosen).languageSet();
  }

  @ChatCommand({ name: 'listen', audience: 'moderator' })
  async listen({ arguments: [given], roomId, at, language }: CommandCall): Promise<string> {
    const mode = given?.toLowerCase();
    if (mode !== 'all' && mode !== 'mentions') return texts(language).listenUsage();
    await this.rooms.setListen(roomId, mode, at);
    return mode === 'all' ? texts(language).listenAll() : texts(language).listenMentions();
  }
}
