import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RdzenError } from '../shared/rdzen-error';
import { adoptedContainers, configuredCoreIds, externalCoreUrl, loadSettings } from './load-settings';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof RdzenError ? error.code : undefined;
  }
  return undefined;
}

describe(loadSettings.name, () => {
  it('has defaults for everything', () => {
    const settings = loadSettings({});
    expect(settings).toMatchObject({
      RDZEN_PORT: 5000,
      RDZEN_CHAT_PORT: 3000,
      RDZEN_LANGUAGE: 'en',
      ACTIVE_CORE_ID: 1,
    });
    expect(configuredCoreIds(settings)).toEqual([1, 2]);
  });

  it('reads secrets from files, and says what is wrong with a file without showing what it holds', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-secrets-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const chat = { ROCKETCHAT_URL: 'http://chat:3000' };
    const admin = {
      ROCKETCHAT_ADMIN_USER: 'admin',
      ROCKETCHAT_ADMIN_PASSWORD_FILE: file('admin', 'a-secret\n'),
    };
    expect(loadSettings({ ...chat, ...admin })).toMatchObject({ ROCKETCHAT_ADMIN_PASSWORD: 'a-secret' });
    const both = { ROCKETCHAT_PASSWORD: 'given', ROCKETCHAT_PASSWORD_FILE: file('bot', 'of the file') };
    expect(loadSettings({ ...chat, ...both }).ROCKETCHAT_PASSWORD).toBe('given');
    expect(() => loadSettings({ ...chat, ROCKETCHAT_PASSWORD_FILE: join(folder, 'none') })).toThrow('ENOENT');
    expect(() => loadSettings({ ...chat, ROCKETCHAT_PASSWORD_FILE: file('empty', '\n') })).toThrow(
      'is empty',
    );
    expect(() => loadSettings({ ...chat, ROCKETCHAT_PASSWORD: 'x', ROCKETCHAT_ADMIN_USER: 'admin' })).toThrow(
      'go together',
    );
    expect(() => loadSettings({ ROCKETCHAT_EMAIL: 'nobody' })).toThrow('must be a mail address');
    const registry = { RDZEN_REGISTRY_USER: 'u', RDZEN_REGISTRY_PASSWORD_FILE: file('registry', 'r-secret') };
    expect(loadSettings(registry).RDZEN_REGISTRY_PASSWORD).toBe('r-secret');
    expect(() => loadSettings({ RDZEN_REGISTRY_USER: 'u' })).toThrow('RDZEN_REGISTRY_PASSWORD (or its file)');
    rmSync(folder, { recursive: true });
  });

  it('demands in the docker profile what is not run here, and an address for what is named in Docker', () => {
    expect(() => loadSettings({ RDZEN_PROFILE: 'docker', OLLAMA_URL_CORE1: 'http://core1:11434' })).toThrow(
      'ROCKETCHAT_URL, OLLAMA_URL_CORE2 must be set',
    );
    expect(() => loadSettings({ RDZEN_CONTAINER_CORE3: 'core3' })).toThrow('OLLAMA_URL_CORE3');
    expect(() => loadSettings({ RDZEN_MODELS_CORE1: '/models' })).toThrow('OLLAMA_URL_CORE1');
    expect(() => loadSettings({ RDZEN_DOCKER_HOST: '/var/run/docker.sock' })).toThrow('unix:///');
    expect(() =>
      loadSettings({ OLLAMA_URL_CORE1: 'http://a:1', RDZEN_CONTAINER_CORE1: 'core1; rm' }),
    ).toThrow('name of a container');
    const settings = loadSettings({
      OLLAMA_URL_CORE1: 'http://a:1',
      RDZEN_CONTAINER_CORE1: 'core1',
      RDZEN_CONTAINER_MONGODB: 'db',
    });
    expect(adoptedContainers(settings)).toEqual(['core1', 'db']);
  });

  it('reads numbers, lists, flags and external cores; an empty value counts as unset', () => {
    const settings = loadSettings({
      RDZEN_PORT: '5055',
      RDZEN_OPERATOR_ROLES: 'ops, sre ,',
      RDZEN_REGISTRY_PLAIN_HTTP: 'registry:5000,10.0.0.7',
      RDZEN_STREAMING: 'false',
      RDZEN_DATA: '',
      OLLAMA_URL_CORE3: 'http://10.0.0.3:11434/',
    });
    expect(settings).toMatchObject({
      RDZEN_PORT: 5055,
      RDZEN_OPERATOR_ROLES: ['ops', 'sre'],
      RDZEN_REGISTRY_PLAIN_HTTP: ['registry:5000', '10.0.0.7'],
      RDZEN_STREAMING: false,
      RDZEN_DATA: './data',
    });
    expect(configuredCoreIds(settings)).toEqual([1, 2, 3]);
    expect(externalCoreUrl(settings, 3)).toBe('http://10.0.0.3:11434');
  });

  it.each([
    [{ RDZEN_PORT: 'abc' }, /RDZEN_PORT is "abc"/],
    [{ RDZEN_PORT: '70000' }, /RDZEN_PORT is "70000"; it .*65535/],
    [{ RDZEN_LANGUAGE: 'de' }, /RDZEN_LANGUAGE is "de"; it must be one of the following values: en, pl/],
    [{ RDZEN_PROT: '1' }, /RDZEN_PROT is no setting of Rdzen/],
    [{ ACTIVE_CORE_ID: '5' }, /ACTIVE_CORE_ID is 5, but the cores are 1, 2/],
    [{ ROCKETCHAT_URL: 'http://chat:3000' }, /ROCKETCHAT_PASSWORD/],
    [
      { OLLAMA_URL_CORE1: 'http://bob:hunter22@host:11434' },
      /^(?!.*hunter22).*OLLAMA_URL_CORE1 holds a user name/,
    ],
    [{ ROCKETCHAT_URL: 'chat' }, /ROCKETCHAT_URL is "chat"/],
    [{ ROCKETCHAT_TOKEN: 'tok' }, /ROCKETCHAT_USER_ID/],
    [{ RDZEN_REGISTRY_PLAIN_HTTP: 'http://registry' }, /host or host:port/],
    [{ RDZEN_NUM_CTX: '1024', RDZEN_NUM_PREDICT: '1000' }, /at most half of RDZEN_NUM_CTX/],
  ])('refuses %p', (environment, expected) => {
    expect(() => loadSettings(environment)).toThrow(expected);
    expect(codeOf(() => loadSettings(environment))).toBe('SETTING_INVALID');
  });

  it('never shows a secret', () => {
    expect(() => loadSettings({ ROCKETCHAT_TOKEN: 'hunter2', RDZEN_PORT: '-1' })).toThrow(/^(?!.*hunter2)/);
  });
});
