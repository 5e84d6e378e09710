import { readFileSync } from 'node:fs';
import { loadSettings } from './load-settings';

/** Settings that nobody can change in `.env`, and why. */
const NOT_FOR_ENV: Readonly<Record<string, string>> = {
  RDZEN_PROFILE: 'the composition is the profile docker',
  RDZEN_BIND: 'in its container it listens everywhere; RDZEN_PUBLISH says who reaches it',
  RDZEN_DATA: 'a volume; set in the image',
  RDZEN_CHAT_URL: 'ROOT_URL says it',
  RDZEN_PORT: 'the port of this machine; inside it is always 5000',
  RDZEN_CHAT_PORT: 'the port of this machine for Rocket.Chat; the embedded chat server does not run here',
  RDZEN_CORE: 'no core is embedded here',
  RDZEN_CORES: 'no core is embedded here: each has its OLLAMA_URL_CORE<n>',
  RDZEN_MODEL_FILE: 'for the built-in engine, which does not run here',
  OLLAMA_MODELS: 'for embedded cores; here each has a folder of its own under ./data/ollama',
  OLLAMA_URL: 'the sandbox reaches no other Ollama than its own',
  RDZEN_DOCKER_HOST: 'Docker is reached through docker-guard and by no other way',
  ROCKETCHAT_PASSWORD: 'given to first-start, which makes it a file',
  ROCKETCHAT_ADMIN_PASSWORD: 'given to first-start, which makes it a file',
  ROCKETCHAT_PASSWORD_FILE: 'made by first-start',
  ROCKETCHAT_ADMIN_PASSWORD_FILE: 'made by first-start',
  RDZEN_HELPER_IMAGE: 'the image that rdzen itself runs from; the docker-guard knows that one',
  RDZEN_CORE_NETWORK: 'named by the composition; the docker-guard knows that one',
  RDZEN_REGISTRY: 'the registry of the composition; `component pack --to` takes another one',
  RDZEN_REGISTRY_ADDRESS: 'the registry of the composition',
  RDZEN_CONTAINER_ROCKETCHAT: 'named by the composition',
  RDZEN_CONTAINER_MONGODB: 'named by the composition',
};
/** A further core's container and folder stand in the file that adds them, and so does where they are. */
const OF_A_CONTAINER = /^RDZEN_(CONTAINER|MODELS)_CORE[1-8]$/;

const declared = [
  ...readFileSync('src/config/settings.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+)[?!]?(?::| =)/gm),
].map(([, name = '']) => name);
const rdzen = /\n {2}rdzen:\n[^]*?\n {4}environment:\n((?: {6}.*\n)+)/.exec(
  readFileSync('docker-compose.yml', 'utf8'),
)?.[1];
const given = new Map(
  [...(rdzen ?? '').matchAll(/^ {6}(\w+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const example = new Set(
  [...readFileSync('.env.example', 'utf8').matchAll(/^#(\w+)=/gm)].map(([, name = '']) => name),
);
const isExempt = (name: string): boolean => name in NOT_FOR_ENV || OF_A_CONTAINER.test(name);

/** As Compose fills it in where nothing is set in `.env`; a default may hold another variable. */
function filledIn(value: string): string {
  const next = value.replace(/\$\{(\w+)(?::-([^${}]*))?\}/g, (_, variable: string, fallback?: string) =>
    variable === 'COMPOSE_PROJECT_NAME' ? 'rdzen' : (fallback ?? ''),
  );
  return next === value ? value : filledIn(next);
}

/** The environment of rdzen where nothing is set in `.env`. */
const environment = Object.fromEntries([...given].map(([name, value]) => [name, filledIn(value)]));

describe('the settings in docker-compose.yml', () => {
  it('are all there, and in .env.example, but for those that have a reason', () => {
    expect(declared.length).toBeGreaterThan(50);
    const missing = declared.filter(
      (name) =>
        !isExempt(name) && !(given.get(name)?.startsWith(`\${${name}:-`) === true && example.has(name)),
    );
    expect(missing).toEqual([]);
  });

  it('have no reason to be missing that is out of date', () => {
    const known = new Set(declared);
    const passedOn = (name: string): boolean => given.get(name)?.startsWith(`\${${name}`) === true;
    const outOfDate = Object.keys(NOT_FOR_ENV).filter((name) => !known.has(name) || passedOn(name));
    expect(outOfDate).toEqual([]);
  });

  it('mean their defaults where they are empty or not set', () => {
    const files = { ROCKETCHAT_PASSWORD_FILE: '', ROCKETCHAT_ADMIN_PASSWORD_FILE: '' };
    const secrets = { ROCKETCHAT_PASSWORD: 'a-bot', ROCKETCHAT_ADMIN_PASSWORD: 'an-admin' };
    const fixed = Object.fromEntries(
      Object.entries(environment).filter(([name]) => given.get(name)?.startsWith(`\${${name}:-`) !== true),
    );
    const needed = ['RDZEN_MODEL', 'OLLAMA_URL_CORE1', 'OLLAMA_URL_CORE2', 'ROCKETCHAT_URL'];
    const own = Object.fromEntries(
      [...needed, 'ROCKETCHAT_ADMIN_USER', 'RDZEN_URL'].map((name) => [name, environment[name]]),
    );
    expect(loadSettings({ ...environment, ...files, ...secrets })).toEqual(
      loadSettings({ ...fixed, ...own, ...files, ...secrets }),
    );
  });
});
