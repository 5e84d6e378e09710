import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Real: the compiled product and npm, each a process of its own. Doubled: registry and model hub, which take calls and are silent. */
describe('an install of the engine whose gateway is killed', () => {
  let registry: Server;
  /** Connections of npm; it keeps them for as long as it lives. */
  let open = 0;
  const sockets: Socket[] = [];
  let folder: string;
  let gateway: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-install-'));
    registry = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.once('data', (data) => {
        if (!data.includes('user-agent: npm/')) return;
        open++;
        socket.once('close', () => open--);
      });
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    gateway?.kill('SIGKILL');
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((done) => registry.close(done));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function until(what: () => boolean, ms: number): Promise<number> {
    const begun = Date.now();
    for (; !what(); await new Promise((done) => setTimeout(done, 20)))
      if (Date.now() - begun > ms) throw new Error(`waited for ${ms} ms`);
    return Date.now() - begun;
  }

  it('leaves no npm behind', async () => {
    const silent = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    gateway = spawn(process.execPath, [join(__dirname, 'programs/provide.cjs'), folder, 'hf:u/r'], {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        NPM_CONFIG_REGISTRY: silent,
        NPM_CONFIG_CACHE: join(folder, 'cache'),
        HF_ENDPOINT: silent,
      },
      stdio: 'ignore',
    });
    await until(() => open > 0, 15_000);
    gateway.kill('SIGKILL');
    expect(await until(() => open === 0, 5_000)).toBeLessThan(5_000);
  });
});
