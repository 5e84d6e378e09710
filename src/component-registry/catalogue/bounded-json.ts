/** Why a document that came from outside is not read. */
export class DocumentRefused extends Error {}

export interface JsonBounds {
  /** Bytes. */
  most: number;
  deepest: number;
}

/** @throws DocumentRefused for more, deeper, or something else than JSON */
export function boundedJson(text: string, { most, deepest }: JsonBounds): unknown {
  if (Buffer.byteLength(text) > most)
    throw new DocumentRefused(`It has more than ${Math.floor(most / 1024)} KiB.`);
  if (depthOf(text) > deepest) throw new DocumentRefused(`It is nested more than ${deepest} levels deep.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new DocumentRefused('It is no JSON.');
  }
}

/** Without parsing: whoever walks the value later must not run out of stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [sign] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth--;
  }
  return deepest;
}
