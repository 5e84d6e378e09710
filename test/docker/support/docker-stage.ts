import { randomBytes } from 'node:crypto';
import { docker, tryDocker } from './docker-command';

/** Whatever a spec makes in the engine carries this label with the stage's name. */
export const STAGE_LABEL = 'rdzen.test-stage';
/** Older than the longest suite may take: left behind by a run that was killed. */
const ABANDONED_AFTER_MS = 60 * 60_000;

/**
 * Containers, networks and volumes of one spec. `close()` removes all of them by their label, also those the spec lost
 * sight of; `open()` removes what a killed run left an hour ago. Nothing without the label is touched.
 */
export class DockerStage {
  private constructor(readonly name: string) {}

  static async open(): Promise<DockerStage> {
    await removeAbandoned();
    return new DockerStage(`rdzen-test-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`);
  }

  get label(): string {
    return `${STAGE_LABEL}=${this.name}`;
  }

  /** @returns its name. */
  async network(suffix: string, { internal = false } = {}): Promise<string> {
    const name = `${this.name}-${suffix}`;
    await docker('network', 'create', '--label', this.label, ...(internal ? ['--internal'] : []), name);
    return name;
  }

  async volume(suffix: string): Promise<string> {
    const name = `${this.name}-${suffix}`;
    await docker('volume', 'create', '--label', this.label, name);
    return name;
  }

  /** @param options of `docker run`. @returns the running container's name. */
  async run(suffix: string, image: string, options: string[] = [], command: string[] = []): Promise<string> {
    const name = `${this.name}-${suffix}`;
    await docker('run', '--detach', '--name', name, '--label', this.label, ...options, image, ...command);
    return name;
  }

  async close(): Promise<void> {
    await removeLabelled(this.label);
  }
}

/** @returns ids of containers, networks and volumes that carry the label. */
export async function labelled(label: string): Promise<{ kind: string; id: string }[]> {
  const lists = await Promise.all([
    ids('container', ['ps', '--all', '--quiet'], label),
    ids('network', ['network', 'ls', '--quiet'], label),
    ids('volume', ['volume', 'ls', '--quiet'], label),
  ]);
  return lists.flat();
}

async function ids(kind: string, command: string[], label: string): Promise<{ kind: string; id: string }[]> {
  const list = await docker(...command, '--filter', `label=${label}`);
  return list
    .split('\n')
    .filter(Boolean)
    .map((id) => ({ kind, id }));
}

async function removeLabelled(label: string): Promise<void> {
  const failures: string[] = [];
  // In this order: a network or volume in use cannot be removed.
  for (const kind of ['container', 'network', 'volume']) {
    const found = (await labelled(label)).filter((each) => each.kind === kind);
    if (found.length === 0) continue;
    const force = kind === 'network' ? [] : ['--force'];
    const volumes = kind === 'container' ? ['--volumes'] : [];
    const { code, stderr } = await tryDocker([
      kind,
      'rm',
      ...force,
      ...volumes,
      ...found.map(({ id }) => id),
    ]);
    if (code !== 0) failures.push(stderr);
  }
  if (failures.length > 0)
    throw new Error(`What carries ${label} could not be removed: ${failures.join('; ')}`);
}

async function removeAbandoned(): Promise<void> {
  const { stdout } = await tryDocker([
    'ps',
    '--all',
    '--filter',
    `label=${STAGE_LABEL}`,
    '--format',
    `{{.Label "${STAGE_LABEL}"}}`,
  ]);
  for (const name of new Set(stdout.split('\n').filter(Boolean))) {
    const born = parseInt(/^rdzen-test-([0-9a-z]+)-/.exec(name)?.[1] ?? '', 36);
    if (Date.now() - born > ABANDONED_AFTER_MS) await removeLabelled(`${STAGE_LABEL}=${name}`);
  }
}
