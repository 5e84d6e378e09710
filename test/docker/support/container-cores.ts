import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Docker, { type ContainerInspectInfo } from 'dockerode';
import { freePort } from '../../../src/shared/free-port';

/** A variable of the rig; `npm run test:docker` sets them. */
export function rig(
  name: 'IMAGE_BASE' | 'IMAGE_SHELL' | 'IMAGE_CORE' | 'IMAGE_CHAT' | 'IMAGE_OLLAMA' | 'MODELS',
): string {
  const value = process.env[`RDZEN_RIG_${name}`];
  if (!value) throw new Error(`RDZEN_RIG_${name} is not set. Run this suite by npm run test:docker.`);
  return value;
}

/** The engine's socket. */
export const SOCKET = (): string =>
  (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');

const MEMORY_BYTES = 192 * 1024 * 1024;
const LABEL = 'rdzen.rig';

export function dockerForTests(): Docker {
  return new Docker({ socketPath: SOCKET() });
}

/** Scripted cores as containers on a network of their own, as a compose file would make them. */
export class ContainerCores {
  readonly docker = dockerForTests();
  readonly ports: number[] = [];

  private constructor(readonly project: string) {}

  /** @param tokensPerSecond of each */
  static async start(count = 2, tokensPerSecond = 30): Promise<ContainerCores> {
    const cores = new ContainerCores(`rdzen-test-${process.pid}-${Math.random().toString(16).slice(2, 8)}`);
    await cores.docker.createNetwork({
      Name: cores.network,
      Labels: { ...cores.labels, 'rdzen.managed': 'true' },
    });
    for (let id = 1; id <= count; id++) await cores.make(id, tokensPerSecond);
    return cores;
  }

  get network(): string {
    return `${this.project}_system_network`;
  }

  get labels(): Record<string, string> {
    return { [LABEL]: 'true', 'com.docker.compose.project': this.project };
  }

  /** Settings with which Rdzen finds and looks after them. */
  get environment(): Record<string, string> {
    const each = this.ports.map((port, index): Record<string, string> => ({
      [`OLLAMA_URL_CORE${index + 1}`]: `http://127.0.0.1:${port}`,
      [`RDZEN_CONTAINER_CORE${index + 1}`]: this.name(index + 1),
    }));
    return Object.assign(
      {
        RDZEN_CORES: String(this.ports.length),
        RDZEN_MODEL: 'scripted',
        RDZEN_DOCKER_HOST: `unix://${SOCKET()}`,
      },
      ...each,
    ) as Record<string, string>;
  }

  name(id: number): string {
    return `${this.project}-core${id}-1`;
  }

  container(id: number): Docker.Container {
    return this.docker.getContainer(this.name(id));
  }

  inspect(id: number): Promise<ContainerInspectInfo> {
    return this.container(id).inspect();
  }

  async disconnect(id: number): Promise<void> {
    await this.docker.getNetwork(this.network).disconnect({ Container: this.name(id), Force: true });
  }

  /** The kernel ends the core's own process, because another one in its container takes all the memory there is. */
  async exhaustMemory(id: number): Promise<void> {
    const { State } = await this.inspect(id);
    writeFileSync(`/proc/${State.Pid}/oom_score_adj`, '1000');
    const hog = await this.container(id).exec({
      Cmd: ['node', '-e', 'const a = []; for (;;) a.push(Buffer.alloc(16 * 1024 * 1024, 1))'],
    });
    (await hog.start({ Detach: true })).destroy();
  }

  /** Away with all of it, whatever it is called by now. */
  async remove(): Promise<void> {
    const filters = JSON.stringify({ label: [`com.docker.compose.project=${this.project}`] });
    for (const { Id } of await this.docker.listContainers({ all: true, filters }))
      await this.docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => undefined);
    for (const { Id } of await this.docker.listNetworks({ filters }))
      await this.docker.getNetwork(Id).remove();
  }

  private async make(id: number, tokensPerSecond: number): Promise<void> {
    const port = await freePort();
    this.ports.push(port);
    const container = await this.docker.createContainer({
      name: this.name(id),
      Image: rig('IMAGE_BASE'),
      Cmd: ['node', '/app/dist/embedded/core/main.js'],
      Env: [
        'CORE_BRAIN=scripted',
        'CORE_MODEL=scripted',
        `CORE_NAME=core${id}`,
        `CORE_TOKENS_PER_SECOND=${tokensPerSecond}`,
        'HOST=0.0.0.0',
        'PORT=11434',
      ],
      Labels: { ...this.labels, 'rdzen.managed': 'true', 'com.docker.compose.service': `core${id}` },
      ExposedPorts: { '11434/tcp': {} },
      HostConfig: {
        Binds: [`${resolve('dist')}:/app/dist:ro`],
        PortBindings: { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        NetworkMode: this.network,
        RestartPolicy: { Name: 'unless-stopped' },
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
      },
      NetworkingConfig: { EndpointsConfig: { [this.network]: { Aliases: [`core${id}`] } } },
    });
    await container.start();
  }
}
