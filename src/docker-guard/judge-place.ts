import type { Check } from './checks';
import { type Facts, objectAt } from './facts';
import { isPlainVolume } from './judge-archive';
import type { Policy } from './policy';
import { forbidden } from './refusal';
import type { JsonObject } from './strict-json';

/**
 * What a create call says of its one network in `NetworkingConfig`.
 *
 * @param names by which `NetworkMode` means that network: as given, and its id
 * @returns the endpoint's settings; undefined where it gives none
 * @throws Refusal where it names another
 */
export function onlyEndpoint(
  given: JsonObject,
  names: readonly string[],
  check: Check,
  policy: Policy,
): JsonObject | undefined {
  const { EndpointsConfig = null, ...more } = objectAt(given, 'NetworkingConfig');
  const endpoints = objectAt({ EndpointsConfig }, 'EndpointsConfig');
  const named = Object.keys(endpoints);
  const strange = Object.keys(more).length > 0 || named.some((name) => !names.includes(name));
  policy.demand(check, !strange, () =>
    forbidden(
      check,
      'a second network',
      'Name in NetworkingConfig what NetworkMode names, and nothing else.',
    ),
  );
  return named[0] === undefined ? undefined : objectAt(endpoints, named[0]);
}

/** @throws Refusal where it is no volume of ours, or one with options */
export async function demandPlainVolume(
  name: string,
  check: Check,
  facts: Facts,
  policy: Policy,
): Promise<void> {
  const plain = isPlainVolume(await facts.volume(name));
  policy.demand(check, plain, () =>
    forbidden(check, `volume ${name}`, 'Make it through the guard first, without options.'),
  );
}
