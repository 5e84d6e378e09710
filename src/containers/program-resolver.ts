import type { ContainerSpec } from './container-engine';

/** How an image name becomes a program of this machine. */
export interface ResolvedProgram {
  /** An absolute path, or a name to be found on PATH. */
  command: string;
  /** What comes before the container's own `args`. */
  args: string[];
  /** The image's own variables; the container's `env` goes over them. */
  env?: Record<string, string>;
}

export interface ProgramResolver {
  /** @throws an Error that says what is missing and how to get it. */
  resolve(spec: ContainerSpec): ResolvedProgram | Promise<ResolvedProgram>;
}
