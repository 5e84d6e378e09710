import type { ChatRoom } from '../../../src/rocket-chat/chat-types';
import { RoomRegistry } from '../../../src/rooms/room-registry';
import { eventually } from '../../support/chat-person';
import type { FakePerson } from '../api/support/fake-chat';
import { InProcessRdzen } from '../api/support/in-process-rdzen';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };

/** What each room is told, word for word. */
interface Words {
  switched: RegExp | string;
  already: string;
  noCore: string;
  down: string;
  maintained: string;
  drained: string;
  usage: string;
  busy: RegExp;
  takenBack: string;
  nothingToTakeBack: string;
  paused: RegExp;
  pauseUsage: string;
  resumed: string;
  notPaused: string;
  maintenanceOn: string;
  maintenanceOff: string;
  notInMaintenance: string;
  maintenanceUsage: string;
  durationOf2: string;
  noStandIn: string;
}

const ENGLISH: Words = {
  switched: 'Core 2 is active now.',
  already: 'Core 1 is active already.',
  noCore: 'There is no core 9. The cores are: 1, 2.',
  down: 'Core 2 cannot take over now. Its state: down. `!status` tells when it is ready.',
  maintained: 'Core 2 cannot take over now. Its state: in maintenance. `!status` tells when it is ready.',
  drained: 'Core 2 cannot take over now. Its state: gets no new work. `!status` tells when it is ready.',
  usage: 'Use `!switch <core>`. The cores are: 1, 2.',
  busy: /^A switch from core 1 to core 2 is still going on: answers on core 1 have up to \d+ s to finish\. Wait, or take it back with `!switch cancel`\.$/,
  takenBack: 'Taken back: core 1 is active.',
  nothingToTakeBack: 'There is nothing to take back: no switch is going on.',
  paused:
    /^⏸️ Paused for 30m, until \d{4}-\d\d-\d\d \d\d:\d\d UTC: no core is switched or repaired by itself\. Questions are answered as before, by whatever core can\. `!resume` ends it\.$/,
  pauseUsage: 'Say for how long, for example `!pause 30m` or `!pause 2h`; at most 7d.',
  resumed: '▶️ The pause is over: I switch and repair by myself again.',
  notPaused: 'I am not paused.',
  maintenanceOn:
    '🔧 Core 2 is in maintenance for 2h: it gets no work and is not repaired. `!maintenance 2 off` ends it.',
  maintenanceOff: 'Core 2 is back from maintenance and will be used again once it is ready.',
  notInMaintenance: 'Core 2 is not in maintenance.',
  maintenanceUsage: 'Use `!maintenance <core> 2h` or `!maintenance <core> off`. The cores are: 1, 2.',
  durationOf2: 'Say for how long, for example `!maintenance 2 30m` or `!maintenance 2 2h`; at most 7d.',
  noStandIn: 'Core 1 cannot be spared now: no other core is ready to take over. `!status` tells when one is.',
};

