import { type Facts, isManaged, MANAGED, objectAt, PROJECT, textAt, textsAt } from './facts';
import { RESERVED_LABELS } from './component-policy';
import { judgeFields } from './field-rules';
import { words } from './guard-settings';
import { HELPER, HELPERS } from './helper-policy';
import { judgeImageVolumes } from './judge-image';
import type { Policy } from './policy';
import { forbidden } from './refusal';
import type { JsonObject } from './strict-json';

const OPEN = 'RDZEN_EGRESS_OPEN=';

/** A container of ours beside a component: one of two programs, in the image that the operator named. @throws Refusal */
export async function judgeHelper(given: JsonObject, facts: Facts, policy: Policy): Promise<JsonObject> {
  const { limits } = policy;
  const body = judgeFields('helper', policy.helper, given, limits);
  const host = judgeFields('helper.HostConfig', policy.helperHost, objectAt(body, 'HostConfig'), limits);
  const kind = textAt(objectAt(body, 'Labels'), HELPER);
  policy.demand('helper.program', textsAt(body, 'Entrypoint').join(' ') === HELPERS[kind]?.join(' '), () =>
    forbidden('helper.program', `a helper "${kind}" with this program`, 'Give the one that its label names.'),
  );
  judgeOpened(textsAt(body, 'Env'), policy);
  await judgeImage(textAt(body, 'Image'), facts, policy);
  const ours = Object.fromEntries(RESERVED_LABELS.map((label) => [label, '']));
  body.Labels = { ...objectAt(body, 'Labels'), ...ours, [MANAGED]: 'true' };
  body.HostConfig = { ...host, NetworkMode: await network(kind, textAt(host, 'NetworkMode'), facts, policy) };
  await judgeImageVolumes(body, facts, policy);
  return body;
}

/** Behind a private address stand containers of other projects. */
function judgeOpened(env: readonly string[], policy: Policy): void {
  const opened = env.filter((one) => one.startsWith(OPEN)).flatMap((one) => words(one.slice(OPEN.length)));
  const strange = opened.find((one) => !policy.limits.egressPrivate.includes(one));
  policy.demand('helper.open', strange === undefined, () =>
    forbidden(
      'helper.open',
      `a way to ${strange?.slice(0, 60)}`,
      'Name it in RDZEN_GUARD_EGRESS_PRIVATE, spelt the same as in RDZEN_EGRESS_PRIVATE; compose gives both.',
    ),
  );
}

/** By name or id in the guard's settings; by id in the call, so that what runs is what was looked at. */
async function judgeImage(wanted: string, facts: Facts, policy: Policy): Promise<void> {
  const { helperImage } = policy.limits;
  const id = helperImage === undefined ? '' : textAt(await facts.image(helperImage), 'Id');
  policy.demand('helper.image', id !== '' && wanted === id, () =>
    forbidden(
      'helper.image',
      `image ${wanted.slice(0, 80)}`,
      helperImage === undefined
        ? 'Set RDZEN_GUARD_HELPER_IMAGE to the image Rdzen runs from.'
        : 'Take the id of RDZEN_GUARD_HELPER_IMAGE.',
    ),
  );
}

/** The egress proxy gets out by the one network the operator named; a gate stands on the component's alone. */
async function network(kind: string, wanted: string, facts: Facts, policy: Policy): Promise<string> {
  if (!policy.has('helper.network')) return wanted;
  const { egressNetwork } = policy.limits;
  if (kind === 'egress' && wanted === egressNetwork) return wanted;
  const found = kind === 'gate' ? await facts.network(wanted) : undefined;
  const labels = objectAt(found, 'Labels');
  if (found?.Internal === true && isManaged(labels) && !labels[PROJECT]) return textAt(found, 'Id');
  throw forbidden(
    'helper.network',
    `network ${wanted}`,
    'Take RDZEN_GUARD_EGRESS_NETWORK for the egress proxy, and an internal network of ours for a gate.',
  );
}
