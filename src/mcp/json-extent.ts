const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];

/** How deep a JSON text is nested and how many values it holds at most, counted before anything of it is built. */
export interface JsonExtent {
  depth: number;
  values: number;
}

/**
 * Needs no stack, and stops as soon as one of `limits` is passed. Of a text that is no JSON it says something or other;
 * whoever parses it finds that out.
 */
export function jsonExtent(bytes: Uint8Array, limits: JsonExtent): JsonExtent {
  const extent = { depth: 0, values: 1 };
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (quoted) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === COMMA) extent.values++;
    else if (OPENING.includes(byte)) {
      extent.values++;
      extent.depth = Math.max(extent.depth, ++depth);
    } else if (CLOSING.includes(byte)) depth--;
    if (extent.depth > limits.depth || extent.values > limits.values) break;
  }
  return extent;
}
