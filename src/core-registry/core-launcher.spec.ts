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
  freePort: () => Promise.resolve(port++),
  ...rest,
});

describe(CoreLauncher.name, () => {
  it('runs real Ollama where it is found: no tidying of the model folder, models kept, threads shared out', async () => {
    const { sut, specs } = launcher({ OLLAMA_MODELS: '/models' }, [
      installed('big', 4e9),
      installed('small:1b', 1e9),
    ]);
    const { definitions, profile, missingModel } = await sut.launch(machine());
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
    expect(missingModel).toBe(false);
  });

  it('keeps the standby cold where memory holds the model only once', async () => {
    const { sut } = launcher({}, [installed('big', 4e9)]);
    expect((await sut.launch(machine({ freeMemoryBytes: 6e9 }))).profile.warmStandby).toBe(false);
  });

  it('says that the model has to be fetched where there is none, or not the wanted one', async () => {
    expect(await launcher({}).sut.launch(machine())).toMatchObject({
      missingModel: true,
      profile: { model: 'llama3.2' },
    });
    const other = launcher({ RDZEN_MODEL: 'qwen3' }, [installed('small:1b', 1e9)]);
    expect(await other.sut.launch(machine())).toMatchObject({
      missingModel: true,
      profile: { model: 'qwen3' },
    });
  });

  it('finds an untagged model under its full name', async () => {
    const { sut } = launcher({ RDZEN_MODEL: 'small' }, [installed('small:latest', 1e9)]);
    expect(await sut.launch(machine())).toMatchObject({ missingModel: false });
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
    const { profile, definitions, missingModel } = await sut.launch(machine({ ollama: undefined }));
    expect(specs.map(({ image }) => image)).toEqual(['core', 'core']);
    expect(specs[0]?.env).toMatchObject({ CORE_BRAIN: 'scripted', CORE_MODEL: 'scripted' });
    expect(definitions[0]).toMatchObject({ kind: 'scripted', container: 'core1' });
    expect(profile.model).toBe('scripted');
    expect(missingModel).toBe(false);
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
});
