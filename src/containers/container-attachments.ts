import type { Readable, Writable } from 'node:stream';

/** The standard streams of a container. Both outputs must be read (or resumed): they come over one connection. */
export interface ContainerStdio {
  /** `end()` closes the container's stdin and leaves its outputs open. */
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Ends the connection, not the container. */
  close(): void;
}

/** To talk to a program in a container over its standard streams. */
export abstract class ContainerAttachments {
  /**
   * Before the container starts, or what it says first may be lost. What is not read waits in the container: at most about
   * 100 KiB of it are held here. When the container ends, the outputs end.
   *
   * @param name or id
   * @throws RdzenError ENGINE_*
   */
  abstract attach(name: string): Promise<ContainerStdio>;
}
