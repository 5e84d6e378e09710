import type { Transport } from '@modelcontextprotocol/client';
import type { FrameViolation, VIOLATIONS } from './frame-reader';

/** A way to speak to a server that is not trusted, and what is known of how it behaves. */
export interface ServerTransport extends Transport {
  /** The first of them; {@link count} knows of all. None where its output is no protocol. */
  readonly violations: FrameViolation[];
  /** The end of what it wrote to its error output. */
  readonly logTail: string;
  /** Bytes of its error output by now. */
  readonly logBytes: number;
  count(kind: (typeof VIOLATIONS)[number]): number;
}
