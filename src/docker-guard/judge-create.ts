import { RESERVED_LABELS } from './component-policy';
import {
  containerLabels,
  containerName,
  containerNetworks,
  type Facts,
  isManaged,
  MANAGED,
  objectAt,
  objectsAt,
  PROJECT,
  REPLACES,
  textAt,
  textsAt,
} from './facts';
import { judgeFields } from './field-rules';
import { FURTHER_CORE } from './core-policy';
import { HELPER } from './helper-policy';
import { parseImage } from './image-reference';
import { judgeCore } from './judge-core';
import { judgeHelper } from './judge-helper';
import { judgeImageVolumes } from './judge-image';
import { isOwnProject, judgeEndpoint, ownAliases } from './judge-network';
import { demandPlainVolume, onlyEndpoint } from './judge-place';
import type { Policy } from './policy';
import { forbidden } from './refusal';
import { judgeReplacement } from './replacement-policy';
import { type Json, type JsonObject } from './strict-json';

const NAME = /^[a-z0-9][a-z0-9_.-]{1,100}$/;
const FULL_ID = /^[0-9a-f]{64}$/;
const ASIDE = /^(.+)\.old-[0-9a-f]{4,32}$/;
const KEYS_OF_CLIENT = ['name', 'abortSignal'];

/**
 * What `POST /containers/create` may make: a component (a core is one), what replaces a container of ours, or a helper.
 *
 * @param name of the query
 * @returns the body as it goes on
 * @throws Refusal
 */
export async function judgeCreate(
  body: JsonObject,
  name: string | undefined,
  facts: Facts,
  policy: Policy,
): Promise<JsonObject> {
  const given = Object.fromEntries(Object.entries(body).filter(([key]) => !KEYS_OF_CLIENT.includes(key)));
  const replaces = objectAt(given, 'Labels')[REPLACES];
  if (replaces === undefined || replaces === '') return judgeComponent(given, name ?? '', facts, policy);
  return judgeReplacing(given, name ?? '', replaces, facts, policy);
}

async function judgeComponent(
  given: JsonObject,
  name: string,
  facts: Facts,
  policy: Policy,
): Promise<JsonObject> {
  const { limits } = policy;
  const isOurs = name.startsWith(limits.prefix) && NAME.test(name) && !ASIDE.test(name);
  policy.demand('container.name', isOurs, () =>
    forbidden('container.name', `a container called "${name}"`, `Begin its name with ${limits.prefix}.`),
  );
  if (objectAt(given, 'Labels')[HELPER]) return judgeHelper(given, facts, policy);
  if (objectAt(given, 'Labels')[FURTHER_CORE]) return judgeCore(given, name, facts, policy);
  const body = judgeFields('component', policy.component, given, limits);
  const host = judgeFields(
    'component.HostConfig',
    policy.componentHost,
    objectAt(body, 'HostConfig'),
    limits,
  );
  if (policy.has('component.labels')) {
    const ours = Object.fromEntries(RESERVED_LABELS.map((label) => [label, '']));
    body.Labels = { ...objectAt(body, 'Labels'), ...ours, [MANAGED]: 'true' };
  }
  const network = await componentNetwork(textAt(host, 'NetworkMode'), facts, policy);
  host.NetworkMode = network;
  body.HostConfig = host;
  body.NetworkingConfig = componentEndpoints(given, textAt(given.HostConfig, 'NetworkMode'), network, policy);
  for (const mount of objectsAt(host, 'Mounts'))
    await demandPlainVolume(textAt(mount, 'Source'), 'component.volume', facts, policy);
  await judgeImageVolumes(body, facts, policy);
  return body;
}

/** @returns the full id, so that no other of the same name is meant, or `none` */
async function componentNetwork(wanted: string, facts: Facts, policy: Policy): Promise<string> {
  if (wanted === 'none' || !policy.has('component.network')) return wanted;
  const found = await facts.network(wanted);
  const labels = objectAt(found, 'Labels');
  if (found && isManaged(labels) && found.Internal === true && !labels[PROJECT]) return textAt(found, 'Id');
  throw forbidden(
    'component.network',
    `network ${wanted}`,
    'Use none, or make an internal network through the guard.',
  );
}

function componentEndpoints(given: JsonObject, wanted: string, network: string, policy: Policy): JsonObject {
  const endpoint = onlyEndpoint(given, [wanted, network], 'component.network', policy);
  if (network === 'none' || endpoint === undefined) return {};
  // Not judged at all where the check is off.
  if (!policy.has('component.network')) return objectAt(given, 'NetworkingConfig');
  return { EndpointsConfig: { [network]: judgeEndpoint(endpoint, undefined, policy) } };
}

