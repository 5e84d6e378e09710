import { COMPONENT, COMPONENT_HOST } from './component-policy';
import { exactly, type FieldRule, type FieldRules, integer, required, text } from './field-rules';
import { isEmpty, isObject, type Json } from './strict-json';

/** Label of a create call that asks for a core; its value is the core's number, or `trial`. */
export const FURTHER_CORE = 'rdzen.core';
const PORT = '11434/tcp';

/** What a core is not given, though another component may have it. */
const NOT_BODY = ['Entrypoint', 'WorkingDir', 'NetworkDisabled'];
const NOT_HOST = ['AutoRemove', 'Runtime', 'ConsoleSize', 'MemoryReservation'];

const without = (rules: FieldRules, keys: readonly string[]): FieldRules =>
  Object.fromEntries(Object.entries(rules).filter(([key]) => !keys.includes(key)));

const ports: FieldRule = {
  allowed: `${PORT} on one port of 127.0.0.1 from 1024 up; or none`,
  accepts: (value) => isEmpty(value) || (isObject(value) && Object.entries(value).every(isLoopback)),
};

/** Body of `POST /containers/create` for a core that came as a component: the cage of any other. */
export const CORE_BODY: FieldRules = {
  ...without(COMPONENT, NOT_BODY),
  // It answers to this name as well as to its own; in its trial it is called as every component is.
  Hostname: exactly('core', 'component'),
};

/** Its `HostConfig`: larger, on a network of its kind, and reached by a port of the loopback address at most. */
export const CORE_HOST: FieldRules = {
  ...without(COMPONENT_HOST, NOT_HOST),
  NetworkMode: required(
    text('RDZEN_GUARD_CORE_NETWORK, or a network of ours that is internal', /^[A-Za-z0-9][\w.-]{0,127}$/),
  ),
  PidsLimit: required(integer('1 to 4096', 1, () => 4_096)),
  Memory: required(
    integer(
      '6 MiB to RDZEN_GUARD_CORE_MEMORY_MB, in bytes',
      6 * 2 ** 20,
      ({ coreMemoryBytes }) => coreMemoryBytes,
    ),
  ),
  MemorySwap: required(
    integer('at most RDZEN_GUARD_CORE_MEMORY_MB, in bytes', 1, ({ coreMemoryBytes }) => coreMemoryBytes),
  ),
  NanoCpus: required(
    integer(
      '1 to RDZEN_GUARD_CORE_CPU_PERCENT, in billionths of a processor',
      1,
      ({ coreNanoCpus }) => coreNanoCpus,
    ),
  ),
  PortBindings: ports,
};

function isLoopback([port, bindings]: [string, Json]): boolean {
  if (port !== PORT || !Array.isArray(bindings) || bindings.length !== 1) return false;
  const [binding] = bindings;
  if (!isObject(binding ?? null)) return false;
  const { HostIp, HostPort, ...more } = binding as Record<string, Json>;
  return (
    HostIp === '127.0.0.1' &&
    typeof HostPort === 'string' &&
    /^\d{4,5}$/.test(HostPort) &&
    Number(HostPort) >= 1_024 &&
    Number(HostPort) <= 65_535 &&
    Object.keys(more).length === 0
  );
}
