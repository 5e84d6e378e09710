import type { ReportWords } from './report-text';

export const REPORT_PL: ReportWords = {
  locale: 'pl',
  title: (period) => `Ostatnie ${period}`,
  titleSince: (period, since) => `Ostatnie ${period}; pamiętam to, co było od ${since}`,
  alwaysAnswered: 'zawsze któryś rdzeń mógł odpowiadać',
  alwaysWithStandIn: 'zawsze któryś rdzeń mógł odpowiadać, a inny przejąć pracę',
  blackout: (time) => `łącznie przez ${time} żaden rdzeń nie mógł odpowiadać`,
  single: (time) => `łącznie przez ${time} odpowiadać mógł jeden rdzeń, a żaden inny nie mógł przejąć pracy`,
  off: (time) => `Rdzen był wyłączony przez ${time}`,
  slow: (core, time) => `rdzeń ${core} był powolny przez ${time}`,
  noSwitches: 'bez przełączeń',
  switches: (parts) => `przełączenia: ${parts}`,
  automatic: (count) => `${count} z powodu awarii rdzenia`,
  byHand: (count) => `${count} na polecenie`,
  planned: (count) => `${count} na lepszy rdzeń`,
  causes: {
    died: 'padł proces rdzenia',
    stopped: 'zatrzymano proces rdzenia',
    paused: 'rdzeń został wstrzymany (pause)',
    'cut-off': 'rdzeń został odcięty od sieci',
    unreachable: 'rdzeń zerwał połączenie albo żadnego nie przyjął',
    silent: 'rdzeń zamilkł',
    hung: 'rdzeń odpowiadał, ale niczego nie generował',
    'model-missing': 'rdzeń nie miał modelu',
    'not-up': 'rdzeń się nie uruchomił',
    unconfigured: 'rdzeń zniknął z ustawień',
    slow: 'rdzeń zwolnił',
    preferred: 'wrócił preferowany rdzeń',
    other: 'inna przyczyna',
  },
  detected: (median, longest) =>
    `kłopot zauważono po ${median}${longest ? ` (mediana), najpóźniej po ${longest}` : ''}`,
  switched: (median, longest) =>
    `samo przełączenie trwało potem ${median}${longest ? ` (mediana), najdłużej ${longest}` : ''}`,
  longestWait: (time) => `najdłuższy postój w pisaniu odpowiedzi: ${time}`,
  noRepairs: 'bez napraw',
  repairs: (count, parts) => `naprawy: ${count} (${parts})`,
  steps: {
    unload: 'usunięcie modelu z pamięci',
    restart: 'restart',
    recreate: 'utworzenie od nowa',
    model: 'ponowne sprowadzenie modelu',
    'last-good': 'ostatnia dobra wersja',
  },
  answers: ({ given, continued, restarted, fenced }, since) =>
    `odpowiedzi${since ? ` od ${since}` : ''}: ${given}; dokończone po przerwaniu: ${continued}, zaczęte od nowa: ${restarted}, spóźnione i odrzucone: ${fenced}`,
};
