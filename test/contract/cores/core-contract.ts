import { describeAnswers } from './answers.contract';
import type { ContractContext } from './contract-context';
import { CoreClient } from './core-client';
import type { CoreTraits, CoreUnderTest } from './core-under-test';
import { describeEmbeddings } from './embeddings.contract';
import { describeFailures } from './failures.contract';
import { describeFormats } from './formats.contract';
import { describeScheduling } from './scheduling.contract';
import { describeShapes } from './shapes.contract';

/** What Rdzen relies on in every kind of core. Real Ollama is the judge of it: another core that differs is wrong. */
export function describeCoreContract(
  name: string,
  traits: CoreTraits,
  start: () => Promise<CoreUnderTest>,
): void {
  describe(`core contract: ${name}`, () => {
    let core: CoreUnderTest | undefined;
    let client: CoreClient | undefined;
    const context: ContractContext = {
      get core() {
        if (!core) throw new Error('the core is not there yet');
        return core;
      },
      get client() {
        if (!client) throw new Error('the core is not there yet');
        return client;
      },
    };

    beforeAll(async () => {
      core = await start();
      client = new CoreClient(core);
    });
    afterAll(async () => core?.close());

    describeShapes(context, traits);
    describeAnswers(context, traits);
    describeFormats(context, traits);
    describeEmbeddings(context, traits);
    describeScheduling(context);
    describeFailures(context, traits);
  });
}
