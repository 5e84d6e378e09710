import type { LookupAddress, LookupOptions } from 'node:dns';
import { Agent, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError, Server } from 'proxy-chain';
import { EgressDenied, type EgressGate } from './egress-gate';
import type { ProxyLimits } from './proxy-settings';
import { Networks } from './public-addresses';

type Told = (denied: EgressDenied) => void;

/**
 * The proxy itself: `CONNECT`, and requests in absolute form. Source: RFC 9110 7.2 and 9.3.6. A denial is answered with 403
 * and its reason, a name that leads nowhere with 502.
 */
export class EgressServer {
  private readonly server: Server;
  private readonly lastTarget = new Map<number, string>();
  private spentBytes = 0;

  constructor(
    gate: EgressGate,
    private readonly limits: ProxyLimits,
    private readonly denied: Told,
    { port, clients }: { port: number; clients: readonly string[] },
  ) {
    const known = Networks.of(clients);
    this.server = new Server({
      port,
      host: '0.0.0.0',
      authRealm: 'rdzen-egress',
      prepareRequestFunction: async ({ request, hostname, port: to, connectionId }) => {
        try {
          this.lastTarget.set(connectionId, `${hostname}:${to}`.slice(0, 300));
          if (this.usedBytes() >= limits.totalBytes) throw new EgressDenied(`${hostname}:${to}`, 'limit');
          const addresses = await gate.permit(hostname, to);
          nameHost(request);
          return {
            dnsLookup: pinned(addresses) as never,
            // Kept connections would outlive the check of their address.
            httpAgent: new Agent({ keepAlive: false }),
          };
        } catch (error) {
          if (!(error instanceof EgressDenied)) throw new RequestError(`${hostname} was not found`, 502);
          denied(error);
          throw new RequestError(`Denied: ${error.message}.\n`, 403);
        }
      },
    });
    this.server.server.maxConnections = limits.connections;
    // Who sends no whole head holds a place.
    this.server.server.headersTimeout = 10_000;
    this.server.server.prependListener('connection', (socket: Socket) => {
      socket.setTimeout(limits.idleMs);
      // Others on the network with the way out must not go out as this component.
      if (clients.length > 0 && !known.has(socket.remoteAddress ?? '')) socket.destroy();
    });
    this.server.server.on('drop', () => denied(new EgressDenied('connection', 'limit')));
    this.server.on('connectionClosed', ({ connectionId, stats }: Closed) => {
      this.spentBytes += bytesOf(stats);
      this.lastTarget.delete(connectionId);
    });
  }

  get port(): number {
    return this.server.port;
  }

  listen(): Promise<void> {
    return this.server.listen();
  }

  /** Ends connections that have had their share. To be called often: what passes in between is not counted yet. */
  look(): void {
    const total = this.usedBytes();
    for (const id of this.server.getConnectionIds()) {
      const used = bytesOf(this.server.getConnectionStats(id));
      if (used < this.limits.connectionBytes && total < this.limits.totalBytes) continue;
      this.denied(new EgressDenied(this.lastTarget.get(id) ?? 'connection', 'limit'));
      this.server.closeConnection(id);
    }
  }

  close(): Promise<void> {
    return this.server.close(true);
  }

  private usedBytes(): number {
    return this.server
      .getConnectionIds()
      .reduce<number>((sum, id) => sum + bytesOf(this.server.getConnectionStats(id)), this.spentBytes);
  }
}

/** Of a request in absolute form, the `Host` it came with counts for nothing. Source: RFC 9112 3.2.2. */
function nameHost({ method, url, rawHeaders }: IncomingMessage): void {
  if (method === 'CONNECT') return;
  const { host } = new URL(url ?? '');
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === 'host') rawHeaders[at + 1] = host;
}

interface Closed {
  connectionId: number;
  stats: Stats | undefined;
}
type Stats = { srcTxBytes: number; srcRxBytes: number };

function bytesOf(stats: Stats | undefined): number {
  return stats ? stats.srcTxBytes + stats.srcRxBytes : 0;
}

/** As `dns.lookup`, but with an answer that is known already. */
function pinned(addresses: LookupAddress[]) {
  return (
    _host: string,
    options: LookupOptions,
    done: (error: null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    const [first] = addresses;
    if (options.all === true) done(null, addresses);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}
