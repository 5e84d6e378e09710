import type { ComponentContainer } from '../containers/component-containers';

/** A core in the sandbox: on an isolated network of its own, and reached through a door. */
export interface TriedCore {
  container: ComponentContainer;
  url: string;
  version: string;
  startedInMs: number;
}
