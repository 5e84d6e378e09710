import { isRestartPolicy } from './component-policy';
import { exactly, type FieldRules, flag, mapOf, required, strings, text } from './field-rules';
import { isEmpty, isObject } from './strict-json';

const NAME = /^[a-z0-9][a-z0-9_.-]{1,100}$/;
const NETWORK_OPTIONS = [
  'com.docker.network.bridge.inhibit_ipv4',
  'com.docker.network.bridge.gateway_mode_ipv4',
  'com.docker.network.bridge.gateway_mode_ipv6',
  'com.docker.network.bridge.enable_icc',
];
const NETWORK_OPTION_VALUES = ['true', 'isolated'];

const labels = mapOf(
  'names to texts, none of com.docker.*',
  (key, value) => typeof value === 'string' && !/^(com|io|org)\.docker/i.test(key),
);

/** `POST /networks/create`: without a way out, and without an address of the host where the engine can do that. */
export const NETWORK: FieldRules = {
  Name: required({
    allowed: 'a name that begins with RDZEN_GUARD_PREFIX',
    accepts: (value, { prefix }) => typeof value === 'string' && value.startsWith(prefix) && NAME.test(value),
  }),
  Internal: required(exactly(true)),
  Driver: exactly('bridge'),
  CheckDuplicate: flag,
  Options: mapOf(
    'inhibit_ipv4, gateway_mode_ipv4/6 and enable_icc of the bridge driver',
    (key, value) => NETWORK_OPTIONS.includes(key) && NETWORK_OPTION_VALUES.includes(value as string),
  ),
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
