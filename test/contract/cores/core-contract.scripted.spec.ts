import { describeCoreContract } from './core-contract';
import { ScriptedCoreProcess } from './scripted-core-process';

describeCoreContract('scripted core', { exact: true, renders: true, hasRunner: false }, async () => {
  const core = await ScriptedCoreProcess.start({ CORE_TOKENS_PER_SECOND: '150' });
  return {
    url: core.url,
    model: 'scripted:latest',
    signal: (name) => core.signal(name),
    signalRunner: async (name) => core.signal(name),
    restart: () => core.restart(),
    close: () => core.close(),
  };
});
