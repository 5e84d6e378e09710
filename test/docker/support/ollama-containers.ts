import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type Docker from 'dockerode';
import { freePort } from '../../../src/shared/free-port';
import { dockerForTests, rig } from './container-cores';

const MODELFILE = resolve('test/rigs/ollama-modelfile.mjs');

/** Real Ollamas in containers, each with a folder of models of its own on this machine, empty at first. */
export class OllamaContainers {
  readonly docker = dockerForTests();
  readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-ollama-'));
  readonly ports: number[] = [];
  private readonly project = `rdzen-test-${process.pid}-${Math.random().toString(16).slice(2, 8)}`;

  static async start(count = 2): Promise<OllamaContainers> {
    const cores = new OllamaContainers();
    writeFileSync(join(cores.folder, 'Modelfile'), cores.modelfile());
    for (let id = 1; id <= count; id++) await cores.make(id);
    return cores;
  }

  get environment(): Record<string, string> {
    return Object.assign(
      {},
      ...this.ports.map((port, index) => ({
        [`OLLAMA_URL_CORE${index + 1}`]: `http://127.0.0.1:${port}`,
        [`RDZEN_CONTAINER_CORE${index + 1}`]: this.name(index + 1),
        [`RDZEN_MODELS_CORE${index + 1}`]: this.models(index + 1),
      })),
    ) as Record<string, string>;
  }

  name(id: number): string {
    return `${this.project}-core${id}-1`;
  }

  models(id: number): string {
    return join(this.folder, `core${id}`);
  }

  container(id: number): Docker.Container {
    return this.docker.getContainer(this.name(id));
  }

  /** As docs/operations.md tells an administrator without a network to do it. */
  async importByHand(id: number, model: string): Promise<void> {
    const exec = await this.container(id).exec({
      Cmd: ['/bin/ollama', 'create', model, '-f', '/import/Modelfile'],
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({});
    let said = '';
    for await (const chunk of stream) said += String(chunk);
    const { ExitCode } = await exec.inspect();
    if (ExitCode !== 0) throw new Error(`ollama create: exit code ${ExitCode}: ${said}`);
  }

  async remove(): Promise<void> {
    for (let id = 1; id <= this.ports.length; id++)
      await this.container(id)
        .remove({ force: true, v: true })
        .catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async make(id: number): Promise<void> {
    const port = await freePort();
    this.ports.push(port);
    mkdirSync(this.models(id));
    chmodSync(this.models(id), 0o777);
    const container = await this.docker.createContainer({
      name: this.name(id),
      Image: rig('IMAGE_OLLAMA'),
      Env: ['OLLAMA_HOST=0.0.0.0:11434', 'HOME=/tmp', 'OLLAMA_MODELS=/models', 'OLLAMA_KEEP_ALIVE=-1'],
      Labels: { 'rdzen.rig': 'true', 'rdzen.managed': 'true' },
      ExposedPorts: { '11434/tcp': {} },
      HostConfig: {
        Binds: [
          `${this.models(id)}:/models`,
          `${join(this.folder, 'Modelfile')}:/import/Modelfile:ro`,
          `${rig('MODELS')}:/import/models:ro`,
        ],
        PortBindings: { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        RestartPolicy: { Name: 'unless-stopped' },
      },
    });
    await container.start();
  }

  /** Of the weights that lie in the rig's folder of models, under the path at which a container has them. */
  private modelfile(): string {
    const [weights] = readdirSync(join(rig('MODELS'), 'blobs')).filter((name) =>
      name.startsWith('sha256-b179c95'),
    );
    const program = `import { chatmlModelfile } from ${JSON.stringify(MODELFILE)};
      process.stdout.write(chatmlModelfile('/import/models/blobs/${weights}', { continues: true }));`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  }
}
