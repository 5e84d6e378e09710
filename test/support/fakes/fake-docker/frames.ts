/** A stream of a container without a terminal is cut into frames. Source: Docker Engine API, "Attach to a container". */
export const STREAMS = { stdout: 1, stderr: 2 } as const;

export type StreamName = keyof typeof STREAMS;

export function frame(stream: StreamName, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = STREAMS[stream];
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}
