import { VirtualClock } from '../../test/support/virtual-clock';
import type { Core } from '../core-registry/core.types';
import { CorePreparation } from '../core-registry/core-preparation';
import type { CoreRegistry } from '../core-registry/core-registry';
import { ModelProfile } from '../core-registry/model-profile';
import type { GenerateRequest, OllamaApi } from '../ollama/ollama-api';
import { CoreProbes } from './core-probes';

describe(CoreProbes.name, () => {
  const core = { id: 1, url: 'http://127.0.0.1:1' } as Core;
  const never = new AbortController().signal;
  const stats = { promptTokens: 50, promptMs: 100, tokens: 1, generationMs: 10, loadMs: 0 };

  function probes(contextLength: number) {
    const prompts: string[] = [];
    const ollama = {
      tags: () => Promise.resolve([{ name: 'm:latest' }]),
      ps: () => Promise.resolve([{ name: 'm:latest', contextLength }]),
      load: () => Promise.resolve(),
      generate: async function* (_url: string, { prompt }: GenerateRequest) {
        prompts.push(prompt);
        await Promise.resolve();
        yield { done: true, text: 'ready', reason: 'length', stats };
      },
    };
    const sut = new CoreProbes(
      ollama as unknown as OllamaApi,
      new ModelProfile('m', { num_ctx: 4096 }),
      { preparation: new CorePreparation() } as CoreRegistry,
      new VirtualClock(),
    );
    return { sut, prompts };
  }

  it('asks something new each time from the first word on, so that no cached prompt makes the core look fast', async () => {
    const { sut, prompts } = probes(4096);
    for (let each = 0; each < 3; each++) expect((await sut.deep(core, never, 10_000)).ok).toBe(true);
    expect(new Set(prompts.map((prompt) => prompt.split(' ')[0])).size).toBe(3);
  });

  it('takes a smaller context than asked for as cold, until our own load gets no more either', async () => {
    const { sut } = probes(2048);
    expect(await sut.readiness(core, never)).toMatchObject({
      kind: 'cold',
      why: expect.stringContaining('2048, not 4096'),
    });
    await sut.load(core, never);
    expect(await sut.readiness(core, never)).toMatchObject({
      kind: 'resident',
      found: { contextTokens: 2048 },
    });
  });
});