async function judgeReplacing(
  given: JsonObject,
  name: string,
  replaces: Json,
  facts: Facts,
  policy: Policy,
): Promise<JsonObject> {
  const id = typeof replaces === 'string' && FULL_ID.test(replaces) ? replaces : '';
  const there = id === '' ? undefined : await facts.container(id);
  const old = there ?? facts.lastSeen?.(id);
  policy.demand(
    'replacement.exists',
    old !== undefined && textAt(old, 'Id') === id && isManaged(containerLabels(old)),
    () =>
      forbidden(
        'replacement.exists',
        'to replace what is not ours, or went before the guard had seen it',
        'Give the full id of a container that bears rdzen.managed=true; what is not known here comes from where it was made (docker compose up -d).',
      ),
  );
  if (!old) return given;
  // One that is gone has no other name any more; the engine sees to it that nothing else has taken it.
  const itsName = there ? ASIDE.exec(containerName(old))?.[1] : containerName(old);
  policy.demand('replacement.name', itsName === name && name !== '', () =>
    forbidden(
      'replacement.name',
      `the name "${name}"`,
      'Rename the old one to NAME.old-HEX first, and give the new one NAME.',
    ),
  );
  await judgeImage(textAt(given, 'Image'), old, facts, policy);
  const replaced = {
    config: objectAt(old, 'Config'),
    host: objectAt(old, 'HostConfig'),
    mounts: objectsAt(old, 'Mounts'),
  };
  const body = judgeReplacement(given, replaced, policy);
  const binds = textsAt(body.HostConfig, 'Binds').map((bind) => bind.split(':')[1] ?? '');
  await judgeImageVolumes(body, facts, policy, [
    ...binds,
    ...Object.keys(objectAt(replaced.config, 'Volumes')),
  ]);
  body.NetworkingConfig = await oldEndpoints(objectAt(given, 'NetworkingConfig'), old, facts, policy);
  return body;
}

async function judgeImage(wanted: string, old: JsonObject, facts: Facts, policy: Policy): Promise<void> {
  const [now, before] = [await facts.image(wanted), await facts.image(textAt(old, 'Image'))];
  const repositories = (image: JsonObject | undefined): string[] =>
    [...textsAt(image, 'RepoTags'), ...textsAt(image, 'RepoDigests')].map(
      (tag) => parseImage(tag)?.repository ?? '',
    );
  const own = [
    ...repositories(before),
    parseImage(textAt(objectAt(old, 'Config'), 'Image'))?.repository ?? '',
  ];
  const id = textAt(now, 'Id');
  // The last good version, whose tag moved on: by its id alone, so that no name can mean anything else meanwhile.
  const had = id !== '' && id === wanted && (facts.hadImage?.(old, id) ?? false);
  const same =
    now !== undefined &&
    (id === old.Image || had || repositories(now).some((one) => one !== '' && own.includes(one)));
  policy.demand('replacement.image', same, () =>
    forbidden(
      'replacement.image',
      `image ${wanted}`,
      'Take the same one, one it had before, by its id, or pull another of the same repository before.',
    ),
  );
}

async function oldEndpoints(
  config: JsonObject,
  old: JsonObject,
  facts: Facts,
  policy: Policy,
): Promise<JsonObject> {
  if (!policy.has('replacement.networks')) return config;
  const { EndpointsConfig = null, ...more } = config;
  const endpoints = objectAt({ EndpointsConfig }, 'EndpointsConfig');
  const networks = containerNetworks(old);
  const kept: JsonObject = {};
  for (const [network, settings] of Object.entries(endpoints)) {
    const before = networks[network];
    const lost = before === undefined && (await isOwnProject(network, old, facts));
    if (before === undefined && !lost)
      throw forbidden('replacement.networks', `network ${network}`, 'Name networks the old container is on.');
    kept[network] = judgeEndpoint(
      objectAt({ settings }, 'settings'),
      {
        names: ownAliases(old, objectAt(networks, network)),
        ipam: objectAt(networks, network).IPAMConfig ?? null,
      },
      policy,
    );
  }
  if (Object.keys(more).length > 0)
    throw forbidden('replacement.networks', 'more than EndpointsConfig', 'Leave the rest out.');
  return Object.keys(kept).length > 0 ? { EndpointsConfig: kept } : {};
}
