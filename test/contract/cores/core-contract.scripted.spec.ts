import { describeCoreContract } from './core-contract';
import { CoreProcess } from './core-process';

const TRAITS = {
  ...{ exact: true, renders: true, hasRunner: false, embeds: false, keepsFormat: false },
  callsTools: true,
};

describeCoreContract('scripted core', TRAITS, async () => {
  const core = await CoreProcess.start({ CORE_TOKENS_PER_SECOND: '150' });
  return {
    url: core.url,
    model: 'scripted:latest',
    signal: (name) => core.signal(name),
    signalRunner: async (name) => core.signal(name),
    restart: () => core.restart(),
    close: () => core.close(),
  };
});