const POLISH: Words = {
  switched: 'Aktywny jest teraz rdzeń 2.',
  already: 'Rdzeń 1 jest już aktywny.',
  noCore: 'Nie ma rdzenia 9. Dostępne rdzenie: 1, 2.',
  down: 'Rdzeń 2 nie może teraz przejąć pracy. Jego stan: nie działa. Kiedy będzie gotowy, pokaże `!status`.',
  maintained:
    'Rdzeń 2 nie może teraz przejąć pracy. Jego stan: w konserwacji. Kiedy będzie gotowy, pokaże `!status`.',
  drained:
    'Rdzeń 2 nie może teraz przejąć pracy. Jego stan: bez nowej pracy. Kiedy będzie gotowy, pokaże `!status`.',
  usage: 'Użyj `!switch <rdzeń>`. Dostępne rdzenie: 1, 2.',
  busy: /^Przełączanie z rdzenia 1 na rdzeń 2 jeszcze trwa: odpowiedzi na rdzeniu 1 mają do \d+ s na dokończenie\. Poczekaj albo cofnij je poleceniem `!switch cancel`\.$/,
  takenBack: 'Cofnięto: aktywny jest rdzeń 1.',
  nothingToTakeBack: 'Nie ma czego cofać: żadne przełączanie nie trwa.',
  paused:
    /^⏸️ Pauza na 30m, do \d{4}-\d\d-\d\d \d\d:\d\d UTC: nic samo się nie przełącza ani nie naprawia\. Na pytania odpowiada jak dotąd ten rdzeń, który może\. Kończy ją `!resume`\.$/,
  pauseUsage: 'Podaj, na jak długo, na przykład `!pause 30m` albo `!pause 2h`; najwyżej 7d.',
  resumed: '▶️ Koniec pauzy: znów sam przełączam i naprawiam.',
  notPaused: 'Nie ma pauzy.',
  maintenanceOn:
    '🔧 Rdzeń 2 jest w konserwacji przez 2h: nie dostaje pracy i nie jest naprawiany. Kończy to `!maintenance 2 off`.',
  maintenanceOff: 'Rdzeń 2 wrócił z konserwacji i będzie używany, gdy tylko będzie gotowy.',
  notInMaintenance: 'Rdzeń 2 nie jest w konserwacji.',
  maintenanceUsage: 'Użyj `!maintenance <rdzeń> 2h` albo `!maintenance <rdzeń> off`. Dostępne rdzenie: 1, 2.',
  durationOf2: 'Podaj, na jak długo, na przykład `!maintenance 2 30m` albo `!maintenance 2 2h`; najwyżej 7d.',
  noStandIn:
    'Rdzenia 1 nie można teraz odłączyć: żaden inny nie jest gotowy przejąć pracy. Kiedy będzie, pokaże `!status`.',
};

