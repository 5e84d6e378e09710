import type { Readable } from 'node:stream';
import type { Container } from 'dockerode';
import type { DockerClient } from './docker-client';

/** For all the files of a volume. */
const WHOLE_MS = 120_000;
const BLOCK = 512;

type Archived = Pick<Container, 'id'> & {
  getArchive(options: object): Promise<Readable>;
  putArchive(file: Readable | Buffer, options: object): Promise<unknown>;
};

/** A folder of a container, at which a volume is mounted, as a tar; running or never started. */
export class VolumeArchive {
  private readonly container: Archived;

  constructor(
    private readonly client: DockerClient,
    id: string,
    private readonly path: string,
  ) {
    // Its published types know nothing of a signal here.
    this.container = client.api.getContainer(id) as unknown as Archived;
  }

  /** Owner and mode of the folder itself. */
  async folder(): Promise<{ uid: number; gid: number; mode: number }> {
    const stream = await this.open();
    try {
      let head = Buffer.alloc(0);
      for await (const chunk of stream) {
        head = Buffer.concat([head, chunk as Buffer]);
        if (head.length >= BLOCK) break;
      }
      const octal = (at: number, length: number): number =>
        parseInt(head.toString('latin1', at, at + length), 8) || 0;
      return { mode: octal(100, 8), uid: octal(108, 8), gid: octal(116, 8) };
    } finally {
      stream.destroy();
    }
  }

  /** All below the folder, named from there. */
  open(): Promise<Readable> {
    return this.client.call({ verb: 'read', subject: `${this.path} of container ${this.container.id}` }, () =>
      this.container.getArchive({ path: `${this.path}/.` }),
    );
  }

  write(tar: Readable | Buffer): Promise<unknown> {
    return this.client.call(
      { verb: 'write to', subject: `${this.path} of container ${this.container.id}` },
      (abortSignal) => this.container.putArchive(tar, { path: this.path, abortSignal }),
      WHOLE_MS,
    );
  }
}
