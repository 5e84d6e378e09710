import { COMPONENT, COMPONENT_HOST } from './component-policy';
import { exactly, type FieldRule, type FieldRules, required, strings, text } from './field-rules';
import { isObject, type Json, sameJson } from './strict-json';

/** Programs of ours beside a component, by the label that asks for them. All in the operator's image, and nothing else of it. */
export const HELPERS: Readonly<Record<string, readonly string[]>> = {
  egress: ['node', 'dist/egress-proxy/main.js'],
  gate: ['node', 'dist/gate/main.js'],
};
/** Label of a create call that asks for one. */
export const HELPER = 'rdzen.helper';

const one = (value: Json): FieldRule => ({
  allowed: JSON.stringify(value),
  accepts: (given) => sameJson(given, value),
});

const row = (rules: FieldRules, key: string): FieldRule => {
  const found = rules[key];
  if (!found) throw new Error(`the policy of components has no row ${key}`);
  return found;
};
const rows = (rules: FieldRules, ...keys: string[]): FieldRules =>
  Object.fromEntries(keys.map((key) => [key, row(rules, key)]));

/** Body of `POST /containers/create` for a helper. */
export const HELPER_BODY: FieldRules = {
  Image: required(text('the id (sha256:...) of RDZEN_GUARD_HELPER_IMAGE', /^sha256:[0-9a-f]{64}$/)),
  Entrypoint: required({
    allowed: Object.values(HELPERS)
      .map((program) => JSON.stringify(program))
      .join(' or '),
    accepts: (value) => Object.values(HELPERS).some((program) => sameJson(value, [...program])),
  }),
  Env: strings(
    'a list of RDZEN_EGRESS_...= and RDZEN_GATE_...=',
    /^RDZEN_(EGRESS|GATE)_[A-Z_]{1,20}=[\x20-\x7e]*$/,
    20,
  ),
  User: required(exactly('10001:10001')),
  Hostname: exactly('egress', 'gate'),
  Healthcheck: required(one({ Test: ['NONE'] })),
  ...rows(
    COMPONENT,
    'StopSignal',
    'StopTimeout',
    'Tty',
    'OpenStdin',
    'StdinOnce',
    'AttachStdin',
    'AttachStdout',
    'AttachStderr',
    'Labels',
    'HostConfig',
  ),
};

/** Its `HostConfig`: no mounts, no folders. */
export const HELPER_HOST: FieldRules = {
  NetworkMode: required(
    text(
      'RDZEN_GUARD_EGRESS_NETWORK for the egress proxy, an internal network of ours for the gate',
      /^[A-Za-z0-9][\w.-]{0,127}$/,
    ),
  ),
  Sysctls: required({
    allowed: '{"net.ipv4.ip_forward":"0"}',
    accepts: (value) => isObject(value) && sameJson(value, { 'net.ipv4.ip_forward': '0' }),
  }),
  ...rows(
    COMPONENT_HOST,
    'ReadonlyRootfs',
    'CapDrop',
    'SecurityOpt',
    'PidsLimit',
    'Memory',
    'MemorySwap',
    'NanoCpus',
    'LogConfig',
    'RestartPolicy',
    'Init',
    'IpcMode',
    'CgroupnsMode',
  ),
};
