import { lookup } from 'node:dns/promises';
import { HostAllowList } from '../shared/host-allow-list';
import { DenialLines } from './denial-lines';
import { EgressGate } from './egress-gate';
import { EgressServer } from './egress-server';
import { readProxySettings } from './proxy-settings';
import { PublicAddresses } from './public-addresses';

const LOOK_MS = 250;
const LINES_MS = 1_000;

/**
 * `node dist/egress-proxy/main.js`: the one way out of a component's network. Its output is one line of JSON for each event
 * (`listening`, `denied`, `denied-more`); it ends with its input, so that it cannot outlive who started it.
 */
async function main(): Promise<void> {
  const { port, allow, open, closed, clients, limits } = readProxySettings(process.env);
  const lines = new DenialLines(say);
  const gate = new EgressGate(new HostAllowList(allow), new PublicAddresses(open, closed), (host) =>
    lookup(host, { all: true }),
  );
  const server = new EgressServer(gate, limits, (denied) => lines.denied(denied), { port, clients });
  await server.listen();
  setInterval(() => server.look(), LOOK_MS);
  setInterval(() => lines.look(), LINES_MS);
  const end = (): void => process.exit(0);
  process.stdin.on('end', end).resume();
  process.once('SIGTERM', end);
  say('listening', { port: server.port, allowed: allow.length });
}

function say(event: string, more: object): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...more })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
