import Docker from 'dockerode';
import type { ComponentContainer } from '../../../../src/containers/component-containers';
import { DockerClient, dockerAddress } from '../../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../../src/containers/docker/docker-component-containers';
import { DockerComponentDoor } from '../../../../src/containers/docker/docker-component-door';
import { DockerComponentNetworks } from '../../../../src/containers/docker/docker-component-networks';
import { HelperContainers } from '../../../../src/containers/docker/helper-containers';
import { SystemClock } from '../../../../src/shared/system-clock';
import { SystemRandom } from '../../../../src/shared/system-random';
import type { GuardRig } from '../../guard/support/guard-rig';
import { dockerRig } from '../../support/docker-rig';

const SOCKET = '/var/run/docker.sock';
type Guarding = (env: Record<string, string>) => Promise<GuardRig>;

const SERVER = `
  require('node:http').createServer((request, response) => response.end('outer ' + request.headers.host + request.url)).listen(8080);
  require('node:http').createServer((_, response) => response.end('never')).listen(8081);
`;
/** What a component does in these tests: one line of JSON in, one out. */
const PROBE = `
  const net = require('node:net');
  const dns = require('node:dns').promises;
  const http = require('node:http');
  const dial = (host, port) => new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2500 });
    socket.once('connect', () => (socket.destroy(), resolve('connected')));
    socket.once('timeout', () => (socket.destroy(), resolve('timeout')));
    socket.once('error', (error) => resolve(error.code));
  });
  const proxy = () => new URL(process.env.HTTP_PROXY);
  const get = (url) => new Promise((resolve) => {
    const { hostname, port } = proxy();
    const request = http.get({ host: hostname, port, path: url, headers: { host: new URL(url).host } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve([answer.statusCode, text]));
    });
    request.on('error', (error) => resolve([0, error.code]));
  });
  const tunnel = (target) => new Promise((resolve) => {
    const { hostname, port } = proxy();
    const request = http.request({ host: hostname, port, method: 'CONNECT', path: target });
    request.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) return (socket.destroy(), resolve([answer.statusCode, '']));
      let text = '';
      socket.on('data', (chunk) => (text += chunk)).on('end', () => resolve([200, text.split('\\r\\n').pop()]));
      socket.write('GET /through HTTP/1.1\\r\\nHost: inner\\r\\nConnection: close\\r\\n\\r\\n');
    });
    request.on('response', (answer) => (answer.resume(), resolve([answer.statusCode, ''])));
    request.on('error', (error) => resolve([0, error.code]));
    request.end();
  });
  const look = (name) => dns.lookup(name).then(({ address }) => address, (error) => error.code);
  const flood = (target, count) => Promise.all(Array.from({ length: count }, () => tunnel(target))).then((all) => all.length);
  const serve = (port) => new Promise((resolve) =>
    http.createServer((request, response) => {
      if (request.url === '/large') return response.end(Buffer.alloc(8 * 2 ** 20, 120));
      let bytes = 0;
      request.on('data', (chunk) => (bytes += chunk.length))
        .on('end', () => response.end('served ' + request.method + ' ' + bytes + ' from ' + request.socket.remoteAddress));
    }).listen(port, () => resolve('listening')));
  const works = { dial, get, tunnel, look, serve, flood };
  require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
    const { id, what, args } = JSON.parse(line);
    process.stdout.write(JSON.stringify({ id, told: await works[what](...args) }) + '\\n');
  }).on('close', () => process.exit(0));
`;

/** A component that does as it is told. */
export interface Probe {
  container: ComponentContainer;
  ask<T>(what: 'dial' | 'get' | 'tunnel' | 'look' | 'serve' | 'flood', ...args: unknown[]): Promise<T>;
}

