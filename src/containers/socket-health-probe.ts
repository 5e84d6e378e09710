import { get } from 'node:http';
import { connect } from 'node:net';
import type { Clock } from '../shared/clock';
import { HealthProbe, type ProbeTarget } from './health-probe';

/** A door takes every connection; one that leads nowhere is closed within this time. */
const KEPT_MS = 500;

type Address = { host: string; port: number };

export class SocketHealthProbe extends HealthProbe {
  constructor(private readonly clock: Clock) {
    super();
  }

  ask(address: Address, target: ProbeTarget, withinMs: number): Promise<string | undefined> {
    return target.type === 'http' ? this.http(address, target.path, withinMs) : this.tcp(address, withinMs);
  }

  private http({ host, port }: Address, path: string, withinMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const request = get({ host, port, path, agent: false, headers: { connection: 'close' } });
      const end = (problem?: string): void => {
        late.cancel();
        request.destroy();
        resolve(problem);
      };
      const late = this.clock.after(withinMs, () => end(`it did not answer within ${withinMs / 1000} s`));
      request.once('error', (error: NodeJS.ErrnoException) => end(`no answer (${error.code ?? 'error'})`));
      request.on('error', () => undefined);
      request.once('response', ({ statusCode = 0 }) =>
        end(statusCode >= 200 && statusCode < 400 ? undefined : `it answers with status ${statusCode}`),
      );
    });
  }

  private tcp({ host, port }: Address, withinMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ host, port });
      const end = (problem?: string): void => {
        late.cancel();
        socket.destroy();
        resolve(problem);
      };
      let late = this.clock.after(withinMs, () => end(`it took no connection within ${withinMs / 1000} s`));
      socket.once('error', (error: NodeJS.ErrnoException) => end(`no connection (${error.code ?? 'error'})`));
      socket.on('error', () => undefined);
      socket.once('close', () => end('it closes connections at once'));
      socket.once('connect', () => {
        late.cancel();
        late = this.clock.after(KEPT_MS, () => end());
      });
    });
  }
}
