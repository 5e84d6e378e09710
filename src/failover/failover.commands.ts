import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { CoreRegistry } from '../core-registry/core-registry';
import { RdzenError } from '../shared/rdzen-error';
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
    const cores = this.registry
      .all()
      .map(({ id }) => id)
      .join(', ');
    if (!/^\d{1,9}$/.test(given)) return text.switchUsage({ cores });
    const core = Number(given);
    try {
      const transition = await this.failover.switchTo(core, `chat:${authorId}`);
      return transition ? text.switchDone({ core }) : text.switchAlready({ core });
    } catch (error) {
      // Said in the room's language; what an error tells of itself is English.
      if (!(error instanceof RdzenError)) throw error;
      if (error.code === 'CORE_NOT_FOUND') return text.switchNoSuchCore({ core, cores });
      if (error.code === 'CORE_NOT_READY')
        return text.switchNotReady({ core, state: this.registry.get(core).state });
      throw error;
    }
  }
}
