import { randomBytes } from 'node:crypto';
import type { EndpointSettings } from 'dockerode';

export const newId = (): string => randomBytes(32).toString('hex');

export interface FakeImage {
  id: string;
  references: string[];
  entrypoint: string[];
  labels: Record<string, string>;
  digests: string[];
}

export interface FakeNetwork {
  id: string;
  name: string;
  created: string;
  internal: boolean;
  labels: Record<string, string>;
  /** Of the second byte of its addresses. */
  number: number;
}

export interface FakeVolume {
  name: string;
  created: string;
  labels: Record<string, string>;
  anonymous: boolean;
}

/** How a container is on a network: what its maker said, and while it runs the id of the endpoint. */
export interface FakeEndpoint {
  network: FakeNetwork;
  settings: EndpointSettings;
  endpointId: string;
  address: string;
}

/** By id, by the beginning of an id, or by name, as the engine takes them. */
export function found<T extends { id: string; name: string }>(
  all: Iterable<T>,
  which: string,
): T | undefined {
  const list = [...all];
  return (
    list.find(({ id, name }) => id === which || name === which) ??
    list.find(({ id }) => which.length >= 4 && id.startsWith(which))
  );
}

/** As `filters` of the lists has them; what is not asked for fits. */
export function fitsLabels(
  labels: Record<string, string>,
  filters: Record<string, string[] | undefined>,
): boolean {
  return (filters.label ?? []).every((asked) => {
    const [label = '', value] = asked.split(/=(.*)/s);
    return value === undefined ? label in labels : labels[label] === value;
  });
}
