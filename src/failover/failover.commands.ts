import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { CoreRegistry } from '../core-registry/core-registry';
import { texts } from '../texts/texts';
import { FailoverService } from './failover.service';

@Injectable()
export class FailoverCommands {
  constructor(
    private readonly failover: FailoverService,
    private readonly registry: CoreRegistry,
  ) {}

  @ChatCommand({ name: 'switch', audience: 'operator' })
  async switchCore({ arguments: [given = ''], authorId, language }: CommandCall): Promise<string> {
    const text = texts(language);
    const id = /^\d+$/.test(given) ? Number(given) : undefined;
    if (id === undefined)
      return text.switchUsage({
        cores: this.registry
          .all()
          .map((core) => core.id)
          .join(', '),
      });
    const transition = await this.failover.switchTo(id, `chat:${authorId}`);
    return transition ? text.switchDone({ core: id }) : text.switchAlready({ core: id });
  }
}