describe.each([
  ['en', ENGLISH],
  ['pl', POLISH],
] as const)('operating the cluster from the chat, in %s', (language, words) => {
  let sut: InProcessRdzen;
  let room: ChatRoom;
  /** Another one for each test: what one person may say in one room is rationed. */
  let root: FakePerson;
  let count = 0;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    room = sut.chat.channel('operations');
    await sut.app.get(RoomRegistry).setLanguage(room.id, language);
  });
  beforeEach(async () => {
    const username = `root${++count}`;
    root = { id: `${username}-id`, username };
    sut.chat.roles.set('admin', [root.id]);
    await sut.settled();
  });
  afterAll(() => sut?.stop());

  const say = (text: string): Promise<string> => sut.answerTo(sut.say(root, room, text));
  const everything = async () => [
    (await sut.ask('GET', '/api/v1/cores')).text,
    (await sut.ask('GET', '/api/v1/failover')).text,
  ];
  /** A refused command must have changed nothing. */
  const refused = async (command: string, answer: string | RegExp): Promise<void> => {
    const before = await everything();
    const said = await say(command);
    if (typeof answer === 'string') expect(said).toBe(answer);
    else expect(said).toMatch(answer);
    expect(await everything()).toEqual(before);
  };
  const conditions = async (path: string): Promise<{ kind: string; by: string }[]> =>
    (await sut.ask('GET', path)).body.conditions as { kind: string; by: string }[];

  describe('!switch', () => {
    it('switches, and says who asked in the history', async () => {
      expect(await say('!switch 2')).toBe(words.switched);
      const { text } = await sut.ask('GET', '/api/v1/failover/history?limit=1');
      expect(JSON.parse(text)).toMatchObject([{ from: 1, to: 2, by: `chat:${root.id}`, cause: 'asked for' }]);
    });

    it('to the active core, an unknown one, or one that cannot take over changes nothing', async () => {
      await refused('!switch 1', words.already);
      await refused('!switch 9', words.noCore);
      await sut.ask('POST', '/api/v1/cores/2/drain', { body: {} });
      await refused('!switch 2', words.drained);
      await sut.ask('POST', '/api/v1/cores/2/maintenance', { body: { ttl: '1m' } });
      await refused('!switch 2', words.maintained);
      await sut.ask('DELETE', '/api/v1/cores/2/drain');
      await sut.ask('DELETE', '/api/v1/cores/2/maintenance');
      await sut.fall(2);
      await refused('!switch 2', words.down);
    });

    it.each(['', 'two', '-2', '1.5', '2 now', '1e0', '0x2', '99999999999'])('%j is no core', (given) =>
      refused(`!switch ${given}`, words.usage),
    );

    it('lets answers finish, is refused a second time meanwhile, and is taken back', async () => {
      const question = await sut.longAnswer(ANN);
      const asked = sut.cores.asked.length;
      expect(await say('!switch 2')).toBe(words.switched);
      await refused('!switch 1', words.busy);
      await refused('!maintenance 2 1m', words.busy);
      expect(await say('!switch cancel')).toBe(words.takenBack);
      expect(await sut.status()).toMatchObject({ active_core: 1 });
      await refused('!switch cancel', words.nothingToTakeBack);
      expect(await sut.answerTo(question)).toMatch(/^word0 .* word59$/);
      expect(sut.cores.asked).toHaveLength(asked);
    });

    it('is not taken back to a core that is wanted for something else', async () => {
      await sut.longAnswer(ANN);
      await say('!switch 2');
      await sut.ask('POST', '/api/v1/cores/1/maintenance', { body: { ttl: '1m' } });
      await refused('!switch cancel', words.maintained.replaceAll('2', '1'));
    });
  });

  describe('!pause and !resume', () => {
    it('keep a dead core active for a while, while questions are answered', async () => {
      expect(await say('!pause 30m')).toMatch(words.paused);
      expect(await conditions('/api/v1/failover')).toMatchObject([{ kind: 'paused', by: `chat:${root.id}` }]);
      await sut.fall(1);
      expect(await sut.answerTo(sut.say(ANN, sut.chat.direct(ANN), 'Hello?'))).toBe('You said: Hello?');
      expect(await sut.status()).toMatchObject({ mode: 'PAUSED', active_core: 1 });
      expect(await say('!resume')).toBe(words.resumed);
      await eventually(
        () => sut.status(),
        ({ active_core: active }) => active === 2,
        5_000,
        'the dead core is left',
      );
    });

    it.each(['', '30', 'forever', '0m', '-5m', '8d', '999999d', '1h forever', '1.5h'])(
      '!pause %j is refused',
      (given) => refused(`!pause ${given}`, words.pauseUsage),
    );

    it('!resume says so where there is no pause', () => refused('!resume', words.notPaused));
  });

  describe('!maintenance', () => {
    it('leaves a core alone for a while, and takes it back', async () => {
      expect(await say('!maintenance 2 2h')).toBe(words.maintenanceOn);
      expect(await conditions('/api/v1/cores/2')).toMatchObject([
        { kind: 'maintenance', by: `chat:${root.id}` },
      ]);
      expect(await say('!maintenance 2 off')).toBe(words.maintenanceOff);
      await refused('!maintenance 2 off', words.notInMaintenance);
    });

    it('of the active core has another one take over first', async () => {
      expect(await say('!maintenance 1 2h')).toBe(words.maintenanceOn.replaceAll(/\b2\b/g, '1'));
      expect(await sut.status()).toMatchObject({ active_core: 2 });
    });

    it('is refused where no other core could take over', async () => {
      await sut.fall(2);
      await refused('!maintenance 1 2h', words.noStandIn);
    });

    it.each([
      ['9 2h', words.noCore],
      ['9 off', words.noCore],
      ['', words.maintenanceUsage],
      ['2', words.maintenanceUsage],
      ['two 2h', words.maintenanceUsage],
      ['off 2', words.maintenanceUsage],
      ['2 forever', words.durationOf2],
      ['2 0m', words.durationOf2],
      ['2 8d', words.durationOf2],
      ['2 off now', words.durationOf2],
    ])('%j is refused', (given, answer) => refused(`!maintenance ${given}`, answer));
  });
});
