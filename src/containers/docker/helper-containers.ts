import type { Clock } from '../../shared/clock';
import type { Random } from '../../shared/random';
import { RdzenError } from '../../shared/rdzen-error';
import type { ContainerStdio } from '../container-attachments';
import { DockerAttachments } from './docker-attachments';
import { DockerCalls } from './docker-calls';
import type { DockerClient } from './docker-client';
import { helperOptions, type HelperKind } from './helper-options';
import type { Maker } from './labels';
import { LateRemovals } from './late-removals';

/** Of {@link HelperContainer.logTail}. */
const MOST_LOG = 4_096;

export interface HelperSettings {
  /** The image Rdzen runs from: name, `name@sha256:...` or id. */
  image?: string;
  /** The network with the way out, on which the egress proxy stands besides. */
  outer: string;
  /** Networks beyond the public internet that components may be approved for, as CIDR. */
  open: readonly string[];
  /** Addresses that no component reaches, as CIDR: those of this machine. */
  closed: readonly string[];
}

/** One that runs. */
export interface HelperContainer {
  readonly id: string;
  readonly stdio: ContainerStdio;
  /** The end of what it wrote to its error output. */
  readonly logTail: string;
  /** Never throws. */
  remove(): Promise<void>;
}

interface Wanted {
  kind: HelperKind;
  env: Record<string, string>;
  labels: Record<string, string>;
  network: string;
  lifetimeMs: number;
  /** Networks it is on as well, and its names there. */
  also?: { network: string; aliases: string[] };
}

/** Containers of ours beside those of components. Errors: RdzenError HELPER_IMAGE_MISSING, ENGINE_*. */
export class HelperContainers {
  readonly calls: DockerCalls;
  readonly late: LateRemovals;
  private readonly attachments: DockerAttachments;

  constructor(
    client: DockerClient,
    readonly maker: Maker,
    readonly clock: Clock,
    readonly random: Random,
    readonly settings: HelperSettings,
  ) {
    this.calls = new DockerCalls(client);
    this.late = new LateRemovals(clock);
    this.attachments = new DockerAttachments(client);
  }

  /** The id of the image they are made of; asked anew each time: the operator may have built another. */
  async imageId(): Promise<string | undefined> {
    const { image } = this.settings;
    return image === undefined ? undefined : this.calls.imageId(image);
  }

  async start({ kind, env, labels, network, lifetimeMs, also }: Wanted): Promise<HelperContainer> {
    const image = await this.imageId();
    if (image === undefined) throw missingImage(this.settings.image);
    const name = `rdzen-${kind}-${this.random.id(8).toLowerCase()}`;
    const spec = { kind, name, image, env, labels, network, lifetimeMs };
    const id = await this.calls.create(helperOptions(spec, this.maker, this.clock.now()));
    const work = (): Promise<void> => this.calls.remove(id, true);
    const remove = (): Promise<void> => work().catch(() => this.late.add(`container ${name}`, work));
    try {
      if (also) await this.calls.connect(id, { network: also.network, settings: { Aliases: also.aliases } });
      const stdio = await this.attachments.attach(id);
      let logTail = '';
      stdio.stderr.on('data', (chunk: Buffer) => (logTail = (logTail + chunk.toString()).slice(-MOST_LOG)));
      await this.calls.start(id);
      return {
        id,
        stdio,
        get logTail() {
          return logTail;
        },
        remove: async () => {
          stdio.close();
          await remove();
        },
      };
    } catch (error) {
      await remove();
      throw error;
    }
  }
}

function missingImage(image: string | undefined): RdzenError {
  return new RdzenError(
    'HELPER_IMAGE_MISSING',
    image === undefined
      ? 'What needs a network runs behind containers of ours, and it is not known which image to make them of. Set RDZEN_HELPER_IMAGE to an image of Rdzen; node scripts/docker-image.mjs makes one.'
      : `What needs a network runs behind containers of ours, and the engine has no image "${image.slice(0, 200)}" to make them of. Set RDZEN_HELPER_IMAGE to an image of Rdzen that is there; node scripts/docker-image.mjs makes one.`,
  );
}

export function helperFailed(kind: HelperKind, why: string, logTail: string): RdzenError {
  const last = logTail.trim().split('\n').pop()?.slice(0, 200) ?? '';
  return new RdzenError(
    'HELPER_FAILED',
    `The ${kind === 'egress' ? 'egress proxy' : 'gate'} of a component's network ${why}${last === '' ? '' : `; its last words: ${last}`}. Look whether RDZEN_HELPER_IMAGE is an image of this version of Rdzen.`,
  );
}
