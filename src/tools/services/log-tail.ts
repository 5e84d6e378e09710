import type { ContainerStdio } from '../../containers/container-attachments';

const KEPT = 4_096;

/** The end of what a service writes: on both streams, since neither is for messages. */
export class LogTail {
  text = '';
  bytes = 0;
  /** Resolved when it writes no more: it has ended, or the engine is away. */
  readonly over: Promise<void>;
  private end: () => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => (this.end = resolve));
  }

  follow({ stdout, stderr }: ContainerStdio): void {
    for (const stream of [stdout, stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
        this.text = (this.text + chunk.subarray(-KEPT).toString('utf8')).slice(-KEPT);
      });
      stream.on('error', () => undefined);
      stream.once('close', () => this.end());
      stream.once('end', () => this.end());
    }
  }
}
