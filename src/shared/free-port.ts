import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems lend to outgoing connections (32768 and up on Linux, 49152 elsewhere): one of those could
 * be taken by any program's connection between the choice and the moment its own program listens, or while that program
 * is started again.
 */
const FIRST_PORT = 18_000;
const LAST_PORT = 31_999;
const TRIES = 200;

/**
 * Those of this process that somebody counts on, listening or not: asked for a free port, the system gives the same one
 * again as soon as nobody listens there (Linux: one of 7058, so that two of a handful are the same once in a thousand
 * starts).
 */
const spokenFor = new Set<number>();

/** {@link freePort} will not give `port` to anybody. */
export function reservePort(port: number): void {
  spokenFor.add(port);
}

/**
 * A TCP port on which nobody listens on `host` at this moment, and which was given to nobody else in this process.
 *
 * @throws Error of the system where `host` is none of this machine's
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (spokenFor.has(port)) continue;
    spokenFor.add(port);
    if ((await portProblem(port, host)) === undefined) return port;
    spokenFor.delete(port);
  }
  return portOfTheSystem(host);
}

/** Whether a program could listen there now; the error's code where not. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

function portOfTheSystem(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
