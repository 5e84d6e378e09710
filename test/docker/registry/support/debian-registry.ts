import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../../src/shared/free-port';
import { eventually } from '../../../faults/process-engine/support/processes';

/** CNCF Distribution, as Debian packs it: package docker-registry. */
const PROGRAM = '/usr/bin/docker-registry';

/** `describe` where the program is there; else it is said aloud. */
export function describeWithRegistry(): jest.Describe {
  if (existsSync(PROGRAM)) return describe;
  console.warn(`*** SKIPPED: specs with a real registry; ${PROGRAM} is missing (package docker-registry)`);
  return describe.skip;
}

/** A real registry as a process of its own on loopback, with deleting switched on. */
export class DebianRegistry {
  readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-registry-'));
  private process?: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly deletes: boolean,
  ) {
    mkdirSync(this.data);
    const config = [
      'version: 0.1',
      'log: { level: error, accesslog: { disabled: true } }',
      `storage: { filesystem: { rootdirectory: ${this.data} }, delete: { enabled: ${this.deletes} } }`,
      `http: { addr: "127.0.0.1:${port}" }`,
    ];
    writeFileSync(this.config, config.join('\n'));
  }

  static async started({ deletes = true } = {}): Promise<DebianRegistry> {
    const registry = new DebianRegistry(await freePort(), deletes);
    await registry.start();
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** File in which it keeps a blob. */
  blobFile(digest: string): string {
    const hex = digest.replace('sha256:', '');
    return join(this.data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  }

  async start(): Promise<void> {
    this.process = spawn(PROGRAM, ['serve', this.config], { stdio: 'ignore' });
    await eventually('the registry listens', () =>
      fetch(`http://${this.host}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }

  async kill(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const over = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await over;
  }

  /** Its own collection of garbage, for which it has to be stopped. */
  async collectGarbage(): Promise<void> {
    await this.kill();
    execFileSync(PROGRAM, ['garbage-collect', this.config], { stdio: 'ignore' });
    await this.start();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get config(): string {
    return join(this.folder, 'config.yml');
  }
}