/** The real engine, our image, and a server on a network with a way out. */
export async function networkStage(
  more: {
    image?: string;
    /** Starts a docker-guard, through which networks and helpers are made. */ guard?: Guarding;
  } = {},
) {
  const rig = dockerRig();
  const clock = new SystemClock();
  const random = new SystemRandom();
  const run = random.id(8).toLowerCase();
  const direct = new Docker({ socketPath: SOCKET });
  const outer = await direct.createNetwork({ Name: `nettest-${run}`, Labels: { 'nettest.run': run } });
  const told = (await outer.inspect()) as {
    Id: string;
    IPAM: { Config: { Subnet: string; Gateway: string }[] };
  };
  const [{ Subnet: subnet, Gateway: outerGateway } = { Subnet: '', Gateway: '' }] = told.IPAM.Config;
  const server = await direct.createContainer({
    name: `nettest-server-${run}`,
    Image: rig.images.base,
    Cmd: ['node', '-e', SERVER],
    Labels: { 'nettest.run': run },
    HostConfig: { NetworkMode: told.Id },
    NetworkingConfig: { EndpointsConfig: { [told.Id]: { Aliases: ['allowed.test', 'other.test'] } } },
  });
  await server.start();
  const serverAddress = Object.values((await server.inspect()).NetworkSettings.Networks)[0]?.IPAddress ?? '';
  const guard = await more.guard?.({
    RDZEN_GUARD_HELPER_IMAGE: rig.images.rdzen,
    RDZEN_GUARD_EGRESS_NETWORK: `nettest-${run}`,
    RDZEN_GUARD_EGRESS_PRIVATE: subnet,
  });
  const client = new DockerClient(dockerAddress(`unix://${guard?.socket ?? SOCKET}`), clock);
  const maker = { owner: `nettest-${run}`, run };
  const settings = {
    image: more.image ?? rig.images.rdzen,
    outer: `nettest-${run}`,
    open: [subnet],
    closed: [outerGateway],
  };
  const helpers = new HelperContainers(client, maker, clock, random, settings);
  // Of an image that is in no registry, which the guard would refuse.
  const containers = new DockerComponentContainers(
    new DockerClient(dockerAddress(`unix://${SOCKET}`), clock),
    maker,
    clock,
  );
  const base = await direct.getImage(rig.images.base).inspect();
  return {
    direct,
    guard,
    client,
    clock,
    random,
    maker,
    run,
    containers,
    helpers,
    settings,
    serverAddress,
    outerGateway,
    networks: new DockerComponentNetworks(client, helpers),
    door: new DockerComponentDoor(helpers),
    async probe(
      network: string,
      env: Record<string, string> = {},
      also: readonly string[] = [],
    ): Promise<Probe> {
      const container = await containers.create({
        name: `rdzen-nettest-${random.id(8).toLowerCase()}`,
        image: base.Id,
        args: ['node', '-e', PROBE],
        env,
        labels: { 'nettest.run': run },
        limits: { memoryBytes: 128 * 2 ** 20, cpus: 1, pids: 64, scratchBytes: 2 ** 20 },
        network: { id: network, aliases: ['probe'], also },
        lifetimeMs: 300_000,
      });
      const { stdin, stdout, stderr } = await container.start();
      stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
      const waiting = new Map<number, (told: unknown) => void>();
      let [text, asked] = ['', 0];
      stdout.on('data', (chunk: Buffer) => {
        const lines = (text += chunk.toString()).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          const { id, told: answer } = JSON.parse(line) as { id: number; told: unknown };
          waiting.get(id)?.(answer);
        }
      });
      return {
        container,
        ask: <T>(what: string, ...args: unknown[]) =>
          new Promise<T>((resolve) => {
            waiting.set(++asked, resolve as (told: unknown) => void);
            stdin.write(`${JSON.stringify({ id: asked, what, args })}\n`);
          }),
      };
    },
    async left(): Promise<{ containers: string[]; networks: string[] }> {
      const filters = JSON.stringify({ label: [`rdzen.owner=nettest-${run}`] });
      return {
        containers: (await direct.listContainers({ all: true, filters })).flatMap(({ Names }) => Names),
        networks: (await direct.listNetworks({ filters })).map(({ Name }) => Name),
      };
    },
    async close(): Promise<void> {
      await guard?.close();
      for (const label of [`rdzen.owner=nettest-${run}`, `nettest.run=${run}`]) {
        const filters = JSON.stringify({ label: [label] });
        for (const { Id } of await direct.listContainers({ all: true, filters }))
          await direct.getContainer(Id).remove({ force: true, v: true });
        for (const { Id } of await direct.listNetworks({ filters })) await direct.getNetwork(Id).remove();
      }
    },
  };
}

export type NetworkStage = Awaited<ReturnType<typeof networkStage>>;
