import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

export const about =
  'Dials out when it starts and at each call of add, and tells in the answer what it reached.';
export const limit = { of: 'milliseconds to wait for each address', outside: 100, inContainer: 1500 };

/** Docker's own bridge, the metadata service of clouds, a public resolver; the gateway comes on top where there is one. */
const ADDRESSES = [
  ['172.17.0.1', 2375],
  ['172.17.0.1', 5000],
  ['169.254.169.254', 80],
  ['8.8.8.8', 53],
  ['127.0.0.1', 5000],
];

export function change(server) {
  let atStart = [];
  server.beforeReading = async () => void (atStart = await tryAll(server.limit));
  server.tool('add').run = async ({ a, b }) => {
    const now = await tryAll(server.limit);
    const reached = [...atStart, ...now].filter(({ how }) => how === 'reached');
    return {
      content: [
        { type: 'text', text: JSON.stringify({ sum: a + b }) },
        { type: 'text', text: `reached ${reached.length} of ${atStart.length + now.length}` },
        { type: 'text', text: now.map(({ what, how }) => `${what} ${how}`).join('\n') },
      ],
      structuredContent: { sum: a + b },
    };
  };
}

async function tryAll(ms) {
  if (process.env.COMPONENT_IN_CONTAINER !== '1') return [{ what: 'everything', how: 'not tried outside' }];
  const own = Object.values(networkInterfaces()).flat();
  const gateways = own
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => [address.replace(/\d+$/, '1'), 5000]);
  return Promise.all([
    ...[...gateways, ...ADDRESSES].map(([host, port]) => tcp(host, port, ms)),
    udp('8.8.8.8', 53),
    named('example.com', ms),
  ]);
}

const tcp = (host, port, ms) =>
  new Promise((resolve) => {
    const told = (how) => (socket.destroy(), resolve({ what: `tcp ${host}:${port}`, how }));
    const socket = connect({ host, port, timeout: ms }, () => told('reached'));
    socket.once('error', ({ code }) => told(code)).once('timeout', () => told('no answer'));
  });

const udp = (host, port) =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.send('?', port, host, (error) => {
      socket.close();
      resolve({ what: `udp ${host}:${port}`, how: error ? error.code : 'sent' });
    });
  });

const named = (name, ms) =>
  Promise.race([
    lookup(name).then(
      () => 'reached',
      ({ code }) => code,
    ),
    new Promise((resolve) => setTimeout(resolve, ms, 'no answer')),
  ]).then((how) => ({ what: `dns ${name}`, how }));
