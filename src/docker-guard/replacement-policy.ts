import { forbidden } from './refusal';
import { isEmpty, isObject, type Json, type JsonObject, sameJson } from './strict-json';

/** What the engine tells of the container that is replaced, as far as it is compared. */
export interface Replaced {
  config: JsonObject;
  host: JsonObject;
  /** `Mounts` of the inspection: also the volumes that have no name of their own. */
  mounts: JsonObject[];
}

/** Where a value other than the old one is no gain. */
export interface Weaker {
  allowed: string;
  accepts: (now: Json | undefined, old: Json | undefined, replaced: Replaced) => boolean;
}

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const map = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const RESTARTS = ['', 'no', 'on-failure', 'unless-stopped', 'always'];
const restarts = (policy: Json | undefined): number => {
  const name = map(policy).Name ?? '';
  return name === 'no' ? 0 : RESTARTS.indexOf(name as string);
};

/** Everything else must be what it was, where null, false, 0, '', [] and {} count as not set. */
export const WEAKER: Readonly<Record<string, Weaker>> = {
  Image: {
    allowed: 'the same image, another one here of the same repository, or by its id one that it had before',
    accepts: () => true,
  },
  Hostname: { allowed: 'the same, or none', accepts: (now, old) => isEmpty(now) || now === old },
  Labels: { allowed: 'the same, and rdzen.replaces', accepts: (now, old) => sameLabels(map(now), map(old)) },
  'HostConfig.Binds': { allowed: 'the same or fewer, and its own nameless volumes', accepts: hasBinds },
  'HostConfig.PortBindings': {
    allowed: 'the same or fewer',
    accepts: (now, old) =>
      (isObject(now) || now === null || now === undefined) &&
      Object.entries(map(now)).every(([port, binding]) => sameJson(binding, map(old)[port])),
  },
  'HostConfig.Memory': {
    allowed: 'the same or less',
    accepts: (now, old) => Number(now) > 0 && (isEmpty(old) || Number(now) <= Number(old)),
  },
  'HostConfig.RestartPolicy': {
    allowed: 'the same, or a weaker one',
    accepts: (now, old) =>
      restarts(now) >= 0 &&
      restarts(now) <= restarts(old) &&
      Object.keys(map(now)).every((key) => ['Name', 'MaximumRetryCount'].includes(key)),
  },
  // Not set means the engine's own list, an empty one means none: they are not the same.
  'HostConfig.MaskedPaths': {
    allowed: 'the same',
    accepts: (now, old) => sameJson(now ?? null, old ?? null),
  },
  'HostConfig.ReadonlyPaths': {
    allowed: 'the same',
    accepts: (now, old) => sameJson(now ?? null, old ?? null),
  },
};

/** Judged by what they mean and not by what they say: empty is no proof of weakness. */
const ALWAYS_JUDGED = ['HostConfig.MaskedPaths', 'HostConfig.ReadonlyPaths', 'Labels'];

/** Keys of a body that stand for something else, and are judged elsewhere. */
const ELSEWHERE = ['name', 'HostConfig', 'NetworkingConfig'];

/**
 * A body that makes a container anew must give it no right that the old one had not: an omission counts as a change, for
 * without `CapDrop` or `User` it would have more.
 *
 * @returns the body as it goes on
 * @throws Refusal
 */
export function judgeReplacement(
  body: JsonObject,
  replaced: Replaced,
  { weaker }: { weaker: Readonly<Record<string, Weaker>> },
): JsonObject {
  const kept = judgeSection('', body, replaced.config, replaced, weaker, ELSEWHERE);
  const host = isObject(body.HostConfig) ? body.HostConfig : ({} as JsonObject);
  kept.HostConfig = judgeSection('HostConfig.', host, replaced.host, replaced, weaker, []);
  return kept;
}

function judgeSection(
  prefix: '' | 'HostConfig.',
  now: JsonObject,
  old: JsonObject,
  replaced: Replaced,
  rows: Readonly<Record<string, Weaker>>,
  elsewhere: readonly string[],
): JsonObject {
  const kept = Object.create(null) as JsonObject;
  for (const key of new Set([...Object.keys(now), ...Object.keys(old)])) {
    if (elsewhere.includes(key)) continue;
    const path = `${prefix}${key}`;
    const [mine, theirs] = [now[key], old[key]];
    const weaker = Object.hasOwn(rows, path) ? rows[path] : undefined;
    const same = sameJson(mine, theirs) || (isEmpty(mine) && isEmpty(theirs));
    const fits =
      weaker && (!same || ALWAYS_JUDGED.includes(path)) ? weaker.accepts(mine, theirs, replaced) : same;
    if (!fits)
      throw forbidden(
        `replacement.${weaker ? path : 'same'}`,
        `${path} other than that of the container that is replaced`,
        `Allowed: ${weaker?.allowed ?? 'the same'}; inspect the old one and send what it tells.`,
      );
    // Spelt as the engine spelt it, so that nothing comes in beside it.
    if (key in now && (key in old || !isEmpty(mine))) kept[key] = mine ?? null;
  }
  return kept;
}

function sameLabels(now: JsonObject, old: JsonObject): boolean {
  const without = (labels: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => key !== 'rdzen.replaces'));
  return sameJson(without(now), without(old));
}

function hasBinds(now: Json | undefined, old: Json | undefined, { mounts }: Replaced): boolean {
  const volumes = mounts
    .filter(({ Type }) => Type === 'volume')
    .flatMap(({ Name, Destination, RW }) => {
      const bind = `${texts([Name])[0]}:${texts([Destination])[0]}`;
      return RW === true ? [bind, `${bind}:ro`] : [`${bind}:ro`];
    });
  const own = texts(list(old));
  if (!Array.isArray(now) && now !== null && now !== undefined) return false;
  return list(now).every(
    (bind) =>
      typeof bind === 'string' &&
      (own.includes(bind) || own.includes(bind.replace(/:ro$/, '')) || volumes.includes(bind)),
  );
}

const texts = (values: readonly (Json | undefined)[]): string[] =>
  values.filter((one) => typeof one === 'string');
