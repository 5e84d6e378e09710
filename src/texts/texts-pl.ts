import { ALERTS_PL } from './alerts-pl';
import type { Catalogue } from './catalogue';
import { COMPONENTS_PL } from './components-pl';
import { TOOLS_PL } from './tools-pl';
import { INSTALLATION_PL } from './installation-pl';
import { REPORT_PL } from './report-pl';
import { report } from './report-text';
import { rounded } from './rounded';
import { STATES_PL } from './states';
import { serviceWords, statusChatServer } from './status-text';
import { TRIAL_PL } from './trial-pl';
import { trialReport } from './trial-text';

const HELP_PL: Record<string, string> = {
  help: '`!help`: ta lista',
  status: '`!status`: rdzenie i ich stan',
  switch: '`!switch <rdzeń>`, `!switch cancel`: przełącz na inny rdzeń albo cofnij trwające przełączanie',
  pause: '`!pause 30m`: przez ten czas nic samo się nie przełącza ani nie naprawia',
  resume: '`!resume`: zakończ pauzę',
  maintenance:
    '`!maintenance <rdzeń> 2h`, `!maintenance <rdzeń> off`: zostaw rdzeń w spokoju, gdy ktoś przy nim pracuje',
  report: '`!report [24h]`: jak dobrze asystent działał',
  restart: '`!restart rocketchat|mongodb`: restartuje ten kontener',
  catalogue: '`!catalogue [słowa]`: komponenty, które można zainstalować, albo te, które pasują do słów',
  sources: '`!sources`, `!sources wczytaj`: skąd pochodzi katalog; odczytaj go na nowo',
  component: '`!component <nazwa>`: co komponent robi i co mu wolno',
  trial:
    '`!trial <nazwa>[@wersja]`, `!trial stop <id>`: sprawdź komponent z katalogu w piaskownicy albo przerwij próbę',
  trials: '`!trials`: próby w toku, czekające i ostatnie',
  allow:
    '`!allow <kod>`, `!allow <kod> thread`: zgoda na narzędzie, o które pytam, jeden raz albo na godzinę w tym wątku',
  deny: '`!deny <kod>`: brak zgody',
  install: '`!install <nazwa>[@wersja]`: poproś administratorów o komponent, który przeszedł próbę',
  approve: '`!approve <kod>`: zgódź się na to, o co pytano pod tym kodem',
  reject: '`!reject <kod> <powód>`: odmów',
  components: '`!components [nazwa]`: zainstalowane komponenty albo jeden z nich z historią',
  promote: '`!promote <nazwa>`: używaj kanarka wszędzie, zanim się sprawdzi',
  rollback: '`!rollback <nazwa> [wersja]`: wycofaj nową wersję albo wróć do zatwierdzonej wcześniej',
  config:
    '`!config <nazwa>`, `!config <nazwa> <klucz> <wartość>`: ustawienia komponentu i ich podanie, w wiadomości prywatnej',
  remove: '`!remove <nazwa>`: usuń zainstalowany komponent; z dopiskiem `dane` także jego dane',
  new: '`!new`: zapomnij, o czym tu była mowa',
  stop: '`!stop`: przerwij odpowiedź na Twoje pytanie',
  language: '`!language en|pl`: język, którym mówię w tym pokoju',
  listen:
    '`!listen all|mentions`: czy odpowiadam tu na każdą wiadomość, czy tylko wtedy, gdy ktoś mnie oznaczy',
};

const MODES_PL: Record<string, string> = {
  NORMAL: 'Wszystko działa',
  SINGLE: 'Działa tylko jeden rdzeń',
  BLACKOUT: 'Żaden rdzeń nie może odpowiedzieć',
  SWITCHING: 'Trwa przełączanie',
  PAUSED: 'Pauza: nic samo się nie przełącza ani nie naprawia',
  PINNED: 'Za dużo przełączeń: aktywny rdzeń na razie się nie zmienia',
  TILT: 'Zegarowi tej maszyny nie można teraz ufać',
};

