import { connect } from 'node:net';
import { refusal } from '../server/mcp-server.mjs';

export const about =
  'An honest tool for the network: current_time asks a time server and fails where there is no network.';
export const limit = { of: 'milliseconds to wait', outside: 200, inContainer: 1500 };

/** A name that never exists, and an address for documentation: outside of a container nobody is bothered. RFC 2606, RFC 5737. */
const OUTSIDE = process.env.COMPONENT_IN_CONTAINER !== '1';
const [HOST, PORT] = OUTSIDE ? ['time.invalid', 13] : ['192.0.2.1', 13];

export function change(server) {
  server.tool('current_time').run = () =>
    new Promise((resolve) => {
      const failed = (why) => {
        socket.destroy();
        resolve(refusal(`the time server cannot be reached: connect ${why} ${HOST}:${PORT}`));
      };
      const socket = connect({ host: HOST, port: PORT, timeout: server.limit });
      socket.once('error', ({ code }) => failed(code)).once('timeout', () => failed('ETIMEDOUT'));
      socket.once('data', (time) => (socket.destroy(), resolve(String(time).slice(0, 100))));
    });
}
