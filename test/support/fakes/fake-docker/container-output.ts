import type { Duplex } from 'node:stream';
import { frame, type StreamName } from './frames';

const KEPT_BYTES = 1 << 20;
/** Longer lines are cut by the engine's json-file log as well. */
const LINE_BYTES = 1 << 14;

/** What a container wrote: kept for its log, and sent to who is attached, as fast as the slowest of them reads. */
export class ContainerOutput {
  private readonly attached = new Set<Duplex>();
  private kept: { stream: StreamName; line: Buffer }[] = [];
  private keptBytes = 0;
  private readonly partial: Record<StreamName, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  take(stream: StreamName, chunk: Buffer): Promise<void> | void {
    this.keep(stream, chunk);
    const full = [...this.attached].filter((socket) => !socket.write(frame(stream, chunk)));
    if (full.length === 0) return;
    return Promise.all(full.map(drained)).then(() => undefined);
  }

  attach(socket: Duplex): void {
    this.attached.add(socket);
    socket.once('close', () => this.attached.delete(socket));
  }

  /** The life is over: what is attached hears no more. */
  ended(): void {
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.partial[stream].length > 0) this.keep(stream, Buffer.from('\n'));
    for (const socket of this.attached) socket.end();
    this.attached.clear();
  }

  /** @param tail how many lines */
  log(streams: ReadonlySet<StreamName>, tail: number): Buffer {
    const lines = this.kept.filter(({ stream }) => streams.has(stream)).slice(tail === 0 ? Infinity : -tail);
    return Buffer.concat(lines.map(({ stream, line }) => frame(stream, line)));
  }

  /** By lines, as the engine's json-file log does. */
  private keep(stream: StreamName, chunk: Buffer): void {
    let rest = Buffer.concat([this.partial[stream], chunk]);
    for (let end = lineEnd(rest); end > 0; end = lineEnd(rest)) {
      this.kept.push({ stream, line: rest.subarray(0, end) });
      this.keptBytes += end;
      rest = rest.subarray(end);
    }
    this.partial[stream] = rest;
    while (this.keptBytes > KEPT_BYTES) this.keptBytes -= this.kept.shift()?.line.length ?? Infinity;
  }
}

/** 0 where there is none yet. */
function lineEnd(text: Buffer): number {
  const end = text.indexOf(10) + 1;
  return end === 0 && text.length >= LINE_BYTES ? LINE_BYTES : Math.min(end, LINE_BYTES);
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}
