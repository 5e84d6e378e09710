import { Logger } from '@nestjs/common';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { ContainerEngine, ContainerSpec } from '../containers/container-engine';
import type { Preparing } from '../built-in-engine/preparing';
import { CoreRegistry } from '../core-registry/core-registry';
import type { CoreDefinition } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { EngineProvider, type EngineSource } from './engine-provider.service';

const embedded = (id: number): CoreDefinition => ({
  id,
  kind: 'engine',
  url: `http://127.0.0.1:${id}`,
  container: `core${id}`,
  host: 'this machine',
  slots: 1,
});
const unavailable = Object.assign(new Error('x'), { reason: 'There is no network.', remedy: 'Connect it.' });

describe(EngineProvider.name, () => {
  let store: LibsqlStore;
  let logged: string[];
  let warned: string[];

  beforeEach(async () => {
    store = await memoryStore();
    logged = [];
    warned = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((text: unknown) => void warned.push(String(text)));
    jest.spyOn(Logger.prototype, 'log').mockImplementation((text: unknown) => void logged.push(String(text)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
  });

  async function provider(cores: CoreDefinition[] = [embedded(1), embedded(2)]) {
    const bus = new EventBus();
    const clock = new VirtualClock();
    const registry = new CoreRegistry(store, bus, clock);
    await registry.open(cores, 1);
    const profile = new ModelProfile('smollm2:135m', {});
    const did: string[] = [];
    const specs: ContainerSpec[] = [];
    const containers = {
      stop: async (name: string, graceMs: number) => void did.push(`stop ${name} ${graceMs}`),
      start: async (spec: ContainerSpec) => {
        did.push(`start ${spec.name}`);
        specs.push(spec);
      },
      create: async (spec: ContainerSpec) => void did.push(`create ${spec.name}`),
    };
    const events: string[] = [];
    bus.on('core.model-arrived', () => void events.push('arrived'));
    bus.on('engine.unavailable', ({ reason }) => void events.push(reason));
    const sut = new EngineProvider(registry, profile, containers as unknown as ContainerEngine, bus, clock);
    const run = async (source: EngineSource['provide'], ms = 60_000): Promise<void> => {
      sut.start({ provide: source });
      await clock.advance(ms);
    };
    return { sut, run, registry, profile, did, specs, events, clock };
  }

  it('shows how far it is all the time, and tells it in the log at every step and every second and a half', async () => {
    const { run, registry, clock, events, did } = await provider();
    const shown: (Preparing | undefined)[] = [];
    await run(async (report) => {
      shown.push(registry.preparation.preparing);
      report({ step: 'engine', detail: 'installing' });
      for (let second = 0; second < 4; second += 0.5) {
        report({ step: 'model', detail: 'fetching', receivedBytes: second * 1e6, totalBytes: 4e6 });
        shown.push(registry.preparation.preparing);
        await clock.sleep(500);
      }
      return { remarks: ['it was slow'] };
    });
    expect(shown[0]).toMatchObject({ step: 'checking' });
    expect(shown.at(-1)).toMatchObject({ receivedBytes: 3.5e6 });
    expect(logged).toEqual([
      'installing',
      'fetching: 0 % (0 of 4 MB)',
      'fetching: 37 % (2 of 4 MB)',
      'fetching: 75 % (3 of 4 MB)',
      'The built-in engine and the model smollm2:135m are here',
      'loading the model',
    ]);
    expect(registry.preparation).toEqual({ preparing: undefined, problem: undefined });
    expect(warned).toEqual(['it was slow']);
    expect(events).toEqual(['arrived']);
    expect(did).toEqual([]);
  });

  it('lets stand-ins take over where it cannot be had, and keeps cause and remedy', async () => {
    const { run, registry, profile, did, specs, events } = await provider();
    await run(() => Promise.reject(unavailable));
    expect(registry.preparation).toEqual({
      preparing: undefined,
      problem: { reason: 'There is no network.', remedy: 'Connect it.' },
    });
    expect(did.sort()).toEqual(['start core1', 'start core2', 'stop core1 0', 'stop core2 0']);
    expect(specs[0]).toMatchObject({
      image: 'core',
      restart: 'always',
      env: { CORE_BRAIN: 'scripted', CORE_MODEL: 'scripted' },
    });
    expect(registry.all().map(({ kind }) => kind)).toEqual(['scripted', 'scripted']);
    expect(profile.model).toBe('scripted');
    expect(events).toEqual(['There is no network.']);
  });

  it('does not start the stand-in of a core that an administrator stopped', async () => {
    const { run, registry, did } = await provider();
    await registry.holds.set(2, 'stopped', { by: 'api:key1', reason: 'asked for' });
    await run(() => Promise.reject(unavailable));
    expect(did.sort()).toEqual(['create core2', 'start core1', 'stop core1 0', 'stop core2 0']);
  });

  it('keeps the name of the model beside external cores, which may serve it all the same', async () => {
    const external: CoreDefinition = { id: 1, kind: 'external', url: 'http://far', host: 'far', slots: 1 };
    const { run, profile, did, specs } = await provider([external, embedded(2)]);
    await run(() => Promise.reject(unavailable));
    expect(profile.model).toBe('smollm2:135m');
    expect(did).toEqual(['stop core2 0', 'start core2']);
    expect(specs[0]?.env).toMatchObject({ CORE_MODEL: 'smollm2:135m' });
  });

  it('takes an error nobody foresaw for a reason as well', async () => {
    const { run, registry } = await provider();
    await run(() => Promise.reject(new Error('boom')));
    expect(registry.preparation.problem).toEqual({
      reason: expect.stringContaining('boom'),
      remedy: expect.stringContaining('Start again'),
    });
  });

  it('ends at once when it is stopped, and replaces nothing', async () => {
    const { sut, run, did, registry } = await provider();
    await run(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(unavailable), { once: true });
        }),
      10,
    );
    await sut.stop();
    expect(did).toEqual([]);
    expect(registry.preparation.problem).toBeUndefined();
  });
});
