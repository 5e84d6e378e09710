import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { EngineSocket } from '../src/docker-guard/engine-socket';
import { GuardServer } from '../src/docker-guard/guard-server';
import { readGuardSettings } from '../src/docker-guard/guard-settings';
import { listenOn } from '../src/docker-guard/listen';
import { Policy } from '../src/docker-guard/policy';
import { stamp } from './support/clock';
import { provideDocker } from './support/docker-rig';
import type { Figure, Measure } from './support/figure';
import { quantile } from './support/statistics';

const SOCKET = '/var/run/docker.sock';
const CALLS = 300;

export const dockerGuard: Figure = {
  name: 'docker-guard',
  title: 'What the docker-guard adds to a call',
  definition:
    'Time of one call over a new connection, through the guard (in this process) and to docker.sock itself, in turn: ping, inspect of a container of ours, and one line echoed by `cat` over a hijacked attach. Per run the p50 and p99 of 300 calls each; needs what `npm run test:docker` needs.',

  async measure({ runs, quick, say }) {
    const end = provideDocker();
    const image = process.env.RDZEN_RIG_IMAGE_BASE ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'rdzen-bench-guard-'));
    const guarded = join(folder, 'docker.sock');
    const { limits } = readGuardSettings({});
    const { server } = new GuardServer(new EngineSocket(SOCKET), new Policy(limits), () => undefined);
    await listenOn(server, guarded, undefined);
    const container = await new Docker({ socketPath: SOCKET }).createContainer({
      Image: image,
      Entrypoint: [],
      Cmd: ['cat'],
      OpenStdin: true,
      Labels: { 'rdzen.managed': 'true', 'rdzen.bench': 'true' },
      HostConfig: { NetworkMode: 'none' },
    });
    const measures = new Map<string, number[]>();
    const note = (name: string, value: number): void =>
      void measures.set(name, [...(measures.get(name) ?? []), value]);
    try {
      await container.start();
      const ways = [
        ['direct', SOCKET],
        ['guarded', guarded],
      ] as const;
      const echoes = await Promise.all(
        ways.map(async ([way, socketPath]) => [way, await echo(socketPath, container.id)] as const),
      );
      const kinds: [string, (way: string, socketPath: string) => Promise<unknown>][] = [
        ['ping', (_way, socketPath) => call(socketPath, '/_ping')],
        ['inspect', (_way, socketPath) => call(socketPath, `/containers/${container.id}/json`)],
        [
          'attach echo',
          (way) => echoes.find(([name]) => name === way)?.[1]() ?? Promise.reject(new Error(way)),
        ],
      ];
      for (let run = 0; run < runs; run++) {
        for (const [kind, ask] of kinds) {
          const times = new Map<string, number[]>(ways.map(([way]) => [way, []]));
          for (let n = 0; n < (quick ? 30 : CALLS); n++)
            for (const [way, socketPath] of ways) {
              const began = stamp();
              await ask(way, socketPath);
              times.get(way)?.push(stamp() - began);
            }
          for (const [way] of ways)
            for (const share of [0.5, 0.99])
              note(`${kind}, ${way}, p${share * 100}`, quantile(times.get(way) ?? [], share));
        }
        say(`run ${run + 1} of ${runs}`);
      }
    } finally {
      await container.remove({ force: true });
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
      end();
    }
    return [...measures].map(([name, values]): Measure => ({ name, unit: 'ms', values }));
  },
};

function call(socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${path}: status ${answer.statusCode}`)),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** @returns a call that sends a line, and resolves when this line came back */
async function echo(socketPath: string, id: string): Promise<() => Promise<void>> {
  const stream = (await new Docker({ socketPath })
    .getContainer(id)
    .attach({ stream: true, stdin: true, stdout: true, hijack: true })) as Duplex;
  let heard: (() => void) | undefined;
  let wanted = '';
  let seen = '';
  stream.on('data', (chunk: Buffer) => {
    seen = (seen + chunk.toString('latin1')).slice(-200);
    if (wanted !== '' && seen.includes(wanted)) heard?.();
  });
  let count = 0;
  return () =>
    new Promise((resolve) => {
      wanted = `${socketPath.length}-${++count}-line\n`;
      heard = resolve;
      stream.write(wanted);
    });
}
