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

  /** Names of the plain files below the folder, sorted. */
  async files(): Promise<string[]> {
    const names: string[] = [];
    let rest = Buffer.alloc(0);
    let skip = 0;
    for await (const chunk of await this.open()) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      for (;;) {
        const passed = Math.min(skip, rest.length);
        rest = rest.subarray(passed);
        skip -= passed;
        if (skip > 0 || rest.length < BLOCK) break;
        const { name, plain, bytes } = headOf(rest);
        if (plain && name !== '') names.push(name);
        rest = rest.subarray(BLOCK);
        skip = Math.ceil(bytes / BLOCK) * BLOCK;
      }
    }
    return names.sort();
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

/** Source: POSIX ustar. */
function headOf(block: Buffer): { name: string; plain: boolean; bytes: number } {
  const text = (at: number, length: number): string =>
    block.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    name: `${prefix}${prefix === '' ? '' : '/'}${text(0, 100)}`.replace(/^(\.\/)+/, ''),
    plain: ['', '0'].includes(text(156, 1)),
    bytes: parseInt(text(124, 12), 8) || 0,
  };
}
