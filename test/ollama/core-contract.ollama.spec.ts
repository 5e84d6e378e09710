import { describeCoreContract } from '../contract/cores/core-contract';
import { RealOllama, rigFromEnvironment } from '../rigs/real-ollama';

const rig = rigFromEnvironment();

if (rig) {
  const traits = {
    exact: false,
    renders: false,
    hasRunner: true,
    embeds: true,
    keepsFormat: true,
    closedModel: rig.closedModel,
  };
  describeCoreContract('real Ollama', traits, async () => {
    const core = await RealOllama.start(rig);
    return {
      url: core.url,
      model: rig.model,
      signal: (name) => core.signalGroup(name),
      signalRunner: (name) => core.signalRunners(name),
      restart: async () => {
        await core.killGroup();
        await core.start();
      },
      close: () => core.close(),
    };
  });
} else {
  it.skip('core contract: real Ollama (node test/rigs/ollama.mjs makes it; RDZEN_RIG_OLLAMA names it)', () =>
    undefined);
}
