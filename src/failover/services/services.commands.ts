import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../../commands/chat-command';
import { RdzenError } from '../../shared/rdzen-error';
import { texts } from '../../texts/texts';
import { ServiceKeeper } from './service-keeper';

@Injectable()
export class ServicesCommands {
  constructor(private readonly keeper: ServiceKeeper) {}

  @ChatCommand({ name: 'restart', audience: 'operator' })
  async restart({ arguments: words, language, authorId }: CommandCall): Promise<string> {
    const text = texts(language);
    const services = this.keeper.all().map(({ name }) => name);
    const [service = ''] = words;
    if (words.length !== 1 || !services.some((name) => name === service))
      return text.restartUsage({ services });
    try {
      await this.keeper.restart(service, `chat:${authorId}`);
      return text.serviceRestartDone({ service });
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      return text.serviceRestartFailed({ service, reason: error.message });
    }
  }
}
