import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BlobSource } from '../../oci/registry-writer';
import { RdzenError } from '../../shared/rdzen-error';

/** A layer on disk, as it goes to a registry. */
export interface LayerFile extends BlobSource {
  /** Digest of the archive before it was compressed. */
  diffId: string;
}

/** Which system compressed it; 255 is "unknown", so that all systems write the same. Source: RFC 1952. */
const GZIP_SYSTEM_BYTE = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Compresses an archive into a file. The same archive gives the same bytes, as long as Node brings the same zlib.
 *
 * @param watch sees the archive as it goes by
 * @throws RdzenError PACK_DISK_FULL
 */
export async function writeLayer(
  tar: AsyncIterable<Buffer>,
  path: string,
  watch?: (chunk: Buffer) => void,
): Promise<LayerFile> {
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let size = 0;
  const inside = counted(plain, watch);
  const outside = counted(packed, (chunk) => (size += chunk.length));
  await pipeline(
    Readable.from(tar, { objectMode: false }),
    inside,
    createGzip({ level: 6 }),
    withoutSystem(),
    outside,
    createWriteStream(path),
  ).catch((error: unknown) => {
    throw namedDiskFull(error, path);
  });
  return {
    digest: `sha256:${packed.digest('hex')}`,
    diffId: `sha256:${plain.digest('hex')}`,
    size,
    open: () => createReadStream(path),
  };
}

function namedDiskFull(error: unknown, path: string): unknown {
  if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) return error;
  return new RdzenError(
    'PACK_DISK_FULL',
    `There is no space left on the disk of ${path}, where the image is put together. Make room there, or set TMPDIR to a folder on another disk.`,
    { cause: error },
  );
}

function counted(hash: Hash, watch?: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      try {
        watch?.(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function withoutSystem(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const inside = GZIP_SYSTEM_BYTE - at;
      at += chunk.length;
      if (inside < 0 || inside >= chunk.length) return done(null, chunk);
      const copy = Buffer.from(chunk);
      copy[inside] = UNKNOWN_SYSTEM;
      done(null, copy);
    },
  });
}
