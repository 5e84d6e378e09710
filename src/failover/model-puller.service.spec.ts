import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../test/faults/process-engine/support/processes';
import { held } from '../../test/support/a-core';
import { VirtualClock } from '../../test/support/virtual-clock';
import { CorePreparation } from '../core-registry/core-preparation';
import type { CoreRegistry } from '../core-registry/core-registry';
import { ModelProfile } from '../core-registry/model-profile';
import type { StoredModel } from '../ollama/model-folder';
import type { OllamaApi, PullProgress } from '../ollama/ollama-api';
import { EventBus } from '../events/event-bus';
import { OllamaError } from '../ollama/ollama-error';
import { ModelPuller } from './model-puller.service';
import { ModelBringer } from './repair/model-bringer';

describe(ModelPuller.name, () => {
  const url = 'http://127.0.0.1:1';
  function puller(pull: (signal?: AbortSignal) => AsyncIterable<PullProgress>, stopped: number[] = []) {
    const cores = ['ollama', 'ollama', 'external'].map((kind, index) => ({
      id: index + 1,
      kind,
      url: `http://127.0.0.1:${index + 1}`,
      conditions: stopped.includes(index + 1) ? held('stopped') : held(),
    }));
    const warnings: [number, string | undefined][] = [];
    const preparation = new CorePreparation();
    const registry = {
      preparation,
      all: () => cores,
      get: (id: number) => cores[id - 1],
      update: (id: number, { warning }: { warning?: string }) => warnings.push([id, warning]),
    };
    const calls: string[] = [];
    const ollama = {
      imports: 0,
      importModel: async function* (at: string, _: string, { weights }: StoredModel) {
        ollama.imports++;
        const text = await weights[0]!.open().toArray();
        calls.push(`import ${at} ${Buffer.concat(text as Buffer[]).toString()}`);
        yield { status: 'success' };
      },
      pull: (at: string, model: string, options: { signal?: AbortSignal }) => {
        calls.push(`${at} ${model}`);
        return pull(options.signal);
      },
    };
    const clock = new VirtualClock();
    const profile = new ModelProfile('llama3.2', {});
    const sut = new ModelPuller(
      registry as unknown as CoreRegistry,
      profile,
      new ModelBringer(ollama as unknown as OllamaApi, profile, registry as unknown as CoreRegistry),
      new EventBus(),
      clock,
    );
    return { sut, clock, warnings, calls, preparation, cores, ollama };
  }

  it('fetches once for all our cores, tells the progress every two seconds, and clears it', async () => {
    const { sut, clock, warnings, calls, preparation } = puller(async function* () {
      for (let step = 0; step <= 10; step++) {
        yield { status: 'pulling', completedBytes: step * 1e8, totalBytes: 1e9 };
        await clock.sleep(1_000);
      }
    });
    sut.start([1]);
    expect(preparation.pulling).toBe(true);
    await clock.advance(12_000);
    expect(preparation.pulling).toBeUndefined();
    await sut.stop();
    expect(calls).toEqual([`${url} llama3.2`]);
    const told = warnings.filter(([id]) => id === 1).map(([, warning]) => warning);
    expect(told[0]).toBe('fetching the model: 0 % (0 of 1000 MB)');
    expect(told).toContain('fetching the model: 60 % (600 of 1000 MB)');
    expect(told.length).toBeLessThan(10);
    expect(told.at(-1)).toBeUndefined();
    expect(warnings.some(([id]) => id === 3)).toBe(false);
  });

  it('lets those who wait know how far a container is, until a core can answer', async () => {
    const seen: (number | undefined)[] = [];
    const { sut, clock, cores, preparation } = puller(async function* () {
      for (let step = 0; step <= 3; step++) {
        if (step === 2) Object.assign(cores[0]!, { state: 'ready' });
        yield { status: 'pulling', completedBytes: step * 1e8, totalBytes: 1e9 };
        await clock.sleep(2_000);
        seen.push(preparation.preparing?.receivedBytes);
      }
    });
    Object.assign(cores[2]!, { provisioned: true });
    sut.start([3]);
    await clock.advance(9_000);
    await sut.stop();
    expect(seen).toEqual([0, 1e8, undefined, undefined]);
    expect(preparation.preparing).toBeUndefined();
  });

  it('has it fetched by a core that an administrator did not stop', async () => {
    const { sut, clock, calls } = puller(
      async function* () {
        yield { status: 'success' };
      },
      [1],
    );
    sut.start([1]);
    await clock.advance(1_000);
    await sut.stop();
    expect(calls).toEqual(['http://127.0.0.1:2 llama3.2']);
  });

  it('says why it failed and tries again', async () => {
    let tries = 0;
    const { sut, clock, warnings } = puller(async function* () {
      yield { status: 'pulling manifest' };
      if (++tries === 1) throw new OllamaError('in-stream', url, 'no route to host');
    });
    sut.start([1]);
    await clock.advance(1_000);
    expect(warnings.at(-1)?.[1]).toMatch(/could not be fetched: .*no route to host/);
    await clock.advance(20_000);
    expect(tries).toBe(2);
    expect(warnings.at(-1)?.[1]).toBeUndefined();
    await sut.stop();
  });

  it('has the second container take it from the folder of the first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-models-'));
    const blob = (text: string, mediaType: string) => {
      const hex = createHash('sha256').update(text).digest('hex');
      mkdirSync(join(folder, 'blobs'), { recursive: true });
      writeFileSync(join(folder, 'blobs', `sha256-${hex}`), text);
      return { mediaType, digest: `sha256:${hex}`, size: text.length };
    };
    const { sut, clock, calls, cores, ollama, warnings } = puller(async function* () {
      const layers = [blob('weights', 'application/vnd.ollama.image.model')];
      const manifest = join(folder, 'manifests/registry.ollama.ai/library/llama3.2');
      mkdirSync(manifest, { recursive: true });
      writeFileSync(join(manifest, 'latest'), JSON.stringify({ layers }));
      yield { status: 'success' };
    });
    Object.assign(cores[1]!, { kind: 'external', provisioned: true, modelFolder: folder });
    Object.assign(cores[2]!, { provisioned: true });
    sut.start([2, 3]);
    await eventually('both have it', () => calls.length === 2 || undefined);
    await clock.advance(1_000);
    await sut.stop();
    expect(calls).toEqual(['http://127.0.0.1:2 llama3.2', 'import http://127.0.0.1:3 weights']);
    expect(ollama.imports).toBe(1);
    expect(warnings.at(-1)).toEqual([3, undefined]);
    rmSync(folder, { recursive: true });
  });

  it('ends at once when it is stopped', async () => {
    const { sut, clock } = puller((signal) => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((_, reject) =>
            signal?.addEventListener('abort', () => reject(new OllamaError('aborted', url, 'aborted')), {
              once: true,
            }),
          ),
      }),
    }));
    sut.start([1]);
    await clock.advance(1_000);
    await sut.stop();
    expect(clock.timers).toBe(0);
  });
});
