const MAGIC = 'GGUF';
const OLDEST_VERSION = 2;
const NEWEST_VERSION = 3;
/** Beyond that it is no version at all. */
const ANY_VERSION = 100;
const DEFAULT_ALIGNMENT = 32;
const MOST_ENTRIES = 1_000_000;
const MOST_DIMENSIONS = 4;
/** Type of a metadata value to its width; strings (8) and arrays (9) have none. */
const WIDTHS: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1 },
  ...{ 10: 8, 11: 8, 12: 8 },
};
const STRING = 8;
const ARRAY = 9;
/** Type of a tensor to [numbers in a block, bytes of a block]; newer types are not judged by their size. */
const BLOCKS: Readonly<Record<number, readonly [number, number]>> = {
  ...{ 0: [1, 4], 1: [1, 2], 24: [1, 1], 25: [1, 2], 26: [1, 4], 27: [1, 8], 28: [1, 8], 30: [1, 2] },
  ...{ 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 9: [32, 36], 20: [32, 18] },
  ...{ 10: [256, 84], 11: [256, 110], 12: [256, 144], 13: [256, 176], 14: [256, 210], 15: [256, 292] },
  ...{ 16: [256, 66], 17: [256, 74], 18: [256, 98], 19: [256, 50], 21: [256, 110], 22: [256, 82] },
  ...{ 23: [256, 136], 29: [256, 56] },
};

export interface GgufHead {
  tensors: number;
  /** How large the whole file is at least. */
  neededBytes: number;
}

/** The bytes given are not the whole head. */
export class GgufHeadCut extends Error {}

/** No engine can load this; the message ends a sentence that begins with the file's name. */
export class NoGguf extends Error {}

/** Reads a GGUF from its first bytes. @throws GgufHeadCut, NoGguf */
export function parseGgufHead(bytes: Buffer): GgufHead {
  const cursor = new Cursor(bytes);
  if (bytes.length >= MAGIC.length && bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new NoGguf('is no GGUF model');
  cursor.skip(MAGIC.length);
  const version = cursor.uint32();
  if (version === 0 || version > ANY_VERSION) throw damaged();
  if (version < OLDEST_VERSION || version > NEWEST_VERSION)
    throw new NoGguf(`is no GGUF model that can be read (version ${version})`);
  const tensors = cursor.count();
  const entries = cursor.count();
  let alignment = DEFAULT_ALIGNMENT;
  for (let entry = 0; entry < entries; entry++) {
    const key = cursor.text();
    const type = cursor.uint32();
    const aligned = key === 'general.alignment' && type === 4;
    if (aligned) alignment = cursor.uint32() || DEFAULT_ALIGNMENT;
    else skipValue(cursor, type);
  }
  const ends: number[] = [];
  for (let tensor = 0; tensor < tensors; tensor++) ends.push(tensorEnd(cursor));
  const dataAt = Math.ceil(cursor.at / alignment) * alignment;
  return { tensors, neededBytes: ends.reduce((most, end) => Math.max(most, dataAt + end), cursor.at) };
}

/** @returns where the tensor ends, from the beginning of the data */
function tensorEnd(cursor: Cursor): number {
  cursor.text();
  const dimensions = cursor.uint32();
  if (dimensions > MOST_DIMENSIONS) throw damaged();
  let numbers = 1;
  for (let dimension = 0; dimension < dimensions; dimension++) numbers *= cursor.uint64();
  const block = BLOCKS[cursor.uint32()];
  const offset = cursor.uint64();
  return offset + (block ? Math.ceil(numbers / block[0]) * block[1] : 0);
}

function skipValue(cursor: Cursor, type: number, nested = false): void {
  const width = WIDTHS[type];
  if (width !== undefined) return cursor.skip(width);
  if (type === STRING) return cursor.skip(cursor.uint64());
  if (type !== ARRAY || nested) throw damaged();
  const inner = cursor.uint32();
  const length = cursor.uint64();
  const innerWidth = WIDTHS[inner];
  if (innerWidth !== undefined) return cursor.skip(length * innerWidth);
  for (let index = 0; index < length; index++) skipValue(cursor, inner, true);
}

class Cursor {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  skip(length: number): void {
    this.at += length;
    if (this.at > this.bytes.length) throw new GgufHeadCut();
  }

  uint32(): number {
    this.skip(4);
    return this.bytes.readUInt32LE(this.at - 4);
  }

  uint64(): number {
    this.skip(8);
    const value = Number(this.bytes.readBigUInt64LE(this.at - 8));
    if (!Number.isSafeInteger(value)) throw damaged();
    return value;
  }

  /** Of things that take room in the head. */
  count(): number {
    const value = this.uint64();
    if (value > MOST_ENTRIES) throw damaged();
    return value;
  }

  text(): string {
    const length = this.uint64();
    this.skip(length);
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}

const damaged = (): NoGguf => new NoGguf('is no GGUF model, or its head is damaged');
