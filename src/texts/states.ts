/** How people are told of a core's state and conditions. */
export const STATES_EN: Record<string, string> = {
  unknown: 'not checked yet',
  starting: 'starting',
  warming: 'warming up',
  ready: 'ready',
  suspect: 'doubtful',
  down: 'down',
  degraded: 'slow',
  repairing: 'being repaired',
  failed: 'broken; repairs did not help',
  quarantined: 'quarantined',
  draining: 'gets no new work',
  maintenance: 'in maintenance',
  stopped: 'stopped by an administrator',
};

export const STATES_PL: Record<string, string> = {
  unknown: 'jeszcze niesprawdzony',
  starting: 'uruchamia się',
  warming: 'rozgrzewa się',
  ready: 'gotowy',
  suspect: 'niepewny',
  down: 'nie działa',
  degraded: 'powolny',
  repairing: 'w naprawie',
  failed: 'zepsuty; naprawy nie pomogły',
  quarantined: 'w kwarantannie',
  draining: 'bez nowej pracy',
  maintenance: 'w konserwacji',
  stopped: 'zatrzymany przez administratora',
};
