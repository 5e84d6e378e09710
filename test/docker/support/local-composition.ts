import { freePort } from '../../../src/shared/free-port';
import { Composition } from './composition';
import { docker } from './docker-command';
import { dockerRig } from './docker-rig';

const FILES = ['docker-compose.yml', 'test/docker/support/stack.compose.yml'];

/** The whole composition, of images that were built here, on ports that nobody has. */
export class LocalComposition extends Composition {
  private constructor(
    name: string,
    private readonly ports: { api: number; chat: number; registry: number },
    files: readonly string[],
    env: Record<string, string>,
  ) {
    const { images } = dockerRig();
    super(name, [...FILES, ...files], {
      RDZEN_PORT: String(ports.api),
      RDZEN_CHAT_PORT: String(ports.chat),
      REGISTRY_PORT: String(ports.registry),
      RDZEN_IMAGE: images.rdzen,
      OLLAMA_IMAGE: images.ollama,
      RDZEN_MODEL: 'scripted',
      ...env,
    });
  }

  /** @param more compose files, and variables as in `.env` */
  static async prepare(
    name: string,
    more: { files?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<LocalComposition> {
    const [api, chat, registry] = await Promise.all([freePort(), freePort(), freePort()]);
    return new LocalComposition(name, { api, chat, registry }, more.files ?? [], more.env ?? {});
  }

  get api(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  get chat(): string {
    return `http://127.0.0.1:${this.ports.chat}`;
  }

  /** As images are named in it. */
  get registry(): string {
    return `127.0.0.1:${this.ports.registry}`;
  }

  async up(): Promise<void> {
    await this.compose(['up', '--detach', '--no-build', '--pull', 'never'], 240_000);
  }

  inside(service: string, ...command: string[]): Promise<string> {
    return docker('exec', this.container(service), ...command);
  }
}
