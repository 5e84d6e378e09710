import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

export interface StoredManifest {
  mediaType: string;
  bytes: Buffer;
}

export interface FakeRepository {
  manifests: Map<string, StoredManifest>;
  tags: Map<string, string>;
  blobs: Map<string, Buffer>;
}

export const sum = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** As CNCF Distribution puts a refusal. */
export function fail(
  response: ServerResponse,
  status: number,
  code: string,
  message = code,
  detail: unknown = null,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message, detail }] }));
}
