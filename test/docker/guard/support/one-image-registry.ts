import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const sum = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** A registry that has one image, of one layer. Source: OCI distribution specification, pull. */
export async function oneImageRegistry(
  tar: Buffer,
  config: object,
): Promise<{ host: string; image: string; close(): void }> {
  const layer = gzipSync(tar);
  const settings = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [sum(tar)] },
    }),
  );
  const part = (bytes: Buffer, mediaType: string): object => ({
    mediaType,
    size: bytes.length,
    digest: sum(bytes),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: part(settings, 'application/vnd.docker.container.image.v1+json'),
      layers: [part(layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')],
    }),
  );
  const blobs = new Map([layer, settings, manifest].map((bytes) => [sum(bytes), bytes]));
  const server = createServer((asked, answer) => {
    if (asked.url === '/v2/') return void answer.writeHead(200).end('{}');
    const bytes = blobs.get(asked.url?.split('/').pop() ?? '');
    if (!bytes) return void answer.writeHead(404).end();
    const kind = asked.url?.includes('/manifests/') ? MANIFEST : 'application/octet-stream';
    answer.writeHead(200, {
      'Content-Type': kind,
      'Content-Length': bytes.length,
      'Docker-Content-Digest': sum(bytes),
    });
    answer.end(asked.method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, image: `${host}/tool@${sum(manifest)}`, close: () => void server.close() };
}
