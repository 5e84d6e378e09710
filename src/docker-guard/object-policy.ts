import { isRestartPolicy } from './component-policy';
import { exactly, type FieldRules, flag, mapOf, required, strings, text } from './field-rules';
import { isEmpty, isObject, type JsonObject, sameJson } from './strict-json';

const NAME = /^[a-z0-9][a-z0-9_.-]{1,100}$/;
const BRIDGE = 'com.docker.network.bridge';
/** That no address of the host is on it: before Docker 28, and since. */
const WITHOUT_HOST: JsonObject[] = [
  { [`${BRIDGE}.inhibit_ipv4`]: 'true' },
  { [`${BRIDGE}.gateway_mode_ipv4`]: 'isolated', [`${BRIDGE}.gateway_mode_ipv6`]: 'isolated' },
];

const labels = mapOf(
  'names to texts, none of com.docker.*',
  (key, value) => typeof value === 'string' && !/^(com|io|org)\.docker/i.test(key),
);

/** `POST /networks/create`: without a way out, and without an address of the host. */
export const NETWORK: FieldRules = {
  Name: required({
    allowed: 'a name that begins with RDZEN_GUARD_PREFIX',
    accepts: (value, { prefix }) => typeof value === 'string' && value.startsWith(prefix) && NAME.test(value),
  }),
  Internal: required(exactly(true)),
  Driver: exactly('bridge'),
  CheckDuplicate: flag,
  EnableIPv6: exactly(false),
  Options: required({
    allowed:
      'inhibit_ipv4=true, or gateway_mode_ipv4=isolated and gateway_mode_ipv6=isolated, of the bridge driver',
    accepts: (value) => WITHOUT_HOST.some((options) => sameJson(value, options)),
  }),
  Labels: labels,
};

/** `POST /volumes/create`: options of the local driver can mount any folder of the host. */
export const VOLUME: FieldRules = {
  Name: required({
    allowed: 'a name that begins with RDZEN_GUARD_PREFIX',
    accepts: (value, { prefix }) => typeof value === 'string' && value.startsWith(prefix) && NAME.test(value),
  }),
  Driver: exactly('local'),
  Labels: labels,
};

/** `POST /containers/{id}/update`. */
export const UPDATE: FieldRules = {
  RestartPolicy: required({ allowed: 'no, on-failure or unless-stopped', accepts: isRestartPolicy }),
};

/** `POST /networks/{id}/connect`. */
export const CONNECT: FieldRules = {
  Container: required(text('id or name of a container', /^[A-Za-z0-9][\w.-]{0,127}$/)),
  EndpointConfig: { allowed: 'the rows of endpoint', accepts: (value) => isObject(value) },
};

/** `POST /networks/{id}/disconnect`. */
export const DISCONNECT: FieldRules = {
  Container: required(text('id or name of a container', /^[A-Za-z0-9][\w.-]{0,127}$/)),
  Force: flag,
};

/** How a container is attached to one network. Whose names it may bear is judged by what it replaces. */
export const ENDPOINT: FieldRules = {
  Aliases: strings('a list of host names', /^[A-Za-z0-9][\w.-]{0,127}$/, 20),
  IPAMConfig: {
    allowed: '{IPv4Address, IPv6Address}',
    accepts: (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([key, one]) =>
          isEmpty(one) ||
          (['IPv4Address', 'IPv6Address'].includes(key) &&
            typeof one === 'string' &&
            /^[0-9a-fA-F.:]{3,45}$/.test(one)),
      ),
  },
};
