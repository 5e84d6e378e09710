import { readCoreSettings } from './core-settings';

describe(readCoreSettings.name, () => {
  it('has defaults for everything', () => {
    expect(readCoreSettings({})).toEqual({
      name: 'core',
      host: '127.0.0.1',
      port: 0,
      model: 'scripted',
      tokensPerSecond: 30,
      exitOnStdinEof: false,
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['CORE_TOKENS_PER_SECOND', '0'],
    ['CORE_TOKENS_PER_SECOND', 'fast'],
    ['CORE_BRAIN', 'human'],
  ])('refuses %s=%s, naming both and what is allowed', (name, value) => {
    expect(() => readCoreSettings({ [name]: value })).toThrow(
      new RegExp(`${name} is "${value}"; allowed: .+`),
    );
  });

  const engine = {
    CORE_BRAIN: 'engine',
    CORE_ENGINE_DIR: '/engine',
    CORE_MODEL_FILE: '/model.gguf',
    CORE_MODEL: 'smollm2:135m',
  };

  it('reads what the engine needs, with one thread unless told otherwise', () => {
    const { engine: options } = readCoreSettings(engine);
    expect(options).toEqual({
      engineDir: '/engine',
      modelFile: '/model.gguf',
      model: 'smollm2:135m',
      threads: 1,
    });
    expect(readCoreSettings({ ...engine, CORE_THREADS: '4' }).engine?.threads).toBe(4);
    expect(readCoreSettings({ ...engine, CORE_MODEL_OWN: '1' }).engine?.ownModel).toBe(true);
    expect(readCoreSettings({})).not.toHaveProperty('engine');
  });

  it.each([
    ['CORE_ENGINE_DIR', ''],
    ['CORE_MODEL_FILE', ''],
    ['CORE_MODEL', ''],
    ['CORE_THREADS', '0'],
    ['CORE_MODEL_SHA256', 'abc'],
  ])('refuses the engine with %s=%s', (name, value) => {
    expect(() => readCoreSettings({ ...engine, [name]: value })).toThrow(
      new RegExp(`${name} is "${value}"; allowed: .+`),
    );
  });
});
