import { Logger } from '@nestjs/common';
import { VirtualClock } from '../../test/support/virtual-clock';
import { loadSettings } from '../config/load-settings';
import type { ContainerEngine, ContainerSpec } from '../containers/container-engine';
import type { InstalledModel, OllamaApi } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { CoreLauncher, type Machine } from './core-launcher';

const installed = (name: string, sizeBytes: number): InstalledModel => ({
  name,
  sizeBytes,
  digest: name,
  family: 'llama',
  parameterSize: '1B',
  quantization: 'Q4_K_M',
});

function launcher(environment: Record<string, string>, models: InstalledModel[] = [], failures = 0) {
  const specs: ContainerSpec[] = [];
  const engine = { start: jest.fn((spec: ContainerSpec) => (specs.push(spec), Promise.resolve({}))) };
  const tags = jest.fn((url: string) =>
    failures-- > 0 ? Promise.reject(new OllamaError('refused', url, 'refused')) : Promise.resolve(models),
  );
  const clock = new VirtualClock();
  const sut = new CoreLauncher(
    loadSettings(environment),
    engine as unknown as ContainerEngine,
    { tags } as unknown as OllamaApi,
    clock,
  );
  return { sut, specs, tags, clock };
}

let port = 40_000;
const machine = (rest: Partial<Machine> = {}): Machine => ({
  ollama: '/usr/bin/ollama',
  cpus: 8,
  freeMemoryBytes: 16e9,
  ownAddresses: ['192.168.1.5'],
  freePort: () => Promise.resolve(port++),
  ...rest,
});

