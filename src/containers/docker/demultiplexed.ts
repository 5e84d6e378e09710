const HEADER_BYTES = 8;

/**
 * The payloads of a recorded stream of a container without a terminal, in order. Source: Docker Engine API, "Attach to a
 * container", stream format: one byte of kind, three of nothing, four of length, then the payload.
 */
export function demultiplexed(recorded: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= recorded.length;) {
    const length = recorded.readUInt32BE(at + 4);
    payloads.push(recorded.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return payloads;
}
