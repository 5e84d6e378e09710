import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rawCall } from '../../test/docker/guard/support/raw-call';
import { component, LIMITS } from '../../test/support/docker-guard/guard-world';
import { EngineSocket } from './engine-socket';
import { type Counted } from './facts';
import { GuardServer } from './guard-server';
import { listenOn } from './listen';
import { Policy } from './policy';

const BOUND = 3;
const CALLS: Readonly<Record<Counted, { path: string; body: (name: string) => unknown }>> = {
  containers: { path: '/containers/create?name=', body: () => component().body },
  networks: {
    path: '/networks/create?',
    body: (Name) => ({
      ...{ Name, Internal: true },
      Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    }),
  },
  volumes: { path: '/volumes/create?', body: (Name) => ({ Name }) },
};

/** Tells how many there are of each, and is slow to make one more. */
class CountingEngine {
  readonly made: Record<Counted, string[]> = { containers: [], networks: [], volumes: [] };
  readonly filters: string[] = [];
  /** What was changed, as it was done. */
  readonly done: string[] = [];
  readonly server: Server = createServer((asked, answer) => {
    void this.answer(asked).then(([status, told]) =>
      answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(told)),
    );
  });

  private async answer(asked: IncomingMessage): Promise<[number, unknown]> {
    const { pathname, searchParams } = new URL(asked.url ?? '', 'http://engine');
    let text = '';
    for await (const chunk of asked) text += String(chunk);
    const { containers, networks, volumes } = this.made;
    const kind = /^\/(containers|networks|volumes)\/create$/.exec(pathname)?.[1] as Counted | undefined;
    if (kind !== undefined) {
      await pause(50);
      this.done.push(`make ${kind}`);
      this.made[kind].push((JSON.parse(text) as { Name?: string }).Name ?? '');
      return [201, { Id: 'x' }];
    }
    if (searchParams.has('filters')) this.filters.push(searchParams.get('filters') ?? '');
    if (pathname === '/containers/json') return [200, containers.map(() => ({}))];
    if (pathname === '/networks') return [200, networks.map(() => ({}))];
    // As Moby tells none.
    if (pathname === '/volumes')
      return [200, { Volumes: volumes.length === 0 ? null : volumes.map(() => ({})) }];
    // The image of the containers.
    if (pathname.startsWith('/images/')) return [200, { Id: 'x', Config: {} }];
    const name = /^\/volumes\/(.+)$/.exec(pathname)?.[1];
    if (name !== undefined && volumes.includes(name)) {
      if (asked.method === 'DELETE') this.done.push(`remove ${name}`);
      return [200, { Name: name, Driver: 'local', Labels: { 'rdzen.managed': 'true' } }];
    }
    return [404, { message: 'not here' }];
  }
}

describe('bounds to what there is of ours', () => {
  let folder: string;
  let engine: CountingEngine;
  let guard: GuardServer;
  let socket: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-guard-'));
    engine = new CountingEngine();
    const behind = join(folder, 'engine.sock');
    await new Promise<void>((resolve) => engine.server.listen(behind, resolve));
    const limits = { ...LIMITS, containers: BOUND, networks: BOUND, volumes: BOUND };
    guard = new GuardServer(new EngineSocket(behind), new Policy(limits), () => undefined);
    socket = join(folder, 'guard.sock');
    await listenOn(guard.server, socket, undefined);
  });
  afterEach(async () => {
    for (const server of [guard.server, engine.server]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const make = (kind: Counted, name: string) => {
    const { path, body } = CALLS[kind];
    return rawCall(socket, 'POST', `${path}${kind === 'containers' ? name : ''}`, body(name));
  };

  it.each(Object.keys(CALLS) as Counted[])('holds for %s that are asked for at once', async (kind) => {
    const names = Array.from({ length: BOUND * 2 }, (_, index) => `rdzen-${index}`);
    const told = await Promise.all(names.map((name) => make(kind, name)));
    expect(told.filter(({ status }) => status === 201)).toHaveLength(BOUND);
    const refused = told.filter(({ status }) => status === 403);
    expect(refused).toHaveLength(BOUND);
    for (const { text } of refused) expect(text).toContain(`RDZEN_GUARD_${kind.toUpperCase()}`);
    expect(engine.made[kind]).toHaveLength(BOUND);
    expect(new Set(engine.filters)).toEqual(new Set(['{"label":["rdzen.managed=true"]}']));
  });

  it('at the bound a volume that is there already may be asked for again', async () => {
    for (let index = 0; index < BOUND; index++)
      expect(await make('volumes', `rdzen-${index}`)).toMatchObject({ status: 201 });
    expect(await make('volumes', 'rdzen-new')).toMatchObject({ status: 403 });
    expect(await make('volumes', 'rdzen-1')).toMatchObject({ status: 201 });
  });

  it('a volume does not go between the look at it and the container that is made with it', async () => {
    await make('volumes', 'rdzen-0');
    const Mounts = [{ Type: 'volume', Source: 'rdzen-0', Target: '/data' }];
    const made = rawCall(socket, 'POST', '/containers/create?name=rdzen-x', component({}, { Mounts }).body);
    await pause(5);
    const removed = rawCall(socket, 'DELETE', '/volumes/rdzen-0');
    expect([(await made).status, (await removed).status]).toEqual([201, 200]);
    expect(engine.done).toEqual(['make volumes', 'make containers', 'remove rdzen-0']);
  });
});
