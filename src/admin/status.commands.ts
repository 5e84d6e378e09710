import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { QuestionJournal } from '../journal/question-journal';
import { texts } from '../texts/texts';
import { StatusService } from './status.service';

@Injectable()
export class StatusCommands {
  constructor(
    private readonly status: StatusService,
    private readonly journal: QuestionJournal,
  ) {}

  @ChatCommand({ name: 'status', audience: 'everyone' })
  async show({ language }: CommandCall): Promise<string> {
    const text = texts(language);
    const { mode, epoch, cores } = this.status.now();
    const waiting = (await this.journal.waiting()).length;
    const lines = cores.map(({ id, kind, role, state, reason, model, warning }) =>
      text.statusCore({
        id,
        kind,
        active: role === 'active',
        state,
        detail: [model, state === 'ready' ? undefined : reason, warning].filter(Boolean).join(', '),
      }),
    );
    return [text.statusHead({ mode, epoch, waiting }), ...lines].join('\n');
  }
}