const KINDS_PL: Record<string, string> = {
  ollama: 'Ollama',
  engine: 'silnik wbudowany',
  scripted: 'skryptowy',
  external: 'zewnętrzny',
};

export const PL: Catalogue = {
  ...ALERTS_PL,
  ...COMPONENTS_PL,
  ...TOOLS_PL,
  ...INSTALLATION_PL,
  switched: ({ from, to }) =>
    `⚠️ Przełączono z rdzenia ${from} na rdzeń ${to}, ponieważ rdzeń ${from} zawiódł. Odpowiadam dalej.`,
  switchedByHand: ({ from, to }) => `🔀 Przełączono na polecenie z rdzenia ${from} na rdzeń ${to}.`,
  switchedFromSlow: ({ from, to }) =>
    `🐢 Przełączono z rdzenia ${from} na rdzeń ${to}, ponieważ rdzeń ${from} zwolnił. Odpowiadam dalej.`,
  switchedBack: ({ from, to }) => `🔀 Przełączono z rdzenia ${from} z powrotem na preferowany rdzeń ${to}.`,
  slowEverywhere: ({ core, pace, others }) => {
    const slow = `🐢 Rdzeń ${core} zwolnił (tokeny na sekundę: ${rounded(pace, 'pl')}, mniej niż ćwierć jego zwykłej szybkości)`;
    if (others.length === 0)
      return `${slow}, a żaden inny rdzeń nie jest gotów go zastąpić. Proszę go obejrzeć: \`!status\`.`;
    const paces = others.map((other) => `rdzeń ${other.core}: ${rounded(other.pace, 'pl')}`).join('; ');
    return `${slow}, a żaden inny nie jest choćby dwa razy szybszy (${paces}). Nie przełączam: najpewniej ich maszyna zajęta jest czymś innym. Proszę ją obejrzeć.`;
  },
  repairFailed: ({ core, reason }) =>
    `🚑 Nie udało się naprawić rdzenia ${core} (${reason}). Próbuję ponownie co pół godziny; proszę go obejrzeć. Stan rdzeni pokazuje \`!status\`.`,
  pinned: ({ core }) =>
    `📌 Za dużo przełączeń w ciągu dziesięciu minut, a teraz zawiódł też rdzeń ${core}. Na razie przestaję przełączać; na pytania nadal odpowiada ten rdzeń, który może. Proszę obejrzeć rdzenie: \`!status\`, \`!report\`. Kończy to \`!switch <rdzeń>\`.`,
  blackout: ({ waiting }) =>
    waiting === 1
      ? '⏳ W tej chwili żaden rdzeń nie może odpowiedzieć. Twoje pytanie nie przepadnie: odpowiem na nie, gdy tylko któryś wróci.'
      : `⏳ W tej chwili żaden rdzeń nie może odpowiedzieć. Pytania czekające tutaj (${waiting}) nie przepadną: odpowiem na nie po kolei, gdy tylko któryś wróci.`,
  preparing: ({ step, percent, secondsLeft, waiting }) => {
    const what = {
      engine: 'Instaluję silnik modelu językowego',
      model: 'Pobieram model językowy',
      checking: 'Sprawdzam model językowy',
    }[step];
    const done = percent === undefined ? '' : `, na razie ${Math.floor(percent)} %`;
    const left = secondsLeft === undefined ? '' : `, zostało około ${Math.max(1, Math.ceil(secondsLeft))} s`;
    const then =
      waiting === 1
        ? 'Twoje pytanie nie przepadnie: zaraz potem na nie odpowiem.'
        : `Pytania czekające tutaj (${waiting}) nie przepadną: odpowiem na nie potem po kolei.`;
    return `⏳ ${what}${done}${left}. ${then}`;
  },
  busyUser: () => 'To dużo pytań naraz. Zapytaj ponownie, gdy odpowiem na poprzednie.',
  busyLoop: ({ turns, minutes }) =>
    `To już ponad ${turns} wiadomości od Ciebie do mnie w tym pokoju w ciągu ${minutes} minut, jakby rozmawiały ze sobą dwie maszyny. Tej nie podejmuję; spróbuj ponownie za kilka minut.`,
  busyRoom: () => 'W tym pokoju czeka już zbyt wiele pytań. Zapytaj ponownie za chwilę.',
  busyAll: () => 'Czeka więcej pytań, niż zdążę wkrótce obsłużyć. Zapytaj ponownie za kilka minut.',
  tooLong: ({ characters, limit }) =>
    `Twoja wiadomość jest za długa (${characters} zn.): mogę przeczytać najwyżej ${limit} znaków. Skróć ją albo wyślij w częściach.`,
  overBudget: ({ tokens, limit }) =>
    `Twoja wiadomość zajmuje około ${tokens} tokenów, a model pomieści około ${limit}. Skróć ją, proszę.`,
  apology: () =>
    '⚠️ Nie udało mi się odpowiedzieć na to pytanie: zawiodły wszystkie próby. Pytanie nie przepadło i administrator może zlecić kolejną próbę.',
  deadLetter: ({ deaths, room, author, id }) =>
    `⚠️ Rezygnuję z pytania, od którego padają rdzenie: tyle razy rdzeń padł, pisząc odpowiedź: ${deaths}. Pokój: ${room}, autor: ${author}, wiadomość: ${id}. Pytanie nie przepadło: pokazuje je \`GET /api/v1/messages\` i tam można zlecić kolejną próbę albo je odrzucić.`,
  stopped: () => '🛑 Przerwano.',
  nothingToStop: () => 'Nie ma czego przerywać: żadne Twoje pytanie nie czeka tu na odpowiedź.',
  startedAnew: () => '🆕 Zaczynamy od nowa: zapominam, o czym tu była mowa.',
  languageSet: () => 'Od teraz mówię tu po polsku.',
  languageUsage: () => 'Użyj `!language en` (angielski) albo `!language pl` (polski).',
  languageUnknown: ({ given }) => `Nie mówię w języku „${given}”. ${PL.languageUsage()}`,
  listenAll: () => 'Od teraz odpowiadam na każdą wiadomość w tym pokoju.',
  listenMentions: () =>
    'Od teraz odpowiadam tu tylko wtedy, gdy ktoś mnie oznaczy, oraz w wątkach, w których biorę udział.',
  listenUsage: () => 'Użyj `!listen all` albo `!listen mentions`.',
  switchDone: ({ core }) => `Aktywny jest teraz rdzeń ${core}.`,
  switchAlready: ({ core }) => `Rdzeń ${core} jest już aktywny.`,
  switchBusy: ({ from, to, seconds }) =>
    `Przełączanie z rdzenia ${from} na rdzeń ${to} jeszcze trwa: odpowiedzi na rdzeniu ${from} mają do ${seconds} s na dokończenie. Poczekaj albo cofnij je poleceniem \`!switch cancel\`.`,
  switchCancelled: ({ core }) => `Cofnięto: aktywny jest rdzeń ${core}.`,
  nothingToCancel: () => 'Nie ma czego cofać: żadne przełączanie nie trwa.',
  switchOvertaken: ({ core }) =>
    `W międzyczasie nastąpiło inne przełączenie: aktywny jest rdzeń ${core}. Sprawdź \`!status\` i zdecyduj ponownie.`,
  noStandIn: ({ core }) =>
    `Rdzenia ${core} nie można teraz odłączyć: żaden inny nie jest gotowy przejąć pracy. Kiedy będzie, pokaże \`!status\`.`,
  durationUsage: ({ command, longest }) =>
    `Podaj, na jak długo, na przykład \`!${command} 30m\` albo \`!${command} 2h\`; najwyżej ${longest}.`,
  paused: ({ until, duration }) =>
    `⏸️ Pauza na ${duration}, do ${until}: nic samo się nie przełącza ani nie naprawia. Na pytania odpowiada jak dotąd ten rdzeń, który może. Kończy ją \`!resume\`.`,
  resumed: () => '▶️ Koniec pauzy: znów sam przełączam i naprawiam.',
  notPaused: () => 'Nie ma pauzy.',
  maintenanceUsage: ({ cores }) =>
    `Użyj \`!maintenance <rdzeń> 2h\` albo \`!maintenance <rdzeń> off\`. Dostępne rdzenie: ${cores}.`,
  maintenanceOn: ({ core, duration }) =>
    `🔧 Rdzeń ${core} jest w konserwacji przez ${duration}: nie dostaje pracy i nie jest naprawiany. Kończy to \`!maintenance ${core} off\`.`,
  maintenanceOff: ({ core }) =>
    `Rdzeń ${core} wrócił z konserwacji i będzie używany, gdy tylko będzie gotowy.`,
  notInMaintenance: ({ core }) => `Rdzeń ${core} nie jest w konserwacji.`,
  report: (values) => report(values, REPORT_PL),
  trialReport: (values) => trialReport(values, TRIAL_PL),
  trialBegun: ({ title, version, id, waiting }) =>
    waiting === 0
      ? `🧪 Próba ${id} komponentu ${title} ${version} rozpoczęta, w osobnej piaskownicy. Raport pojawi się w tym pokoju, zwykle w niecałą minutę. \`!trial stop ${id}\` ją przerywa.`
      : `🧪 Próba ${id} komponentu ${title} ${version} czeka w kolejce (przed nią: ${waiting}). Raport pojawi się w tym pokoju; \`!trial stop ${id}\` ją wycofuje.`,
  trialUsage: () =>
    'Podaj nazwę komponentu, a także wersję, jeśli ma być inna niż najnowsza: `!trial time-mcp` albo `!trial time-mcp@1.0.6`. `!trial stop ID` przerywa próbę. `!catalogue` pokazuje, co jest do wyboru.',
  trialRunning: ({ id, title, version, check }) =>
    `- ${id}: ${title} ${version}, w toku (${TRIAL_PL.checks[check] ?? check})`,
  trialQueued: ({ id, title, version }) => `- ${id}: ${title} ${version}, czeka`,
  trialDone: ({ id, title, version, verdict }) =>
    `- ${id}: ${title} ${version}: ${{ pass: 'próba udana', pass_with_warnings: 'próba udana, z ostrzeżeniami', fail: 'próba nieudana', inconclusive: 'nie dało się ocenić' }[verdict]}`,
  noTrials: () => 'Jeszcze nie było żadnej próby. `!trial NAZWA` rozpoczyna próbę.',
  trialStopped: ({ id }) => `Próba ${id} przerwana; nic po niej nie zostało.`,
  trialRefused: ({ name, reason }) => `Nie mogę sprawdzić \`${name}\`. ${reason}`,
  reportUsage: ({ longest }) =>
    `Użyj \`!report\`, by zobaczyć ostatnie 24h, albo podaj inny czas, na przykład \`!report 7d\`; najwyżej ${longest}.`,
  restartUsage: ({ services }) =>
    services.length === 0
      ? 'Nie ma tu niczego, co mógłbym zrestartować: w moich ustawieniach nie podano kontenera Rocket.Chata ani MongoDB.'
      : `Użyj \`!restart <usługa>\`. Usługi: ${services.join(', ')}.`,
  serviceRestartDone: ({ service }) =>
    `🔁 Zrestartowałem ${service}. Zanim znów zadziała, może minąć minuta.`,
  serviceRestartFailed: ({ service, reason }) => `Nie udało się zrestartować ${service}: ${reason}`,
  serviceRestarted: ({ service, reason }) =>
    `🔁 Z ${service} od pięciu minut było coś nie tak (${reason}), więc go zrestartowałem. Robię to najwyżej raz na pół godziny; jeśli nie pomoże, proszę go obejrzeć.`,
  chatServerUntested: ({ version, tested }) =>
    `⚠️ Rocket.Chat ma tu wersję ${version}, a mnie testowano z wersjami ${tested.replace(' to ', '–')}. Działam dalej najlepiej, jak umiem. Proszę zajrzeć do informacji o wydaniu albo zaktualizować mnie.`,
  workspaceReadOnly: () =>
    '⛔ Rocket.Chat jest tylko do odczytu: serwer nie jest zarejestrowany albo nie mógł wysłać raportu o użyciu, więc nie przyjmuje wiadomości. Odpowiedzi czekają i zostaną wysłane później. Administrator musi zarejestrować serwer (Administracja, Workspace) albo dopuścić połączenie z collector.rocket.chat; restart nic nie da.',
  workspaceReadOnlySoon: ({ days }) =>
    `⚠️ Rocket.Chat przejdzie w tryb tylko do odczytu ${days === 1 ? 'za jeden dzień' : `za ${days} dni`}: nie mógł wysłać producentowi raportu o użyciu. Administrator musi zarejestrować serwer (Administracja, Workspace) albo dopuścić połączenie z collector.rocket.chat.`,
  switchUsage: ({ cores }) => `Użyj \`!switch <rdzeń>\`. Dostępne rdzenie: ${cores}.`,
  switchNoSuchCore: ({ core, cores }) => `Nie ma rdzenia ${core}. Dostępne rdzenie: ${cores}.`,
  switchNotReady: ({ core, state }) =>
    `Rdzeń ${core} nie może teraz przejąć pracy. Jego stan: ${STATES_PL[state] ?? state}. Kiedy będzie gotowy, pokaże \`!status\`.`,
  unknownCommand: ({ given, nearest }) =>
    `Nie znam polecenia \`!${given}\`.${nearest ? ` Czy chodziło o \`!${nearest}\`?` : ''} Listę poleceń pokazuje \`!help\`.`,
  forbidden: ({ command, who }) => `Polecenie \`!${command}\` mogą wydawać tylko ${who}.`,
  whoOperator: () => 'administratorzy i operatorzy tego serwera',
  whoModerator: () => 'właściciele i moderatorzy tego pokoju',
  failed: ({ reason }) => `Nie udało się: ${reason}`,
  helpHead: () => 'Napisz do mnie w wiadomości bezpośredniej albo oznacz mnie na kanale. Polecenia:',
  helpTail: () => 'Odpowiadam nawet wtedy, gdy rdzeń zawiedzie: pracę przejmuje inny.',
  help: ({ command }) => HELP_PL[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) =>
    `**${MODES_PL[mode] ?? mode}** · epoka ${epoch} · pytania w kolejce: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- rdzeń ${id} (${KINDS_PL[kind] ?? kind}): ${active ? '**aktywny**' : 'w rezerwie'}, ${STATES_PL[state] ?? state}${detail ? ` · ${detail}` : ''}`,
  statusChatServer: (values) =>
    statusChatServer(values, {
      name: 'serwer czatu',
      notAsked: 'jeszcze nie sprawdzony',
      answers: 'odpowiada',
      silent: (since) => `**milczy** od ${since}`,
      untested: 'w wersji, z którą mnie nie testowano',
      readOnly: '**tylko do odczytu**: nie przyjmuje wiadomości',
      readOnlySoon: (days) => `tylko do odczytu ${days === 1 ? 'za jeden dzień' : `za ${days} dni`}`,
      account: (code) => `moje konto na nim nie jest takie, jak powinno (${code})`,
    }),
  statusDockerSilent: ({ since, problem }) =>
    `- Docker: **nie odpowiada** od ${since}; dopóki nie odpowie: bez napraw, restartów, prób i komponentów. ${problem}`,
  statusServices: ({ services }) =>
    `- kontenery: ${services
      .map((service) =>
        serviceWords(service, {
          well: 'działa',
          unknown: 'stan nieznany',
          unwell: '**coś jest nie tak**',
          since: (stamp) => `od ${stamp}`,
        }),
      )
      .join('; ')}`,
  lengthLimited: () => '_(odpowiedź ucięta na granicy dozwolonej długości; poproś o ciąg dalszy)_',
};
