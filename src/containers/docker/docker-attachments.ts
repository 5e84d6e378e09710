import { Socket } from 'node:net';
import { pipeline, Writable } from 'node:stream';
import { ContainerAttachments, type ContainerStdio } from '../container-attachments';
import type { DockerClient } from './docker-client';
import { dockerFailure } from './docker-failure';
import { StdioSplitter } from './stdio-splitter';

/** {@link ContainerAttachments} over Docker: the HTTP connection is upgraded, and then belongs to the container alone. */
export class DockerAttachments extends ContainerAttachments {
  constructor(private readonly client: DockerClient) {
    super();
  }

  async attach(name: string): Promise<ContainerStdio> {
    const asked = { verb: 'attach to', subject: `container ${name}` };
    const ending = new AbortController();
    const socket: unknown = await this.client.open(asked, ending.signal, (abortSignal) =>
      this.client.api.getContainer(name).attach({
        stream: true,
        stdin: true,
        stdout: true,
        stderr: true,
        hijack: true,
        abortSignal,
      }),
    );
    if (!(socket instanceof Socket)) {
      ending.abort(new Error('not a connection'));
      throw dockerFailure(new Error('it did not hand over the connection'), asked);
    }
    const splitter = new StdioSplitter();
    pipeline(socket, splitter, () => undefined);
    return {
      stdin: stdinOver(socket),
      stdout: splitter.stdout,
      stderr: splitter.stderr,
      close: () => {
        splitter.destroy();
        socket.destroy();
      },
    };
  }
}

/** Its end closes one half of the connection only. */
function stdinOver(socket: Socket): Writable {
  const stdin = new Writable({
    write: (chunk: Buffer, _, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
  });
  // A container that has ended takes no more; its outputs tell.
  stdin.on('error', () => undefined);
  socket.once('close', () => stdin.destroy());
  return stdin;
}
