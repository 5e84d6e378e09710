import type { ComponentLock } from '../component-registry/installed/component-lock';
import {
  blockOf,
  DEFAULT_RESOURCES,
  type EnvironmentVariable,
  type Manifest,
} from '../component-registry/manifest/manifest';
import type { TriedTool } from '../sandbox/trial-report';
import type { DriftValues, NameChange } from '../texts/drift-texts';
import { rightsOf } from './rights';

/** What an upgrade to `manifest` would change, its tools as they were tried, held against the lock that is in force. */
export function lockDrift(
  lock: ComponentLock,
  manifest: Manifest,
  tried: readonly Pick<TriedTool, 'name' | 'descriptionHash' | 'schemaHash'>[],
): DriftValues {
  const [before, after] = [rightsOf(lock.manifest), rightsOf(manifest)];
  const [keptBefore, keptAfter] = [before.stateMiB ?? 0, after.stateMiB ?? 0];
  const [plainBefore, plainAfter] = [plainSettings(lock.manifest), plainSettings(manifest)];
  return {
    ...{ from: lock.version, to: manifest.version },
    reach: changed([...before.egress, ...before.internal], [...after.egress, ...after.internal]),
    ...(keptBefore === keptAfter ? {} : { keeps: { from: keptBefore, to: keptAfter } }),
    limits: limitsOf(lock.manifest, manifest),
    secrets: changed(before.secrets, after.secrets),
    settings: {
      ...changed([...plainBefore.keys()], [...plainAfter.keys()]),
      changed: [...plainAfter].flatMap(([name, told]) =>
        plainBefore.has(name) && plainBefore.get(name) !== told ? [name] : [],
      ),
    },
    program: argumentsOf(lock.manifest) !== argumentsOf(manifest),
    tools: toolDrift(lock, after.tools, tried),
  };
}

function toolDrift(
  { tools: locked }: ComponentLock,
  rights: ReturnType<typeof rightsOf>['tools'],
  tried: readonly Pick<TriedTool, 'name' | 'descriptionHash' | 'schemaHash'>[],
): DriftValues['tools'] {
  const before = new Map(locked.map((tool) => [tool.name, tool]));
  const now = new Map(tried.map((tool) => [tool.name, tool]));
  const found = rights.filter(({ name }) => now.has(name));
  const both = tried.flatMap((tool) => {
    const old = before.get(tool.name);
    return old ? [{ name: tool.name, old, tool }] : [];
  });
  return {
    added: found
      .filter(({ name }) => !before.has(name))
      .map(({ name, effect, egress = false }) => ({ name, effect, egress })),
    removed: [...before.keys()].filter((name) => !now.has(name)),
    texts: both
      .filter(({ old, tool }) => old.descriptionHash !== tool.descriptionHash)
      .map(({ name }) => name),
    schemas: both.filter(({ old, tool }) => old.schemaHash !== tool.schemaHash).map(({ name }) => name),
    effects: found.flatMap(({ name, effect, egress = false }) => {
      const old = before.get(name);
      if (!old || (old.effect === effect && old.egress === egress)) return [];
      return [{ name, from: old.effect, to: effect, egress }];
    }),
  };
}

function limitsOf(before: Manifest, after: Manifest): DriftValues['limits'] {
  const [old, now] = [before, after].map((one) => ({ ...DEFAULT_RESOURCES, ...blockOf(one).resources }));
  const rows = [
    { of: 'memory', from: old?.memoryMiB, to: now?.memoryMiB },
    { of: 'processors', from: old?.cpus, to: now?.cpus },
    { of: 'processes', from: old?.pids, to: now?.pids },
  ] as const;
  return rows.flatMap(({ of, from = 0, to = 0 }) => (from === to ? [] : [{ of, from, to }]));
}

function plainSettings(manifest: Manifest): Map<string, string> {
  const told = ({ isRequired, default: fallback, format }: EnvironmentVariable): string =>
    JSON.stringify([isRequired ?? false, fallback ?? null, format ?? 'string']);
  return new Map(
    (manifest.packages[0].environmentVariables ?? [])
      .filter(({ isSecret }) => !isSecret)
      .map((one) => [one.name, told(one)]),
  );
}

function argumentsOf(manifest: Manifest): string {
  return JSON.stringify(manifest.packages[0].packageArguments ?? []);
}

function changed(before: readonly string[], after: readonly string[]): NameChange {
  return {
    added: after.filter((one) => !before.includes(one)),
    removed: before.filter((one) => !after.includes(one)),
  };
}
