import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { EngineLife } from '../component-containers';
import type { DockerClient } from './docker-client';
import type { DockerEvent } from './event-stream';

const ASKED = { verb: 'tell', subject: 'of events' };
/** Told by whoever sends a signal through the engine, and by an engine that ends its containers as it is stopped. */
const FILTERS = { type: ['container'], event: ['kill'] };

/** {@link EngineLife}: an engine that ends closes its streams of events, after it has ended its containers. */
export class DockerEngineLife implements EngineLife {
  isOver = false;
  killedByOthers = false;
  private readonly killedByUs = new Set<string>();

  private constructor(
    private readonly stream: Readable,
    private readonly ending: AbortController,
    private readonly onClose: () => void,
  ) {
    const over = (): void => void (this.isOver = true);
    stream.once('close', over).once('error', over).once('end', over);
    const lines = createInterface({ input: stream });
    // It passes on the errors of its input.
    lines.on('error', over).on('line', (line) => this.take(line));
  }

  static async open(
    client: DockerClient,
    labels: Readonly<Record<string, string>>,
    onClose: (life: DockerEngineLife) => void,
  ): Promise<DockerEngineLife> {
    const ending = new AbortController();
    const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const filters = JSON.stringify({ ...FILTERS, label });
    const stream = (await client.open(ASKED, ending.signal, (abortSignal) =>
      client.api.getEvents({ abortSignal, filters } as object),
    )) as Readable;
    const life: DockerEngineLife = new DockerEngineLife(stream, ending, () => onClose(life));
    return life;
  }

  /** To be said before it is done: what the engine tells of it is no news then. */
  weEnd(id: string): void {
    this.killedByUs.add(id);
  }

  close(): void {
    this.onClose();
    this.ending.abort();
    this.stream.destroy();
  }

  private take(line: string): void {
    try {
      const { Actor } = JSON.parse(line) as DockerEvent;
      if (!this.killedByUs.has(Actor.ID)) this.killedByOthers = true;
    } catch {
      // Cut by the end of the stream.
    }
  }
}
