import type { ServiceValues, ServiceWords } from './service-texts';

const STATE: Record<ServiceValues['state'], string> = {
  starting: 'uruchamia się',
  healthy: 'działa',
  unhealthy: 'nie działa dobrze',
  waiting: 'zaraz zostanie uruchomiona ponownie',
  'given-up': 'wstrzymana, bo kończyła się raz po raz; próba ponownie co pół godziny',
  stopped: 'nie działa',
};

export const SERVICE_PL: ServiceWords = {
  canary: '🐤 kanarek: musi działać bez zarzutu przez dobę',
  right: '- jest usługą: działa cały czas, dla komponentów, które ją wymieniają i na które wydano zgodę',
  reach: 'żaden; kto z niej korzysta, jest w jej własnej sieci',
  changed: ({ title, version, reason }) => ({
    canary: `🐤 Usługa ${title} ${version} jest zainstalowana i uruchamia się. Po dobie bez zarzutu zostaje; można już instalować komponenty, które z niej korzystają.`,
    'upgrade-canary': `🐤 Usługa ${title} ${version} działa obok poprzedniej wersji, na kopii jej danych, i nikt z niej jeszcze nie korzysta. Po dobie bez zarzutu ją zastąpi.`,
    active: `✅ Usługa ${title} ${version} zostaje (${reason}).`,
  }),
  health: ({ state, problem, restarts }) =>
    `${STATE[state]}${restarts === 0 ? '' : `, ponowne uruchomienia: ${restarts}`}${state === 'healthy' || problem === undefined ? '' : `: ${problem}`}`,
  usedBy: (components) =>
    `korzystają z niej: ${components.length === 0 ? 'nikt' : components.map((name) => `\`${name}\``).join(', ')}`,
  missedBy: (components) =>
    `⚠️ wywołania ${components.map((name) => `\`${name}\``).join(', ')} będą się nie udawać, dopóki nie zostanie znów zainstalowana`,
  uses: (services) => `${services.length === 1 ? 'usługa' : 'usługi'} ${services.join(', ')} na tym serwerze`,
};
