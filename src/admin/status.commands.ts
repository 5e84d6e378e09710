import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { QuestionJournal } from '../journal/question-journal';
import { utcStamp } from '../shared/utc-stamp';
import type { ChatServerValues } from '../texts/catalogue';
import { texts } from '../texts/texts';
import type { ChatServerDto } from './status.dto';
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
    const { mode, epoch, cores, chat_server, docker, services = [] } = this.status.now();
    const waiting = (await this.journal.waiting()).length;
    const lines = cores.map(({ id, kind, role, state, reason, model, warning, component }) =>
      text.statusCore({
        id,
        kind,
        active: role === 'active',
        state,
        detail: [component, model, state === 'ready' ? undefined : reason, warning]
          .filter(Boolean)
          .join(', '),
      }),
    );
    const chatServer = text.statusChatServer(chatServerValues(chat_server));
    if (docker?.reachable === false) {
      const { since, problem = '' } = docker;
      lines.push(text.statusDockerSilent({ since: stamp(since) ?? '', problem }));
    }
    lines.push(chatServer);
    if (services.length > 0)
      lines.push(
        text.statusServices({
          services: services.map(({ name, state, well, silent_since, reason }) => {
            return { name, state, well, silentSince: stamp(silent_since), reason };
          }),
        }),
      );
    return [text.statusHead({ mode, epoch, waiting }), ...lines].join('\n');
  }
}

function chatServerValues(seen: ChatServerDto): ChatServerValues {
  const { version, tested, reachable_since, silent_since, read_only, read_only_in_days, account_problem } =
    seen;
  return {
    ...{ version, tested, readOnly: read_only, readOnlyInDays: read_only_in_days },
    asked: (reachable_since ?? silent_since) !== undefined,
    silentSince: stamp(silent_since),
    accountProblem: account_problem,
  };
}

function stamp(iso: string | undefined): string | undefined {
  return iso && utcStamp(Date.parse(iso));
}
