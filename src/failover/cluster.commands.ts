import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { Clock } from '../shared/clock';
import { formatDuration, parseDuration } from '../shared/duration';
import { utcStamp } from '../shared/utc-stamp';
import { texts } from '../texts/texts';
import { ClusterControl, LONGEST_HOLD_MS } from './cluster-control.service';
import { FailoverCommands } from './failover.commands';

@Injectable()
export class ClusterCommands {
  constructor(
    private readonly control: ClusterControl,
    private readonly failover: FailoverCommands,
    private readonly clock: Clock,
  ) {}

  @ChatCommand({ name: 'pause', audience: 'operator' })
  async pause({ arguments: words, authorId, language }: CommandCall): Promise<string> {
    const text = texts(language);
    const forMs = duration(words);
    if (forMs === undefined) return text.durationUsage({ command: 'pause', longest: LONGEST });
    await this.control.pause(forMs, { by: `chat:${authorId}` });
    return text.paused({ duration: formatDuration(forMs), until: utcStamp(this.clock.now() + forMs) });
  }

  @ChatCommand({ name: 'resume', audience: 'operator' })
  async resume({ authorId, language }: CommandCall): Promise<string> {
    const text = texts(language);
    return (await this.control.resume({ by: `chat:${authorId}` })) ? text.resumed() : text.notPaused();
  }

  @ChatCommand({ name: 'maintenance', audience: 'operator' })
  async maintenance(call: CommandCall): Promise<string> {
    const text = texts(call.language);
    const [given = '', ...rest] = call.arguments;
    const usage = text.maintenanceUsage({ cores: this.failover.coreIds });
    if (!/^\d{1,9}$/.test(given) || rest.length === 0) return usage;
    const core = Number(given);
    const order = { by: `chat:${call.authorId}` };
    return this.failover.refusedAs(call, core, async () => {
      if (rest.length === 1 && rest[0]?.toLowerCase() === 'off')
        return (await this.control.endMaintenance(core, order))
          ? text.maintenanceOff({ core })
          : text.notInMaintenance({ core });
      const forMs = duration(rest);
      if (forMs === undefined)
        return text.durationUsage({ command: `maintenance ${core}`, longest: LONGEST });
      await this.control.beginMaintenance(core, forMs, order);
      return text.maintenanceOn({ core, duration: formatDuration(forMs) });
    });
  }
}

const LONGEST = formatDuration(LONGEST_HOLD_MS);

/** Undefined where the words are no duration, or a longer one than may be. */
function duration(words: readonly string[]): number | undefined {
  const ms = parseDuration(words.join(''));
  return ms !== undefined && ms <= LONGEST_HOLD_MS ? ms : undefined;
}
