import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { RdzenError } from '../shared/rdzen-error';
import { SECRET_SETTINGS, Settings } from './settings';

/**
 * Reads and checks the environment once. An empty value counts as unset; variables that are not ours are ignored,
 * unknown `RDZEN_` ones are refused, since they are most likely misspelt.
 *
 * @throws RdzenError SETTING_INVALID naming every wrong variable, its value and what is allowed.
 */
export function loadSettings(environment: Record<string, string | undefined>): Settings {
  const known = new Set([...Object.keys(new Settings()), ...declaredNames()]);
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => known.has(name) && value !== undefined && value !== '',
    ),
  );
  const unreadable = readSecretFiles(given);
  const settings = plainToInstance(Settings, given, { exposeDefaultValues: true });
  const problems = validateSync(settings, { skipMissingProperties: false, forbidUnknownValues: true }).map(
    (error) => describe(error, given[error.property]),
  );

  problems.push(...unreadable);
  for (const name of Object.keys(environment)) {
    if (name.startsWith('RDZEN_') && !known.has(name) && !INTERNAL.test(name))
      problems.push(`${name} is no setting of Rdzen`);
  }
  const coreIds = configuredCoreIds(settings);
  if (!coreIds.includes(settings.ACTIVE_CORE_ID)) {
    problems.push(`ACTIVE_CORE_ID is ${settings.ACTIVE_CORE_ID}, but the cores are ${coreIds.join(', ')}`);
  }
  const { RDZEN_PREFERRED_CORE: preferred } = settings;
  if (preferred !== undefined && !coreIds.includes(preferred)) {
    problems.push(`RDZEN_PREFERRED_CORE is ${preferred}, but the cores are ${coreIds.join(', ')}`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'string' && /^\w+:\/\/[^/?#]*@/.test(value))
      problems.push(
        `${name} holds a user name or password (not shown); addresses are shown on /status, so none may stand in them`,
      );
  }
  const { ROCKETCHAT_ADMIN_PASSWORD: adminPassword, ROCKETCHAT_ADMIN_USER: adminUser } = settings;
  const made = adminPassword !== undefined && adminUser !== undefined;
  if (settings.ROCKETCHAT_URL && !settings.ROCKETCHAT_PASSWORD && !settings.ROCKETCHAT_TOKEN && !made) {
    problems.push(
      'ROCKETCHAT_URL is set, so ROCKETCHAT_PASSWORD or ROCKETCHAT_TOKEN with ROCKETCHAT_USER_ID is needed, or an administrator by whom the account is made: ROCKETCHAT_ADMIN_USER and ROCKETCHAT_ADMIN_PASSWORD',
    );
  }
  if ((adminPassword === undefined) !== (adminUser === undefined))
    problems.push(
      'ROCKETCHAT_ADMIN_USER and ROCKETCHAT_ADMIN_PASSWORD (or its file) go together; one is missing',
    );
  if ((settings.RDZEN_REGISTRY_PASSWORD === undefined) !== (settings.RDZEN_REGISTRY_USER === undefined))
    problems.push(
      'RDZEN_REGISTRY_USER and RDZEN_REGISTRY_PASSWORD (or its file) go together; one is missing',
    );
  if (settings.RDZEN_REGISTRY_ADDRESS !== undefined && settings.RDZEN_REGISTRY === undefined)
    problems.push(
      'RDZEN_REGISTRY_ADDRESS is set, so RDZEN_REGISTRY (the name that Docker has for it) is needed',
    );
  problems.push(...dockerProblems(settings));
  if (settings.ROCKETCHAT_TOKEN && !settings.ROCKETCHAT_USER_ID) {
    problems.push('ROCKETCHAT_TOKEN is set, so ROCKETCHAT_USER_ID (the id of the same account) is needed');
  }
  if (settings.RDZEN_NUM_PREDICT > settings.RDZEN_NUM_CTX / 2) {
    problems.push(
      `RDZEN_NUM_PREDICT is ${settings.RDZEN_NUM_PREDICT}; allowed: at most half of RDZEN_NUM_CTX (${settings.RDZEN_NUM_CTX}), so that the question fits as well`,
    );
  }
  if (problems.length > 0) {
    throw new RdzenError(
      'SETTING_INVALID',
      `Settings: ${problems.join('; ')}. See the configuration table in README.md.`,
    );
  }
  return settings;
}

/**
 * Secrets from files, as container engines hand them over. A secret that is given itself goes before its file.
 *
 * @returns what is wrong, without what the files hold
 */
function readSecretFiles(given: Record<string, string | undefined>): string[] {
  return ['ROCKETCHAT_PASSWORD', 'ROCKETCHAT_ADMIN_PASSWORD', 'RDZEN_REGISTRY_PASSWORD'].flatMap((name) => {
    const path = given[`${name}_FILE`];
    if (path === undefined || given[name] !== undefined) return [];
    try {
      given[name] = readFileSync(path, 'utf8').trim() || undefined;
      return given[name] === undefined ? [`${name}_FILE is "${path}", which is empty`] : [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [`${name}_FILE is "${path}", which cannot be read (${code})`];
    }
  });
}

/** What is named in Docker must have an address, or we would look after one thing and ask another. */
function dockerProblems(settings: Settings): string[] {
  const problems: string[] = [];
  for (let id = 1; id <= MOST_CORES; id++)
    for (const name of ['RDZEN_CONTAINER_CORE', 'RDZEN_MODELS_CORE'])
      if (ofCore(settings, name, id) !== undefined && !externalCoreUrl(settings, id))
        problems.push(`${name}${id} is set, so OLLAMA_URL_CORE${id}, where that core answers, is needed`);
  if (settings.RDZEN_PROFILE !== 'docker') return problems;
  const missing = configuredCoreIds(settings)
    .filter((id) => !externalCoreUrl(settings, id))
    .map((id) => `OLLAMA_URL_CORE${id}`);
  if (!settings.ROCKETCHAT_URL) missing.unshift('ROCKETCHAT_URL');
  if (missing.length > 0)
    problems.push(
      `RDZEN_PROFILE is docker, where nothing is run in this process, so ${missing.join(', ')} must be set`,
    );
  return problems;
}

/** Ids of all cores, external and embedded, in order. */
export function configuredCoreIds(settings: Settings): number[] {
  const ids: number[] = [];
  for (let id = 1; id <= MOST_CORES; id++)
    if (id <= settings.RDZEN_CORES || externalCoreUrl(settings, id)) ids.push(id);
  return ids;
}

/** Name of the core's container in Docker; undefined where it has none, or we run it ourselves. */
export function coreContainer(settings: Settings, id: number): string | undefined {
  return ofCore(settings, 'RDZEN_CONTAINER_CORE', id);
}

/** Folder in which we can read the models of an external core. */
export function coreModelFolder(settings: Settings, id: number): string | undefined {
  return ofCore(settings, 'RDZEN_MODELS_CORE', id);
}

/** All containers that others made and we look after. */
export function adoptedContainers(settings: Settings): string[] {
  const { RDZEN_CONTAINER_ROCKETCHAT, RDZEN_CONTAINER_MONGODB } = settings;
  const cores = configuredCoreIds(settings).map((id) => coreContainer(settings, id));
  return [...cores, RDZEN_CONTAINER_ROCKETCHAT, RDZEN_CONTAINER_MONGODB].filter((name) => name !== undefined);
}

/** Address of an external core without a trailing slash; undefined for an embedded one. */
export function externalCoreUrl(settings: Settings, id: number): string | undefined {
  return ofCore(settings, 'OLLAMA_URL_CORE', id)?.replace(/\/+$/, '');
}

function ofCore(settings: Settings, name: string, id: number): string | undefined {
  const value = (settings as unknown as Record<string, unknown>)[`${name}${id}`];
  return typeof value === 'string' ? value : undefined;
}

const MOST_CORES = 8;

/** Set by our own scripts, test rigs and whoever runs the tests, not by those who run Rdzen. */
const INTERNAL = /^RDZEN_(RIG_[A-Z0-9_]+|TEST_[A-Z_]+|OWNER|REQUIRE_SUITES|CRASH_AT)$/;

function declaredNames(): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(Settings, '', false, false);
  return rules.map(({ propertyName }) => propertyName);
}

/** @param given as it stands in the environment: "NaN" is nothing anybody wrote. */
function describe(error: ValidationError, given: string | undefined): string {
  const shown = SECRET_SETTINGS.has(error.property) ? 'set (not shown)' : `"${given ?? String(error.value)}"`;
  const allowed = Object.values(error.constraints ?? {})
    .map((text) => text.replace(`${error.property} `, ''))
    .join(', ');
  return `${error.property} is ${shown}; it ${allowed}`;
}
