import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAMS = ['dockerd', 'unshare', 'ip'];
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
const UP_WITHIN_MS = 30_000;
const DOWN_WITHIN_MS = 40_000;
/** Becomes the engine, so that its process is the one that is known here; `$$` is kept by `exec`. */
const BEGIN = 'ip link set lo up && { "$0" "$1" "$2" $$ "$3" <&3 & shift 3; exec "$@" 3<&-; }';

const lacking = PROGRAMS.find((name) => !FOLDERS.some((folder) => existsSync(join(folder, name))));
/** Why there can be none here; undefined: there can. */
export const ownEngineMissing =
  lacking !== undefined
    ? `there is no ${lacking}`
    : process.getuid?.() === 0
      ? undefined
      : 'an engine of its own needs root';

/**
 * A Docker engine that belongs to a spec alone, which may therefore stop, kill and start it: with data, containers and a
 * containerd of its own, and in a network namespace of its own. An engine takes what it finds of bridges and packet filters
 * for its own, so it must not see those of the machine.
 */
export class OwnEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-engine-'));
  private process?: ChildProcess;
  private over: Promise<unknown> = Promise.resolve();
  private loopback?: Server;

  private constructor(private readonly port: number) {}

  /** @param registry `127.0.0.1:PORT` on this machine, from which it takes images */
  static async start(registry: string): Promise<OwnEngine> {
    const engine = new OwnEngine(Number(registry.split(':').at(-1)));
    engine.loopback = createServer((inner) => {
      const outer = connect(engine.port, '127.0.0.1');
      inner.pipe(outer).pipe(inner);
      inner.on('error', () => outer.destroy());
      outer.on('error', () => inner.destroy());
    }).listen(join(engine.folder, `${engine.port}.sock`));
    await engine.up();
    return engine;
  }

  /** For DOCKER_HOST and RDZEN_DOCKER_HOST. */
  get address(): string {
    return `unix://${this.socket}`;
  }

  /** Starts it, or starts it again, and waits until it answers. */
  async up(): Promise<void> {
    const log = openSync(this.log, 'a');
    const engine = [
      ...['dockerd', '--data-root', join(this.folder, 'data'), '--exec-root', join(this.folder, 'exec')],
      ...['--host', this.address, '--pidfile', join(this.folder, 'pid'), '--bridge=none'],
      ...['--iptables=false', '--ip-forward=false', '--ip-masq=false'],
    ];
    const loopback = [resolve('test/docker/support/own-engine-loopback.mjs'), this.folder, String(this.port)];
    const child = spawn('unshare', ['--net', 'sh', '-c', BEGIN, process.execPath, ...loopback, ...engine], {
      stdio: ['ignore', log, log, 'pipe'],
    });
    this.process = child;
    this.over = new Promise((done) => child.once('exit', done).once('error', done));
    const until = performance.now() + UP_WITHIN_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || performance.now() > until)
        throw new Error(`dockerd did not start: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
      await sleep(50);
    }
  }

  /** As a service manager stops it: it ends its containers first. */
  down(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Without a word: its containers run on, and end when it is up again. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
    // It goes with it, a moment later; until then the next one takes it for its own.
    const pid = Number(readFileSync(join(this.folder, 'exec/containerd/containerd.pid'), 'utf8'));
    for (let tries = 0; tries < 200 && isThere(pid); tries++) await sleep(50);
  }

  /** Nothing of it is left after it. */
  async close(): Promise<void> {
    // One that was killed is started once more, since only it can end its containers.
    if (this.process?.signalCode === 'SIGKILL') await this.up().catch(() => undefined);
    await this.down();
    this.loopback?.close();
    this.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.process?.kill(signal);
    const late = sleep(DOWN_WITHIN_MS, 'late', { ref: false });
    if ((await Promise.race([this.over, late])) === 'late')
      throw new Error(`dockerd did not end: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
    this.process?.stdio[3]?.destroy();
  }

  private answers(): Promise<boolean> {
    return new Promise((done) => {
      const asked = request({ socketPath: this.socket, path: '/_ping', timeout: 1_000 }, (answer) => {
        answer.resume();
        done(answer.statusCode === 200);
      });
      asked.once('error', () => done(false)).once('timeout', () => asked.destroy());
      asked.end();
    });
  }

  /** What a killed one could not. */
  private unmount(): void {
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(this.folder));
    for (const path of mounted.reverse())
      try {
        execFileSync('umount', ['--lazy', path], { stdio: 'ignore' });
      } catch {
        // Another one took it along.
      }
  }

  private get socket(): string {
    return join(this.folder, 'docker.sock');
  }

  private get log(): string {
    return join(this.folder, 'log');
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
