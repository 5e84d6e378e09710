import type { CommandCall } from '../commands/chat-command';
import type { Language } from '../config/settings';
import type { QuestionJournal } from '../journal/question-journal';
import { StatusCommands } from './status.commands';
import type { ChatServerDto, StatusDto } from './status.dto';
import type { StatusService } from './status.service';

const SILENT: ChatServerDto = { version: '8.8', read_only: false, silent_since: '2026-11-26T14:05:31.000Z' };
const WELL: ChatServerDto = {
  ...{ version: '8.8', tested: true, read_only: false },
  reachable_since: '2026-11-26T14:05:31.000Z',
};

async function lineFor(chat_server: ChatServerDto, language: Language): Promise<string | undefined> {
  const now: Partial<StatusDto> = { mode: 'NORMAL', epoch: 1, cores: [], chat_server };
  const sut = new StatusCommands(
    { now: () => now } as StatusService,
    { waiting: () => Promise.resolve([]) } as unknown as QuestionJournal,
  );
  const [, line] = (await sut.show({ language } as CommandCall)).split('\n');
  return line;
}

describe(StatusCommands.name, () => {
  it.each<[string, ChatServerDto, string, string]>([
    [
      'answers',
      WELL,
      '- chat server (Rocket.Chat 8.8): answers',
      '- serwer czatu (Rocket.Chat 8.8): odpowiada',
    ],
    [
      'was not asked yet',
      { read_only: false },
      '- chat server: not checked yet',
      '- serwer czatu: jeszcze nie sprawdzony',
    ],
    [
      'is silent',
      SILENT,
      '- chat server (Rocket.Chat 8.8): **silent** since 2026-11-26 14:05 UTC',
      '- serwer czatu (Rocket.Chat 8.8): **milczy** od 2026-11-26 14:05 UTC',
    ],
    [
      'is read-only',
      { ...WELL, read_only: true, read_only_in_days: 0 },
      '- chat server (Rocket.Chat 8.8): answers, **read-only**: it takes no message',
      '- serwer czatu (Rocket.Chat 8.8): odpowiada, **tylko do odczytu**: nie przyjmuje wiadomości',
    ],
    [
      'is read-only tomorrow',
      { ...WELL, read_only_in_days: 1 },
      '- chat server (Rocket.Chat 8.8): answers, read-only in one day',
      '- serwer czatu (Rocket.Chat 8.8): odpowiada, tylko do odczytu za jeden dzień',
    ],
    [
      'is read-only in some days, untested, and refuses the account',
      {
        ...{ ...WELL, version: '10.0', tested: false, read_only_in_days: 5 },
        account_problem: 'CHAT_ADMIN_LOGIN_REFUSED',
      },
      '- chat server (Rocket.Chat 10.0): answers, a version I was not tested with, read-only in 5 days, my account there is not as it should be (CHAT_ADMIN_LOGIN_REFUSED)',
      '- serwer czatu (Rocket.Chat 10.0): odpowiada, w wersji, z którą mnie nie testowano, tylko do odczytu za 5 dni, moje konto na nim nie jest takie, jak powinno (CHAT_ADMIN_LOGIN_REFUSED)',
    ],
  ])('tells in both languages of a chat server that %s', async (_, seen, en, pl) => {
    expect(await lineFor(seen, 'en')).toBe(en);
    expect(await lineFor(seen, 'pl')).toBe(pl);
  });
});
