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

async function lines(seen: Partial<StatusDto>, language: Language): Promise<string[]> {
  const now: Partial<StatusDto> = { mode: 'NORMAL', epoch: 1, cores: [], chat_server: WELL, ...seen };
  const sut = new StatusCommands(
    { now: () => now } as StatusService,
    { waiting: () => Promise.resolve([]) } as unknown as QuestionJournal,
  );
  return (await sut.show({ language } as CommandCall)).split('\n').slice(1);
}

async function lineFor(chat_server: ChatServerDto, language: Language): Promise<string | undefined> {
  return (await lines({ chat_server }, language))[0];
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

  it('tells in both languages that Docker does not answer, and what is not possible then', async () => {
    const docker = { reachable: false, since: '2026-11-26T14:05:31.000Z', problem: 'Start it.' };
    expect((await lines({ docker }, 'en'))[0]).toBe(
      '- Docker: **does not answer** since 2026-11-26 14:05 UTC; until it does: no repairs, no restarts, no trials, no components. Start it.',
    );
    expect((await lines({ docker }, 'pl'))[0]).toBe(
      '- Docker: **nie odpowiada** od 2026-11-26 14:05 UTC; dopóki nie odpowie: bez napraw, restartów, prób i komponentów. Start it.',
    );
    expect(await lines({ docker: { reachable: true, version: '28' } }, 'en')).toHaveLength(1);
  });

  it('tells in both languages how the watched services are', async () => {
    const services = [
      { name: 'rocketchat', state: 'running', well: true },
      {
        ...{ name: 'mongodb', state: 'running', well: false },
        ...{ silent_since: '2026-11-26T14:05:31.000Z', reason: 'its health check fails' },
      },
      { name: 'other', state: 'unknown', well: true },
    ];
    expect((await lines({ services }, 'en'))[1]).toBe(
      '- containers: rocketchat well; mongodb **not well** since 2026-11-26 14:05 UTC (its health check fails); other not known',
    );
    expect((await lines({ services }, 'pl'))[1]).toBe(
      '- kontenery: rocketchat działa; mongodb **coś jest nie tak** od 2026-11-26 14:05 UTC (its health check fails); other stan nieznany',
    );
  });
});
