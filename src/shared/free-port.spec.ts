import { createServer, type Server } from 'node:net';
import { freePort, portProblem, reservePort } from './free-port';

/** Linux lends these and higher ones to outgoing connections. */
const LENT_FROM = 32_768;

describe('freePort', () => {
  it('gives nobody a port that another was given, though neither listens yet', async () => {
    const ports = await Promise.all(Array.from({ length: 1000 }, () => freePort()));

    expect(new Set(ports).size).toBe(1000);
  });

  it('gives a port that no outgoing connection is lent', async () => {
    const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()));

    expect(ports.filter((port) => port <= 1024 || port >= LENT_FROM)).toEqual([]);
  });

  it('gives a port on which a program can listen', async () => {
    const port = await freePort();
    const server = await listening(port);

    await expect(portProblem(port, '127.0.0.1')).resolves.toBe('EADDRINUSE');
    await new Promise((closed) => server.close(closed));
    await expect(portProblem(port, '127.0.0.1')).resolves.toBeUndefined();
  });

  it('goes past ports that are reserved', async () => {
    const wanted = await freePort();
    for (let port = 18_000; port < 32_000; port++) if (port !== wanted) reservePort(port);
    reservePort(wanted);

    // None of its own is left, so that the system is asked.
    await expect(freePort()).resolves.toBeGreaterThanOrEqual(LENT_FROM);
  });

  it('says what is wrong with a host that is not of this machine', async () => {
    await expect(freePort('192.0.2.1')).rejects.toThrow('EADDRNOTAVAIL');
  });
});

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
