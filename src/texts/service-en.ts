import type { ServiceValues, ServiceWords } from './service-texts';

const STATE: Record<ServiceValues['state'], string> = {
  starting: 'being started',
  healthy: 'well',
  unhealthy: 'not well',
  waiting: 'about to be started again',
  'given-up': 'given up after it ended again and again, and tried again every half hour',
  stopped: 'not running',
};

function restarted(restarts: number): string {
  if (restarts === 0) return '';
  return `, started again ${restarts === 1 ? 'once' : `${restarts} times`}`;
}

export const SERVICE_EN: ServiceWords = {
  canary: '🐤 canary: it has to be well for a day',
  right: '- is a service: it runs all the time, for the components that name it and were approved for that',
  reach: 'nothing; who uses it stands on its own network',
  changed: ({ title, version, reason }) => ({
    canary: `🐤 The service ${title} ${version} is installed and is being started. After a day in which it was well it stays; components that name it can be installed now.`,
    'upgrade-canary': `🐤 The service ${title} ${version} runs beside the version before it, on a copy of its data, and nobody uses it yet. After a day in which it was well it takes its place.`,
    active: `✅ The service ${title} ${version} stays (${reason}).`,
  }),
  health: ({ state, problem, restarts }) =>
    `${STATE[state]}${restarted(restarts)}${state === 'healthy' || problem === undefined ? '' : `: ${problem}`}`,
  usedBy: (components) =>
    `used by: ${components.length === 0 ? 'none' : components.map((name) => `\`${name}\``).join(', ')}`,
  missedBy: (components) =>
    `⚠️ calls of ${components.map((name) => `\`${name}\``).join(', ')} fail until it is installed again`,
  uses: (services) => `${services.length === 1 ? 'the service' : 'the services'} ${services.join(', ')} here`,
};
