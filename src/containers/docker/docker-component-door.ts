import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { within } from '../../shared/within';
import type { ComponentContainer } from '../component-containers';
import { ComponentDoor, type Door } from '../component-door';
import type { ContainerStdio } from '../container-attachments';
import { helperFailed, type HelperContainers } from './helper-containers';
import { MANAGED } from './labels';

const START_MS = 20_000;
const WINDOW_BYTES = 2 ** 20;
/** The sweep's matter where nobody closes it. */
const LIFETIME_MS = 24 * 3_600_000;
const LOOPBACK = '127.0.0.1';

/**
 * {@link ComponentDoor} over Docker. The gate stands on the component's network and nowhere else; connections go to it as
 * streams of HTTP/2 over its standard streams, so that no address of this machine or of this process is in its reach.
 */
export class DockerComponentDoor extends ComponentDoor {
  constructor(private readonly helpers: HelperContainers) {
    super();
  }

  async open(container: ComponentContainer, port: number, lifetimeMs = LIFETIME_MS): Promise<Door> {
    const { network, address } = await this.placeOf(container);
    const gate = await this.helpers.start({
      kind: 'gate',
      env: { RDZEN_GATE_TARGET: `${address}:${port}` },
      labels: {},
      network,
      lifetimeMs,
    });
    try {
      const ready = sessionOver(gate.stdio);
      const session = await within(this.helpers.clock, START_MS, 'the gate', ready).catch(() => {
        throw helperFailed('gate', `did not start within ${START_MS / 1000} s`, gate.logTail);
      });
      const server = await listener(session);
      return {
        host: LOOPBACK,
        port: (server.address() as AddressInfo).port,
        close: async () => {
          server.close();
          session.destroy();
          await gate.remove();
        },
      };
    } catch (error) {
      await gate.remove();
      throw error;
    }
  }

  private async placeOf(container: ComponentContainer): Promise<{ network: string; address: string }> {
    const found = await this.helpers.calls.inspect(container.id);
    const [place] = Object.values(found?.NetworkSettings.Networks ?? {});
    if (place?.IPAddress && found?.Config.Labels[MANAGED] === 'true')
      return { network: place.NetworkID, address: place.IPAddress };
    throw helperFailed('gate', `has no way to ${container.name}: it does not run, or has no network`, '');
  }
}

/** Once the gate has answered. */
function sessionOver({ stdin, stdout }: ContainerStdio): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect('http://gate', {
      createConnection: () => Duplex.from({ readable: stdout, writable: stdin }),
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    });
    session.on('error', reject);
    session.once('close', () => reject(new Error('the gate ended')));
    session.once('remoteSettings', () => {
      session.setLocalWindowSize(16 * WINDOW_BYTES);
      resolve(session);
    });
  });
}

function listener(session: ClientHttp2Session): Promise<Server> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    pass(session, socket);
  });
  session.once('close', () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => resolve(server));
  });
}

function pass(session: ClientHttp2Session, socket: Socket): void {
  if (session.closed || session.destroyed) {
    socket.destroy();
    return;
  }
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'component' }, { endStream: false });
  stream.on('error', () => socket.destroy());
  stream.once('close', () => socket.end());
  socket.once('close', () => stream.close());
  stream.once('response', (headers) => {
    if (headers[':status'] !== 200) {
      // Nobody listens there: as a connection that is refused, as far as one can still tell it.
      socket.resetAndDestroy();
      return;
    }
    stream.pipe(socket);
    socket.pipe(stream);
  });
}
