import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ImageInspectInfo } from 'dockerode';
import type { Clock } from '../../shared/clock';
import { Deadline } from '../../shared/deadline';
import { RdzenError } from '../../shared/rdzen-error';
import { ContainerImages, type ImageInfo, type PullOptions } from '../container-images';
import type { DockerClient } from './docker-client';
import { type Asked, dockerFailure, dockerTimeout, isMissing } from './docker-failure';
import { PullCount, type PullLine } from './pull-count';

/** {@link ContainerImages} over Docker. */
export class DockerImages extends ContainerImages {
  private readonly never = new AbortController().signal;

  constructor(
    private readonly client: DockerClient,
    private readonly clock: Clock,
  ) {
    super();
  }

  async inspect(reference: string): Promise<ImageInfo | undefined> {
    try {
      // Its published types know nothing of a signal here.
      const image = this.client.api.getImage(reference) as unknown as {
        inspect(options: object): Promise<ImageInspectInfo>;
      };
      const found = await this.client.call(
        { verb: 'inspect', subject: `image ${reference}` },
        (abortSignal) => image.inspect({ abortSignal }),
      );
      return {
        id: found.Id,
        references: found.RepoTags ?? [],
        digests: found.RepoDigests ?? [],
        labels: { ...found.Config.Labels },
        bytes: found.Size,
      };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async pull(reference: string, { withinMs, signal, onProgress }: PullOptions): Promise<ImageInfo> {
    const asked = { verb: 'pull', subject: `image ${reference}` };
    signal?.throwIfAborted();
    const deadline = new Deadline(this.clock, withinMs, signal ?? this.never);
    const over = new Promise<never>((_, reject) =>
      deadline.signal.addEventListener('abort', () => reject(endOf(asked, withinMs, signal)), { once: true }),
    );
    over.catch(() => undefined);
    try {
      await Promise.race([this.pulled(reference, asked, deadline.signal, onProgress), over]);
    } finally {
      // Ends the request as well, and with it the engine's pull.
      deadline.end();
    }
    const image = await this.inspect(reference);
    if (image) return image;
    throw dockerFailure({ statusCode: 404, message: `No such image: ${reference} after its pull` }, asked);
  }

  async remove(reference: string): Promise<void> {
    try {
      await this.client.call({ verb: 'remove', subject: `image ${reference}` }, (abortSignal) =>
        this.client.api.getImage(reference).remove({ abortSignal }),
      );
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  async list(label: string): Promise<ImageInfo[]> {
    const found = await this.client.call({ verb: 'list', subject: `images with ${label}` }, (abortSignal) =>
      this.client.api.listImages({ filters: JSON.stringify({ label: [label] }), abortSignal }),
    );
    // null, where there is none, whatever the published types say.
    return found.map(({ Id, RepoTags, RepoDigests, Labels, Size }) => ({
      id: Id,
      references: (RepoTags as string[] | null) ?? [],
      digests: (RepoDigests as string[] | null | undefined) ?? [],
      labels: { ...Labels },
      bytes: Size,
    }));
  }

  private async pulled(
    reference: string,
    asked: Asked,
    ending: AbortSignal,
    onProgress: PullOptions['onProgress'],
  ): Promise<void> {
    let stream: Readable;
    try {
      stream = (await this.client.api.pull(reference, { abortSignal: ending })) as Readable;
    } catch (error) {
      throw dockerFailure(error, asked);
    }
    const stop = (): unknown => stream.destroy();
    ending.addEventListener('abort', stop, { once: true });
    const count = new PullCount();
    for await (const line of linesOf(stream, asked)) {
      const told = JSON.parse(line) as PullLine;
      // Too late for a status: the reply has begun.
      if (told.error !== undefined) throw dockerFailure({ statusCode: 500, message: told.error }, asked);
      onProgress?.(count.take(told));
    }
  }
}

async function* linesOf(stream: Readable, asked: Asked): AsyncGenerator<string> {
  let broken: unknown;
  stream.on('error', (error) => (broken ??= error));
  const lines = createInterface({ input: stream });
  // It passes on what its input met, or ends as if all had come: what is kept above tells.
  lines.on('error', () => undefined);
  try {
    yield* lines;
  } catch (error) {
    broken ??= error;
  }
  if (broken !== undefined) throw dockerFailure(broken, asked);
}

function endOf(asked: Asked, withinMs: number, signal: AbortSignal | undefined): Error {
  if (!signal?.aborted) return dockerTimeout(asked, withinMs);
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

function isAbsent(error: unknown): boolean {
  return isMissing(error) || (error instanceof RdzenError && error.code === 'IMAGE_MISSING');
}
