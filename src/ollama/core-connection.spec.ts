import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemClock } from '../shared/system-clock';
import { CoreConnection } from './core-connection';

describe(CoreConnection.name, () => {
  const clock = new SystemClock();

  function get(sut: CoreConnection, options: http.RequestOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      http
        .get({ ...options, agent: sut.httpAgent }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        })
        .on('error', reject);
    });
  }

  it('gives up an attempt to connect that takes too long', async () => {
    const sut = new CoreConnection(clock, 50);
    const started = clock.monotonic();
    // A name that is never resolved stands for a host that never answers.
    const attempt = get(sut, { host: 'lost', lookup: () => undefined });
    await expect(attempt).rejects.toMatchObject({ code: 'ETIMEDOUT', message: 'no connection within 50 ms' });
    expect(clock.monotonic() - started).toBeLessThan(500);
    expect(sut.connected).toBe(false);
  });

  it('leaves a connection alone once it has come about', async () => {
    const sut = new CoreConnection(clock, 40);
    const server = http.createServer((_request, response) => void setTimeout(() => response.end(), 100));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await get(sut, { host: '127.0.0.1', port })).toBe(200);
    expect(sut.connected).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});
