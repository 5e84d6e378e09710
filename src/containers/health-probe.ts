/** How a program that listens on a port is asked whether it is well. */
export type ProbeTarget = { type: 'tcp' } | { type: 'http'; path: string };

/** Asks a program behind an address of this process. */
export abstract class HealthProbe {
  /**
   * - tcp: it takes a connection, and keeps it for a moment
   * - http: it answers GET with a status from 200 to 399
   *
   * @returns undefined where it is well; otherwise what is wrong, for people. Never throws.
   */
  abstract ask(
    address: { host: string; port: number },
    target: ProbeTarget,
    withinMs: number,
  ): Promise<string | undefined>;
}
