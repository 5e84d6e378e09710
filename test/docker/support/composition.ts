import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CommandResult, tryDocker } from './docker-command';
import { dockerRig } from './docker-rig';

export const PROJECT = resolve(__dirname, '../../..');

/** As `docker compose config` gives it; only what the specs look at. */
export interface ConfigService {
  image: string;
  build?: { context: string; args?: Record<string, string> };
  command: string[] | null;
  entrypoint: string[] | null;
  environment?: Record<string, string | null>;
  ports?: { host_ip?: string; published: string; target: number }[];
  volumes?: { type: string; source?: string; target: string; read_only?: boolean }[];
  networks?: Record<string, { aliases?: string[] } | null>;
  network_mode?: string;
  labels?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  restart?: string;
  stop_grace_period?: string;
  deploy?: {
    resources?: {
      limits?: { memory?: string; pids?: number };
      reservations?: { devices?: { driver: string; capabilities: string[] }[] };
    };
  };
  depends_on?: Record<string, { condition: string }>;
  cap_drop?: string[];
  read_only?: boolean;
  security_opt?: string[];
  user?: string;
  privileged?: boolean;
  pid?: string;
  ipc?: string;
}

export interface Config {
  name: string;
  services: Record<string, ConfigService>;
  networks: Record<string, { internal?: boolean; driver?: string }>;
  volumes: Record<string, unknown>;
}

/** @param overrides names as in docker/compose.NAME.yml. */
export async function composeConfig(
  overrides: string[] = [],
  { env = {}, profiles = [] }: { env?: Record<string, string>; profiles?: string[] } = {},
): Promise<Config> {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-config-'));
  try {
    const files = ['docker-compose.yml', ...overrides.map((name) => `docker/compose.${name}.yml`)];
    const { code, stdout, stderr } = await tryDocker(
      [
        'compose',
        // Away from a .env that the person may have.
        ...['--project-directory', folder],
        ...files.flatMap((file) => ['--file', join(PROJECT, file)]),
        ...profiles.flatMap((profile) => ['--profile', profile]),
        ...['config', '--format', 'json'],
      ],
      { env },
    );
    if (code !== 0) throw new Error(`docker compose config refuses ${files.join(' + ')}: ${stderr}`);
    return JSON.parse(stdout) as Config;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One running composition, in a folder of its own that takes the place of a clean clone. */
export class Composition {
  readonly folder = mkdtempSync(join(tmpdir(), 'rdzen-compose-'));

  constructor(
    readonly name: string,
    private readonly files: string[],
    private readonly env: Record<string, string>,
  ) {}

  async compose(args: string[], timeoutMs = 180_000): Promise<string> {
    const result = await this.tryCompose(args, timeoutMs);
    if (result.code !== 0)
      throw new Error(
        `docker compose ${args.join(' ')} ended with ${result.code}: ${result.stderr.slice(-3000)}`,
      );
    return result.stdout;
  }

  tryCompose(args: string[], timeoutMs = 180_000): Promise<CommandResult> {
    const files = this.files.flatMap((file) => ['--file', resolve(PROJECT, file)]);
    return tryDocker(
      ['compose', '--project-name', this.name, '--project-directory', this.folder, ...files, ...args],
      { env: this.env, timeoutMs },
    );
  }

  container(service: string): string {
    return `${this.name}-${service}-1`;
  }

  /** Everything of it, whatever state it is in. */
  async remove(): Promise<void> {
    await this.tryCompose(['down', '--volumes', '--remove-orphans', '--timeout', '3']);
    // Written by the containers' users, and we need not be root.
    const { base } = dockerRig().images;
    await tryDocker([
      'run',
      '--rm',
      '--volume',
      `${this.folder}:/folder`,
      base,
      'sh',
      '-c',
      'rm -rf /folder/*',
    ]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
