const UINT32 = 4;
const STRING = 8;
const ARRAY = 9;
const F32 = 0;
const ALIGNMENT = 32;

export interface GgufParts {
  /** Floats of the only tensor. */
  floats?: number;
  tensors?: number;
  version?: number;
}

/** The smallest file that is a GGUF in every respect, though no model. */
export function buildGguf({ floats = 8, tensors = 1, version = 3 }: GgufParts = {}): Buffer {
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(version),
    uint64(tensors),
    uint64(3),
    ...[text('general.architecture'), uint32(STRING), text('fake')],
    ...[text('general.alignment'), uint32(UINT32), uint32(ALIGNMENT)],
    ...[text('tokenizer.ggml.tokens'), uint32(ARRAY), uint32(STRING), uint64(2), text('a'), text('b')],
    ...Array.from({ length: tensors }, (_, index) =>
      Buffer.concat([text(`weights.${index}`), uint32(1), uint64(floats), uint32(F32), uint64(0)]),
    ),
  ]);
  const padding = Buffer.alloc((ALIGNMENT - (head.length % ALIGNMENT)) % ALIGNMENT);
  return Buffer.concat([head, padding, Buffer.alloc(tensors > 0 ? 4 * floats : 0, 1)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);
}
