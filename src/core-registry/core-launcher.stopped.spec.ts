import { Logger } from '@nestjs/common';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { loadSettings } from '../config/load-settings';
import type { ContainerEngine, ContainerSpec } from '../containers/container-engine';
import { EventBus } from '../events/event-bus';
import type { OllamaApi } from '../ollama/ollama-api';
import { CoreLauncher, type Machine } from './core-launcher';
import { Holds, stoppedCores } from './holds';

describe(`${CoreLauncher.name}, with a core that an administrator stopped`, () => {
  const did: string[] = [];
  const note = (what: string) => (spec: ContainerSpec) =>
    Promise.resolve(void did.push(`${what} ${spec.name}`));
  const engine = { start: note('start'), create: note('create') };
  const tags = jest.fn((_url: string) => Promise.resolve([]));
  const builtIn = {
    engineDir: '/data/engine/x',
    modelFile: '/data/models/x.gguf',
    modelName: 'smollm2:135m',
    ownModel: false,
    engineReady: true,
    modelReady: true,
  };
  let port = 40_000;
  const machine = (rest: Partial<Machine>): Machine => ({
    cpus: 8,
    freeMemoryBytes: 16e9,
    ownAddresses: [],
    freePort: () => Promise.resolve(port++),
    ...rest,
  });

  beforeEach(() => {
    did.length = 0;
    tags.mockClear();
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['ollama', { ollama: '/usr/bin/ollama' }],
    ['engine', { builtIn }],
    ['scripted', {}],
  ])('makes one of kind %s ready to be started, and does not start or ask it', async (kind, offers) => {
    const sut = new CoreLauncher(
      loadSettings({}),
      engine as unknown as ContainerEngine,
      { tags } as unknown as OllamaApi,
      new VirtualClock(),
    );
    const { definitions } = await sut.launch(machine(offers), new Set([1]));
    expect(definitions.map((core) => core.kind)).toEqual([kind, kind]);
    expect(did.sort()).toEqual(['create core1', 'start core2']);
    expect(tags.mock.calls).toEqual(kind === 'ollama' ? [[definitions[1]?.url, expect.anything()]] : []);
    expect(Logger.prototype.warn).toHaveBeenCalledWith(expect.stringMatching(/^core1 stays stopped/));
  });

  it('knows it from the store', async () => {
    const store = await memoryStore();
    const holds = new Holds(store, new EventBus(), new VirtualClock());
    const order = { by: 'api:key1', reason: 'asked for' };
    await holds.set(1, 'maintenance', { ...order, forMs: 60_000 });
    await holds.set(2, 'stopped', order);
    await holds.set(3, 'stopped', order);
    await holds.lift(3, 'stopped', 'api:key1', 'asked for');
    expect([...(await stoppedCores(store))]).toEqual([2]);
    await store.close();
  });
});
