import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { shownState } from '../core-registry/core-states';
import { CoreRegistry } from '../core-registry/core-registry';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { secondsLeft } from './switchover';
import { SwitchoverService } from './switchover.service';

@Injectable()
export class FailoverCommands {
  constructor(
    private readonly switchovers: SwitchoverService,
    private readonly registry: CoreRegistry,
    private readonly clock: Clock,
  ) {}

  @ChatCommand({ name: 'switch', audience: 'operator' })
  async switchCore(call: CommandCall): Promise<string> {
    const [given = '', ...more] = call.arguments;
    const text = texts(call.language);
    if (given.toLowerCase() === 'cancel' && more.length === 0) return this.cancel(call);
    if (!/^\d{1,9}$/.test(given) || more.length > 0) return text.switchUsage({ cores: this.coreIds });
    const core = Number(given);
    return this.refusedAs(call, core, async () => {
      const transition = await this.switchovers.switchTo(core, `chat:${call.authorId}`);
      return transition ? text.switchDone({ core }) : text.switchAlready({ core });
    });
  }

  private async cancel(call: CommandCall): Promise<string> {
    const text = texts(call.language);
    const { running } = this.switchovers;
    if (!running) return text.nothingToCancel();
    return this.refusedAs(call, running.from, async () => {
      try {
        await this.switchovers.cancel(running.id, `chat:${call.authorId}`);
      } catch (error) {
        // It came to its end while the command was on its way.
        if (error instanceof RdzenError && error.code === 'OPERATION_OVER') return text.nothingToCancel();
        throw error;
      }
      return text.switchCancelled({ core: this.registry.active.id });
    });
  }

  /** Refusals in the room's language; what an error tells of itself is English. */
  async refusedAs({ language }: CommandCall, core: number, act: () => Promise<string>): Promise<string> {
    const text = texts(language);
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      const { running } = this.switchovers;
      switch (error.code) {
        case 'CORE_NOT_FOUND':
          return text.switchNoSuchCore({ core, cores: this.coreIds });
        case 'CORE_NOT_READY':
          return text.switchNotReady({ core, state: shownState(this.registry.get(core)) });
        case 'NO_STAND_IN':
          return text.noStandIn({ core });
        case 'CORE_NOT_ACTIVE':
        case 'OPERATION_OVER':
          return text.switchOvertaken({ core: this.registry.active.id });
        case 'OPERATION_RUNNING':
          // None: it came to its end at this very moment, and what was asked for may be asked for again.
          return running
            ? text.switchBusy({
                from: running.from,
                to: running.to,
                seconds: secondsLeft(running, this.clock.now()),
              })
            : text.switchOvertaken({ core: this.registry.active.id });
        default:
          throw error;
      }
    }
  }

  get coreIds(): string {
    return this.registry
      .all()
      .map(({ id }) => id)
      .join(', ');
  }
}
