import type { AlertTexts } from './alert-texts';
import { STATES_PL } from './states';

const listed = (cores: readonly { core: number; state: string; reason: string }[]): string =>
  cores
    .map(({ core, state, reason }) => `rdzeń ${core}: ${STATES_PL[state] ?? state} (${reason})`)
    .join('; ');

export const ALERTS_PL: AlertTexts = {
  noStandby: ({ others }) =>
    `🪫 Od dwóch minut żaden inny rdzeń nie jest gotów przejąć pracy; po jeszcze jednej awarii nikt nie odpowie. ${listed(others)}. Stan rdzeni pokazuje \`!status\`.`,
  standbyCold: ({ core }) =>
    `🧊 Rdzeń ${core} przejąłby pracę bez modelu w pamięci: pierwsza odpowiedź po przełączeniu poczeka, aż się wczyta. Więcej pamięci albo mniejszy model temu zaradzi.`,
  standbyBack: ({ core, after }) =>
    `✅ Rdzeń ${core} znów stoi w rezerwie, gotów przejąć pracę (po ${after}).`,
  noCoreAnswers: ({ cores }) =>
    `🚨 Żaden rdzeń nie może odpowiedzieć. Pytania nie przepadają i czekają. ${listed(cores)}. Naprawiam dalej, co mi wolno; proszę obejrzeć rdzenie: \`!status\`.`,
  coresAnswerAgain: ({ core, after }) =>
    `✅ Rdzeń ${core} znów może odpowiadać (po ${after}); na czekające pytania odpowiadam po kolei.`,
  coreOutOfMemory: ({ core }) =>
    `💥 Rdzeń ${core} został zakończony, bo zajął za dużo pamięci. Przy tym samym obciążeniu powtórzy się to: proszę wybrać mniejszy model lub kontekst albo dać mu więcej pamięci. Mówię o tym najwyżej raz na godzinę.`,
  dockerSilent: ({ problem }) =>
    `🐳 Docker nie odpowiada od 30 s: rdzenie są pilnowane i przełączane jak zawsze, ale nic nie jest naprawiane ani restartowane, a komponenty i próby nie działają. ${problem}`,
  dockerBack: ({ after }) => `✅ Docker znów odpowiada (po ${after}): naprawy i komponenty znów działają.`,
  chatWasSilent: ({ duration }) =>
    `🔌 Serwer czatu nie odpowiadał przez ${duration}, więc nie mogłem nikomu o tym powiedzieć. To, co było w tym czasie do powiedzenia, wysyłam teraz.`,
  journalDiskWasFull: ({ duration }) =>
    `💽 Dysk mojego dziennika był pełny przez ${duration}: nie przyjmowałem niczego nowego, a nic z tego, co przyjąłem, nie przepadło. Znów jest miejsce; proszę zadbać, żeby go nie zabrakło.`,
};
