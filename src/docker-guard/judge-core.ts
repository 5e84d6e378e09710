import { RESERVED_LABELS } from './component-policy';
import { FURTHER_CORE } from './core-policy';
import { type Facts, isManaged, MANAGED, objectAt, objectsAt, PROJECT, textAt, textsAt } from './facts';
import { judgeFields } from './field-rules';
import { judgeImageVolumes } from './judge-image';
import { judgeEndpoint } from './judge-network';
import { demandPlainVolume, onlyEndpoint } from './judge-place';
import type { Policy } from './policy';
import { forbidden } from './refusal';
import type { JsonObject } from './strict-json';

/**
 * A core that came as a component: boxed in like any other, but larger, with a folder of models, and on the one network
 * that the operator named for cores (in a trial, on an isolated one of ours).
 *
 * @param name of the query
 * @throws Refusal
 */
export async function judgeCore(
  given: JsonObject,
  name: string,
  facts: Facts,
  policy: Policy,
): Promise<JsonObject> {
  const { limits } = policy;
  const body = judgeFields('core', policy.core, given, limits);
  const host = judgeFields('core.HostConfig', policy.coreHost, objectAt(body, 'HostConfig'), limits);
  const number = textAt(objectAt(body, 'Labels'), FURTHER_CORE);
  policy.demand('core.number', number === 'trial' || /^[1-9]\d{1,2}$/.test(number), () =>
    forbidden('core.number', `a core "${number.slice(0, 20)}"`, 'Give its number from 10 to 999, or trial.'),
  );
  const ours = Object.fromEntries(RESERVED_LABELS.map((label) => [label, '']));
  body.Labels = { ...objectAt(body, 'Labels'), ...ours, [MANAGED]: 'true' };
  const wanted = textAt(host, 'NetworkMode');
  const network = await coreNetwork(wanted, number, facts, policy);
  body.HostConfig = { ...host, NetworkMode: network };
  body.NetworkingConfig = endpoints(given, wanted, { network, name, isTrial: number === 'trial' }, policy);
  for (const mount of objectsAt(host, 'Mounts'))
    await demandPlainVolume(textAt(mount, 'Source'), 'core.volume', facts, policy);
  await judgeImageVolumes(body, facts, policy);
  return body;
}

/** @returns the full id, so that no other of the same name is meant */
async function coreNetwork(wanted: string, number: string, facts: Facts, policy: Policy): Promise<string> {
  if (!policy.has('core.network')) return wanted;
  const { coreNetwork: named } = policy.limits;
  const found = await facts.network(wanted);
  const id = textAt(found, 'Id');
  if (number === 'trial') {
    const labels = objectAt(found, 'Labels');
    if (found?.Internal === true && isManaged(labels) && !labels[PROJECT]) return id;
  } else if (named !== undefined && id !== '') {
    if (textAt(await facts.network(named), 'Id') === id) return id;
  }
  throw forbidden(
    'core.network',
    `network ${wanted}`,
    named === undefined
      ? 'Set RDZEN_GUARD_CORE_NETWORK to the network of cores that come as components.'
      : 'Take RDZEN_GUARD_CORE_NETWORK, and in a trial an internal network of ours.',
  );
}

/** On a network with others nothing answers to a name that is not its own. */
function endpoints(
  given: JsonObject,
  wanted: string,
  { network, name, isTrial }: { network: string; name: string; isTrial: boolean },
  policy: Policy,
): JsonObject {
  const endpoint = onlyEndpoint(given, [wanted, network], 'core.network', policy);
  if (endpoint === undefined) return {};
  const config = judgeEndpoint(endpoint, undefined, policy);
  const foreign = isTrial ? undefined : textsAt(config, 'Aliases').find((alias) => alias !== name);
  policy.demand('core.alias', foreign === undefined && (isTrial || !('IPAMConfig' in config)), () =>
    forbidden('core.alias', `alias ${foreign ?? 'or an address'}`, `Let it answer to ${name} alone.`),
  );
  return { EndpointsConfig: { [network]: config } };
}
