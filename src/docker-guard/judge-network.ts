import {
  containerLabels,
  containerName,
  containerNetworks,
  type Facts,
  isManaged,
  objectAt,
  PROJECT,
  REPLACES,
  SERVICE,
  textAt,
  textsAt,
} from './facts';
import { judgeFields } from './field-rules';
import type { Policy } from './policy';
import { forbidden, invisible } from './refusal';
import { isEmpty, type Json, type JsonObject, sameJson } from './strict-json';

/** Names and address that an endpoint may have; undefined: any. */
export interface EndpointBounds {
  names: readonly string[];
  ipam: Json;
}

/** @throws Refusal */
export function judgeEndpoint(
  given: JsonObject,
  bounds: EndpointBounds | undefined,
  policy: Policy,
): JsonObject {
  const kept = judgeFields('endpoint', policy.endpoint, given, policy.limits);
  if (!bounds) return kept;
  const foreign = textsAt(kept, 'Aliases').find((alias) => !bounds.names.includes(alias));
  policy.demand('connect.aliases', foreign === undefined, () =>
    forbidden('connect.aliases', `alias ${foreign}`, 'Give it only names it had there.'),
  );
  const moved = !isEmpty(kept.IPAMConfig) && !sameJson(kept.IPAMConfig, bounds.ipam);
  policy.demand('connect.aliases', !moved, () =>
    forbidden('connect.aliases', 'another address', 'Give it the address it had there, or none.'),
  );
  return kept;
}

/** Its own name, its compose service, and what it answered to on that network. */
export function ownAliases(container: JsonObject, endpoint: JsonObject): string[] {
  const name = containerName(container).replace(/(\.old-[0-9a-f]{4,32})+$/, '');
  return [name, textAt(containerLabels(container), SERVICE), ...textsAt(endpoint, 'Aliases')].filter(Boolean);
}

/** @returns path and body of `POST /networks/{id}/connect` as they go on. @throws Refusal */
export async function judgeConnect(
  reference: string,
  given: JsonObject,
  facts: Facts,
  policy: Policy,
): Promise<{ path: string; body: JsonObject }> {
  const { abortSignal: _, ...rest } = given;
  const body = judgeFields('connect', policy.connect, rest, policy.limits);
  const container = await ours(textAt(body, 'Container'), facts, policy);
  const network = await facts.network(reference);
  if (!network) throw invisible('network', reference);
  const labels = objectAt(network, 'Labels');
  const old = await replacedOn(textAt(network, 'Id'), container, facts);
  const isOfCompose = Boolean(labels[PROJECT]);
  const own =
    isManaged(labels) && (!isOfCompose || (await isOwnProject(textAt(network, 'Id'), container, facts)));
  if (!isManaged(labels) && !old)
    policy.demand('network.visible', false, () => invisible('network', reference));
  policy.demand('connect.network', own || old !== undefined, () =>
    forbidden(
      'connect.network',
      `to join network ${reference}`,
      'Join networks that were made through the guard.',
    ),
  );
  // One of ours that has a way out was not made through the guard: its own container goes back to it, and nobody else comes.
  policy.demand('connect.internal', isOfCompose || network.Internal === true || old !== undefined, () =>
    forbidden(
      'connect.internal',
      `to join network ${reference}, which has a way out,`,
      'Join internal networks; an egress proxy stands on RDZEN_GUARD_EGRESS_NETWORK from the start.',
    ),
  );
  const before = endpointOn(textAt(network, 'Id'), old ?? container);
  const names = [...ownAliases(container, before), ...(old ? ownAliases(old, before) : [])];
  const bounds = isOfCompose || old ? { names, ipam: before.IPAMConfig ?? null } : undefined;
  const endpoint = judgeEndpoint(objectAt(body, 'EndpointConfig'), bounds, policy);
  return {
    path: `/networks/${textAt(network, 'Id')}/connect`,
    body: { Container: textAt(container, 'Id'), EndpointConfig: endpoint },
  };
}

/** A container of ours may leave any network it is on: that takes rights away from nobody else. */
export async function judgeDisconnect(
  reference: string,
  given: JsonObject,
  facts: Facts,
  policy: Policy,
): Promise<{ path: string; body: JsonObject }> {
  const { abortSignal: _, ...rest } = given;
  const body = judgeFields('disconnect', policy.disconnect, rest, policy.limits);
  const container = await ours(textAt(body, 'Container'), facts, policy);
  const network = await facts.network(reference);
  const id = textAt(network, 'Id');
  const isOn = Object.values(containerNetworks(container)).some((one) => textAt(one, 'NetworkID') === id);
  if (!network) throw invisible('network', reference);
  if (!isOn && !isManaged(objectAt(network, 'Labels')))
    policy.demand('network.visible', false, () => invisible('network', reference));
  return {
    path: `/networks/${id}/disconnect`,
    body: { Container: textAt(container, 'Id'), ...(body.Force === true ? { Force: true } : {}) },
  };
}

async function ours(reference: string, facts: Facts, policy: Policy): Promise<JsonObject> {
  const container = await facts.container(reference);
  if (!container) throw invisible('container', reference);
  policy.demand('container.visible', isManaged(containerLabels(container)), () =>
    invisible('container', reference),
  );
  return container;
}

/** The container that this one replaces, where that is still there, is ours, and is on the network. */
async function replacedOn(
  network: string,
  container: JsonObject,
  facts: Facts,
): Promise<JsonObject | undefined> {
  const id = textAt(containerLabels(container), REPLACES);
  const old = /^[0-9a-f]{64}$/.test(id) ? await facts.container(id) : undefined;
  if (!old || textAt(old, 'Id') !== id || !isManaged(containerLabels(old))) return undefined;
  return Object.values(containerNetworks(old)).some((one) => textAt(one, 'NetworkID') === network)
    ? old
    : undefined;
}

function endpointOn(network: string, container: JsonObject): JsonObject {
  const found = Object.values(containerNetworks(container)).find(
    (one) => textAt(one, 'NetworkID') === network,
  );
  return objectAt({ found: found ?? null }, 'found');
}

/** A network of its own compose project that the operator gave into our hands: the old one may have lost it. */
export async function isOwnProject(network: string, container: JsonObject, facts: Facts): Promise<boolean> {
  const labels = objectAt(await facts.network(network), 'Labels');
  const project = containerLabels(container)[PROJECT];
  return isManaged(labels) && typeof project === 'string' && project !== '' && labels[PROJECT] === project;
}
