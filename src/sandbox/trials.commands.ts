import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { TrialsService } from './trials.service';

const SHOWN = 8;

@Injectable()
export class TrialsCommands {
  constructor(private readonly trials: TrialsService) {}

  @ChatCommand({ name: 'trial', audience: 'operator' })
  async trial(call: CommandCall): Promise<string> {
    const { arguments: words, language } = call;
    const text = texts(language);
    const [first = '', second] = words;
    if (first === 'stop' && second !== undefined && words.length === 2) return this.stop(second, call);
    if (words.length !== 1) return text.trialUsage();
    // Behind the first sign: a scope begins with one.
    const at = first.indexOf('@', 1);
    const [name, version] = at < 0 ? [first, undefined] : [first.slice(0, at), first.slice(at + 1)];
    try {
      const { roomId, threadId, authorId } = call;
      const room = { roomId, language, ...(threadId === undefined ? {} : { threadId }) };
      const { row, waiting } = await this.trials.begin({ name, version, askedBy: `chat:${authorId}`, room });
      return text.trialBegun({ title: row.title, version: row.version, id: row.id, waiting });
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      return text.trialRefused({ name, reason: error.message });
    }
  }

  @ChatCommand({ name: 'trials', audience: 'operator' })
  async list({ language }: CommandCall): Promise<string> {
    const text = texts(language);
    const open = this.trials.open();
    const over = (await this.trials.latest(SHOWN)).filter(({ endedAt }) => endedAt !== undefined);
    const lines = [
      ...open.map(({ row: { id, title, version }, state, check }) =>
        state === 'running'
          ? text.trialRunning({ id, title, version, check: check?.id ?? 'admission' })
          : text.trialQueued({ id, title, version }),
      ),
      ...over.map(({ id, title, version, verdict = 'inconclusive' }) =>
        text.trialDone({ id, title, version, verdict }),
      ),
    ];
    return lines.length === 0 ? text.noTrials() : lines.slice(0, SHOWN).join('\n');
  }

  private async stop(id: string, { language, authorId }: CommandCall): Promise<string> {
    const text = texts(language);
    try {
      await this.trials.cancel(id, `chat:${authorId}`);
      return text.trialStopped({ id });
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      return text.trialRefused({ name: id, reason: error.message });
    }
  }
}
