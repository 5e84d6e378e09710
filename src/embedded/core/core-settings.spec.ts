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
});
