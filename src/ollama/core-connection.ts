import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../shared/clock';

/**
 * Agents for one call. Connections are never reused, so that a kept-alive socket that went stale can never look like a
 * dead core. With `timeoutMs` an attempt to connect is given up after that time with ETIMEDOUT.
 */
export class CoreConnection {
  readonly httpAgent = new http.Agent({ keepAlive: false });
  readonly httpsAgent = new https.Agent({ keepAlive: false });
  /** Whether a connection has come about. */
  connected = false;

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs?: number,
  ) {
    this.watch(this.httpAgent, 'connect');
    this.watch(this.httpsAgent, 'secureConnect');
  }

  private watch(agent: http.Agent, established: 'connect' | 'secureConnect'): void {
    const create = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const socket = create(options, callback);
      if (socket) this.limit(socket, established);
      return socket;
    };
  }

  private limit(socket: Duplex, established: string): void {
    const { timeoutMs } = this;
    const timer =
      timeoutMs === undefined
        ? undefined
        : this.clock.after(timeoutMs, () => {
            socket.destroy(
              Object.assign(new Error(`no connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }),
            );
          });
    socket.once(established, () => {
      this.connected = true;
      timer?.cancel();
    });
    socket.once('close', () => timer?.cancel());
  }
}