describe(CoreLauncher.name, () => {
  it('runs real Ollama where it is found: no tidying of the model folder, models kept, threads shared out', async () => {
    const { sut, specs } = launcher({ OLLAMA_MODELS: '/models' }, [
      installed('big', 4e9),
      installed('small:1b', 1e9),
    ]);
    const { definitions, profile, lacking } = await sut.launch(machine());
    expect(specs).toHaveLength(2);
    expect(specs[0]).toMatchObject({
      name: 'core1',
      image: 'ollama',
      restart: 'always',
      env: {
        OLLAMA_NOPRUNE: '1',
        OLLAMA_KEEP_ALIVE: '-1',
        OLLAMA_NUM_PARALLEL: '1',
        OLLAMA_MODELS: '/models',
      },
    });
    expect(new Set(definitions.map(({ url }) => url)).size).toBe(2);
    expect(profile).toMatchObject({
      model: 'small:1b',
      warmStandby: true,
      options: { num_thread: 4, num_ctx: 4096, num_predict: 1024 },
    });
    expect(lacking).toEqual([]);
  });

  it('keeps the standby cold where memory holds the model only once', async () => {
    const { sut } = launcher({}, [installed('big', 4e9)]);
    expect((await sut.launch(machine({ freeMemoryBytes: 6e9 }))).profile.warmStandby).toBe(false);
  });

  it('says that the model has to be fetched where there is none, or not the wanted one', async () => {
    expect(await launcher({}).sut.launch(machine())).toMatchObject({
      lacking: [1],
      profile: { model: 'llama3.2' },
    });
    const other = launcher({ RDZEN_MODEL: 'qwen3' }, [installed('small:1b', 1e9)]);
    expect(await other.sut.launch(machine())).toMatchObject({
      lacking: [1],
      profile: { model: 'qwen3' },
    });
  });

  it('finds an untagged model under its full name', async () => {
    const { sut } = launcher({ RDZEN_MODEL: 'small' }, [installed('small:latest', 1e9)]);
    expect(await sut.launch(machine())).toMatchObject({ lacking: [] });
  });

  it('waits for an Ollama that is still coming up', async () => {
    const { sut, clock, tags } = launcher({}, [installed('small:1b', 1e9)], 3);
    const launched = sut.launch(machine());
    await clock.advance(1_000);
    expect((await launched).profile.model).toBe('small:1b');
    expect(tags).toHaveBeenCalledTimes(4);
  });

  it('falls back to scripted cores where there is no Ollama', async () => {
    const { sut, specs } = launcher({});
    const { profile, definitions, lacking } = await sut.launch(machine({ ollama: undefined }));
    expect(specs.map(({ image }) => image)).toEqual(['core', 'core']);
    expect(specs[0]?.env).toMatchObject({ CORE_BRAIN: 'scripted', CORE_MODEL: 'scripted' });
    expect(definitions[0]).toMatchObject({ kind: 'scripted', container: 'core1' });
    expect(profile.model).toBe('scripted');
    expect(lacking).toEqual([]);
  });

  describe('with the built-in engine', () => {
    const builtIn = {
      engineDir: '/data/engine/x',
      modelFile: '/data/models/x.gguf',
      modelName: 'smollm2:135m',
      ownModel: false,
      engineReady: true,
      modelReady: false,
    };
    const without = (rest: Partial<Machine> = {}): Machine =>
      machine({ ollama: undefined, builtIn, ...rest });

    it('runs it where there is no Ollama, one answer at a time, the threads shared out', async () => {
      const { sut, specs } = launcher({ RDZEN_CORE_SLOTS: '4' });
      const launched = await sut.launch(without());
      expect(launched).toMatchObject({
        builtIn,
        lacking: [],
        profile: { model: 'smollm2:135m', options: { num_thread: 4 }, warmStandby: true },
        definitions: [
          { kind: 'engine', slots: 1 },
          { kind: 'engine', slots: 1 },
        ],
      });
      expect(specs.map(({ name, image }) => [name, image])).toEqual([
        ['core1', 'core'],
        ['core2', 'core'],
      ]);
      expect(specs[0]?.env).toEqual({
        PORT: new URL(launched.definitions[0]?.url ?? '').port,
        HOST: '127.0.0.1',
        CORE_NAME: 'core1',
        CORE_BRAIN: 'engine',
        CORE_MODEL: 'smollm2:135m',
        CORE_ENGINE_DIR: '/data/engine/x',
        CORE_MODEL_FILE: '/data/models/x.gguf',
        CORE_THREADS: '4',
      });
    });

    it('prefers Ollama unless it was asked for', async () => {
      const auto = launcher({}, [installed('small:1b', 1e9)]);
      expect((await auto.sut.launch(machine({ builtIn }))).definitions[0]?.kind).toBe('ollama');
      const asked = launcher({ RDZEN_CORE: 'engine' });
      expect((await asked.sut.launch(machine({ builtIn }))).definitions[0]?.kind).toBe('engine');
    });

    it.each([
      [2, 2, undefined, 1],
      [8, 2, '3', 3],
      [8, 2, '64', 4],
      [2, 4, undefined, 1],
      [6, 1, undefined, 6],
    ])(
      'on %i processors gives each of %i cores, asked for %s, %i threads',
      async (cpus, cores, asked, threads) => {
        const environment = { RDZEN_CORES: String(cores), ...(asked ? { RDZEN_NUM_THREAD: asked } : {}) };
        const { sut, specs } = launcher(environment);
        const { profile } = await sut.launch(without({ cpus }));
        expect(profile.options.num_thread).toBe(threads);
        expect(specs.map(({ env }) => env?.CORE_THREADS)).toEqual(Array(cores).fill(String(threads)));
      },
    );

    it('keeps the standby cold where memory holds the model only once', async () => {
      jest.spyOn(Logger.prototype, 'warn').mockReturnValueOnce(undefined);
      const large = { ...builtIn, modelReady: true, sizeBytes: 8e9, sha256: 'ab', ownModel: true };
      const { sut, specs } = launcher({});
      expect((await sut.launch(without({ builtIn: large }))).profile.warmStandby).toBe(false);
      expect(specs[0]?.env).toMatchObject({ CORE_MODEL_SHA256: 'ab', CORE_MODEL_OWN: '1' });
    });
  });

  it('leaves external cores alone, and mixes them with embedded ones', async () => {
    const { sut, specs } = launcher({
      OLLAMA_URL_CORE1: 'http://10.0.0.11:11434',
      RDZEN_CORE: 'scripted',
      RDZEN_MODEL: 'llama3.2',
    });
    const { definitions } = await sut.launch(machine());
    expect(specs.map(({ name }) => name)).toEqual(['core2']);
    expect(definitions[0]).toEqual({
      id: 1,
      kind: 'external',
      url: 'http://10.0.0.11:11434',
      host: '10.0.0.11',
      slots: 1,
    });
    expect(definitions[1]).toMatchObject({ id: 2, kind: 'scripted' });
  });

  describe('beside cores that others run', () => {
    const FAR = { OLLAMA_URL_CORE1: 'http://far-a:1', OLLAMA_URL_CORE2: 'http://far-b:1' };
    let warn: jest.SpyInstance;
    beforeEach(() => {
      warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
      jest.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    });
    afterEach(() => jest.restoreAllMocks());

    /** What each address has installed; a missing one does not answer. */
    const answering = (environment: Record<string, string>, models: Record<string, InstalledModel[]>) => {
      const made = launcher(environment);
      made.tags.mockImplementation((url) =>
        models[url] ? Promise.resolve(models[url]) : Promise.reject(new OllamaError('refused', url, 'no')),
      );
      return made;
    };

    it('takes the smallest model that all of them have, and asks nobody where it is named', async () => {
      const models = {
        'http://far-a:1': [installed('a', 1e9), installed('both', 2e9)],
        'http://far-b:1': [installed('both', 2e9), installed('b', 1e9)],
      };
      const { profile, lacking } = await answering(FAR, models).sut.launch(machine());
      expect({ model: profile.model, lacking, options: profile.options }).toEqual({
        model: 'both',
        lacking: [],
        options: { num_ctx: 4096, num_predict: 1024 },
      });
      const named = answering({ ...FAR, RDZEN_MODEL: 'x' }, {});
      expect((await named.sut.launch(machine())).profile.model).toBe('x');
      expect(named.tags).not.toHaveBeenCalled();
    });

    it('refuses to guess where they have none in common, and says what each has', async () => {
      const models = { 'http://far-a:1': [installed('a', 1e9)], 'http://far-b:1': [] };
      await expect(answering(FAR, models).sut.launch(machine())).rejects.toMatchObject({
        code: 'SETTING_INVALID',
        message: expect.stringMatching(/core 1 has a; core 2 has none.*Set RDZEN_MODEL/),
      });
    });

    it('warns after 2 s without an answer; a scripted core serves the settled model', async () => {
      const { sut, specs, clock } = answering({ ...FAR, RDZEN_CORE: 'scripted', RDZEN_CORES: '3' }, {});
      const launched = sut.launch(machine());
      await clock.advance(2_100);
      expect((await launched).profile.model).toBe('llama3.2');
      expect(specs[0]?.env).toMatchObject({ CORE_MODEL: 'llama3.2' });
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/settled without core 1 and 2.*RDZEN_MODEL/));
      expect(clock.timers).toBe(0);
    });

    describe('in containers', () => {
      const CONTAINERS = {
        RDZEN_PROFILE: 'docker',
        ROCKETCHAT_URL: 'http://chat:3000',
        ROCKETCHAT_PASSWORD: 'x',
        OLLAMA_URL_CORE1: 'http://core1:11434',
        OLLAMA_URL_CORE2: 'http://core2:11434',
        RDZEN_CONTAINER_CORE1: 'rdzen-core1-1',
        RDZEN_CONTAINER_CORE2: 'rdzen-core2-1',
        RDZEN_MODELS_CORE1: '/models/core1',
      };

      it('knows their containers and models, and shares the threads out: they compute on one machine', async () => {
        const models = { 'http://core1:11434': [], 'http://core2:11434': [] };
        const launched = await answering({ ...CONTAINERS, RDZEN_MODEL: 'm' }, models).sut.launch(machine());
        expect(launched.definitions).toEqual([
          expect.objectContaining({
            kind: 'external',
            container: 'rdzen-core1-1',
            modelFolder: '/models/core1',
            provisioned: true,
          }),
          expect.objectContaining({ container: 'rdzen-core2-1', provisioned: true }),
        ]);
        expect(launched.profile.options.num_thread).toBe(4);
      });

      it('has the model brought to those that lack it, and to nobody who did not say so', async () => {
        const models = { 'http://core1:11434': [installed('m:latest', 1e9)], 'http://core2:11434': [] };
        const both = await answering({ ...CONTAINERS, RDZEN_MODEL: 'm' }, models).sut.launch(machine());
        expect(both.lacking).toEqual([2]);
        const { sut, clock } = answering({ ...CONTAINERS, RDZEN_MODEL: 'm' }, { 'http://core1:11434': [] });
        const launched = sut.launch(machine());
        await clock.advance(2_100);
        expect((await launched).lacking).toEqual([1]);
      });

      it('settles on the usual model where none is named and none is there', async () => {
        const models = { 'http://core1:11434': [], 'http://core2:11434': [] };
        expect(await answering(CONTAINERS, models).sut.launch(machine())).toMatchObject({
          lacking: [1, 2],
          profile: { model: 'llama3.2' },
        });
      });
    });

    it('fetches for our own cores what the external one has', async () => {
      const { sut, tags } = answering({ OLLAMA_URL_CORE1: 'http://far-a:1' }, {});
      tags.mockImplementation((url) =>
        Promise.resolve(url === 'http://far-a:1' ? [installed('far', 1e9)] : []),
      );
      expect(await sut.launch(machine())).toMatchObject({ lacking: [2], profile: { model: 'far' } });
    });

    it('shares the threads out with external cores on this machine', async () => {
      const near = { OLLAMA_URL_CORE1: 'http://localhost:1', OLLAMA_URL_CORE2: 'http://192.168.1.5:2' };
      const { definitions, profile } = await launcher({ ...near, RDZEN_MODEL: 'x' }).sut.launch(machine());
      expect(definitions.map(({ host }) => host)).toEqual(['this machine', 'this machine']);
      expect(profile.options.num_thread).toBe(4);
      const wanted = launcher({ ...near, RDZEN_MODEL: 'x', RDZEN_NUM_THREAD: '3' });
      expect((await wanted.sut.launch(machine())).profile.options.num_thread).toBe(3);
      expect(warn).not.toHaveBeenCalled();
    });

    it('asks for RDZEN_NUM_THREAD once where they share another machine', async () => {
      const shared = { OLLAMA_URL_CORE1: 'http://far:1', OLLAMA_URL_CORE2: 'http://far:2', RDZEN_MODEL: 'x' };
      const { profile } = await launcher(shared).sut.launch(machine());
      expect(profile.options).not.toHaveProperty('num_thread');
      expect(warn.mock.calls).toEqual([[expect.stringMatching(/processors of far,.*RDZEN_NUM_THREAD/)]]);
      await launcher({ ...shared, RDZEN_NUM_THREAD: '2' }).sut.launch(machine());
      expect(warn).toHaveBeenCalledTimes(1);
    });

    it('takes silence of our own Ollama for silence, not for an empty folder', async () => {
      const { sut, clock, tags } = answering({}, {});
      const log = jest.spyOn(Logger.prototype, 'log');
      const launched = sut.launch(machine());
      await clock.advance(2_900);
      expect(log).not.toHaveBeenCalled();
      await clock.advance(17_200);
      expect(await launched).toMatchObject({
        lacking: [],
        profile: { model: 'llama3.2', warmStandby: true },
      });
      expect(log.mock.calls).toEqual([[expect.stringMatching(/Waiting for the Ollama of core 1/)]]);
      expect(new Set(tags.mock.calls.map(([url]) => url)).size).toBe(1);
      expect(clock.timers).toBe(0);
    });
  });
});
