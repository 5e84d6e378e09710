import { isObject, type Json, type JsonObject } from './strict-json';

export type Counted = 'containers' | 'networks' | 'volumes';

/** What the engine tells of things by id, name or the beginning of an id; undefined where there is none. */
export interface Facts {
  container(reference: string): Promise<JsonObject | undefined>;
  /** How the container of that full id looked the last time, whether it is still there or not. */
  lastSeen?(id: string): JsonObject | undefined;
  /** Whether one of that name of the same service of compose was seen to run on the image of that full id before. */
  hadImage?(container: JsonObject, imageId: string): boolean;
  network(reference: string): Promise<JsonObject | undefined>;
  volume(name: string): Promise<JsonObject | undefined>;
  image(reference: string): Promise<JsonObject | undefined>;
  /** How many of ours there are; containers running or not. */
  managed(kind: Counted): Promise<number>;
}

export const MANAGED = 'rdzen.managed';
/** Made by Rdzen, in one of its lives; what compose made has none. */
export const RUN = 'rdzen.run';
export const WATCHED = 'rdzen.watched';
export const REPLACES = 'rdzen.replaces';
export const PROJECT = 'com.docker.compose.project';
export const SERVICE = 'com.docker.compose.service';

export const objectAt = (value: Json | undefined, key: string): JsonObject => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
};
export const textAt = (value: Json | undefined, key: string): string => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : '';
};
export const objectsAt = (value: Json | undefined, key: string): JsonObject[] => {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter(isObject) : [];
};
export const textsAt = (value: Json | undefined, key: string): string[] => {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
};

export const containerLabels = (found: JsonObject): JsonObject =>
  objectAt(objectAt(found, 'Config'), 'Labels');
export const containerName = (found: JsonObject): string => textAt(found, 'Name').replace(/^\//, '');
/** Networks it is on, or will be on when it is started, by name. */
export const containerNetworks = (found: JsonObject): JsonObject =>
  objectAt(objectAt(found, 'NetworkSettings'), 'Networks');
export const isManaged = (labels: JsonObject): boolean => labels[MANAGED] === 'true';
export const isWatched = (labels: JsonObject): boolean => labels[WATCHED] === 'true';
