import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fail, type FakeRepository, sum } from './fake-repository';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/**
 * The distribution API as CNCF Distribution 2.8 speaks it, on loopback and in memory: uploads with a state in their address,
 * schema 1 for who does not say what it reads, `tags: null`, deleting by digest alone. What it answers is held against the
 * real program by `test/contract/registry`.
 */
export class FakeRegistry {
  readonly repositories = new Map<string, FakeRepository>();
  /** `METHOD /path?query` of all that was asked, in order. */
  readonly calls: string[] = [];
  /** `Authorization` of each of them. */
  readonly shown: (string | undefined)[] = [];
  deleteEnabled = true;
  /** Tags on one page; the real one of that version sends all. */
  pageSize = Infinity;
  saysDigest = true;
  absoluteLocations = false;
  mounts = true;
  private interceptors: { which: RegExp; handle: Handler; left: number }[] = [];
  private readonly sockets = new Set<Socket>();
  private server?: Server;
  private uploads = 0;

  static async started(): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    const server = createServer((request, response) => void registry.take(request, response));
    server.on('connection', (socket) => {
      registry.sockets.add(socket);
      socket.once('close', () => registry.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry.server = server;
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  repository(name: string): FakeRepository {
    const known = this.repositories.get(name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() };
    this.repositories.set(name, known);
    return known;
  }

  /** @returns its digest */
  put(name: string, tag: string, document: object, mediaType: string): string {
    const bytes = Buffer.from(JSON.stringify(document));
    const repository = this.repository(name);
    repository.manifests.set(sum(bytes), { mediaType, bytes });
    repository.tags.set(tag, sum(bytes));
    return sum(bytes);
  }

  putBlob(name: string, bytes: Buffer): string {
    this.repository(name).blobs.set(sum(bytes), bytes);
    return sum(bytes);
  }

  /** Something else answers calls whose `METHOD /path?query` fits; the one set last goes first. */
  intercept(which: RegExp, handle: Handler, times = Infinity): void {
    this.interceptors.unshift({ which, handle, left: times });
  }

  /** As the real one puts its refusals. */
  refuse(
    which: RegExp,
    status: number,
    code: string,
    message = code.toLowerCase(),
    detail: unknown = null,
  ): void {
    this.intercept(which, (_, response) => fail(response, status, code, message, detail));
  }

  /** Its program is gone: what was open breaks. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    this.calls.push(call);
    this.shown.push(request.headers.authorization);
    const early = this.interceptors.find(({ which, left }) => left > 0 && which.test(call));
    const chunks: Buffer[] = [];
    try {
      if (!early) for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    if (early) {
      early.left--;
      early.handle(request, response, Buffer.concat(chunks));
    } else this.answer(request, response, Buffer.concat(chunks));
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    if (url.pathname === '/v2/') return void response.writeHead(200).end('{}');
    const [, name = '', kind = '', rest = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs|tags)\/(.+)$/.exec(url.pathname) ?? [];
    const known = this.repositories.get(name);
    if (kind === 'tags') return this.listTags(name, known, url, response);
    if (kind === 'manifests') return this.manifest(request, response, { name, rest, body });
    if (kind === 'blobs' && rest.startsWith('uploads/'))
      return this.upload(request, response, { name, url, body });
    if (kind === 'blobs') {
      const bytes = known?.blobs.get(rest);
      if (!bytes) return fail(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
      return this.send(request, response, bytes, 'application/octet-stream', rest);
    }
    return void response.writeHead(404).end('404 page not found\n');
  }

  private manifest(
    request: IncomingMessage,
    response: ServerResponse,
    { name, rest, body }: { name: string; rest: string; body: Buffer },
  ): void {
    if (request.method === 'PUT') return this.putManifest(request, response, { name, rest, body });
    const repository = this.repositories.get(name);
    const digest = rest.startsWith('sha256:') ? rest : repository?.tags.get(rest);
    const found = digest === undefined ? undefined : repository?.manifests.get(digest);
    if (request.method === 'DELETE') {
      if (!this.deleteEnabled) return fail(response, 405, 'UNSUPPORTED', 'The operation is unsupported.');
      if (!rest.startsWith('sha256:'))
        return fail(response, 400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
      if (!found) return fail(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
      repository?.manifests.delete(rest);
      for (const [tag, target] of repository?.tags ?? []) if (target === rest) repository?.tags.delete(tag);
      return void response.writeHead(202).end();
    }
    if (!found || digest === undefined) return fail(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    if (!(request.headers.accept ?? '').includes(found.mediaType)) {
      if (found.mediaType.includes('.oci.'))
        return fail(
          response,
          404,
          'MANIFEST_UNKNOWN',
          'OCI manifest found, but accept header does not support OCI manifests',
        );
      const old = Buffer.from(JSON.stringify({ schemaVersion: 1, name }));
      return this.send(request, response, old, SCHEMA_1, sum(old));
    }
    return this.send(request, response, found.bytes, found.mediaType, digest);
  }

  private putManifest(
    request: IncomingMessage,
    response: ServerResponse,
    { name, rest, body }: { name: string; rest: string; body: Buffer },
  ): void {
    const repository = this.repository(name);
    const { config, layers = [] } = JSON.parse(body.toString()) as {
      config?: { digest: string };
      layers?: { digest: string }[];
    };
    const missing = [...(config ? [config] : []), ...layers].find(
      ({ digest }) => !repository.blobs.has(digest),
    );
    if (missing) return fail(response, 400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', missing);
    repository.manifests.set(sum(body), { mediaType: request.headers['content-type'] ?? '', bytes: body });
    if (!rest.startsWith('sha256:')) repository.tags.set(rest, sum(body));
    response
      .writeHead(201, { location: `/v2/${name}/manifests/${sum(body)}`, ...this.digestOf(sum(body)) })
      .end();
  }

  private upload(
    request: IncomingMessage,
    response: ServerResponse,
    { name, url, body }: { name: string; url: URL; body: Buffer },
  ): void {
    const at = (path: string): string =>
      `${this.absoluteLocations ? url.origin : ''}/v2/${name}/blobs/${path}`;
    const wanted = url.searchParams.get('digest') ?? url.searchParams.get('mount') ?? '';
    const from = this.repositories.get(url.searchParams.get('from') ?? '')?.blobs.get(wanted);
    if (request.method === 'POST' && this.mounts && from) {
      this.repository(name).blobs.set(wanted, from);
      return void response.writeHead(201, { location: at(wanted), ...this.digestOf(wanted) }).end();
    }
    if (request.method === 'POST')
      return void response.writeHead(202, { location: at(`uploads/${++this.uploads}?_state=a%3D%3D`) }).end();
    if (url.searchParams.get('_state') !== 'a==') return fail(response, 400, 'BLOB_UPLOAD_INVALID');
    if (sum(body) !== wanted)
      return fail(response, 400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    this.putBlob(name, body);
    response.writeHead(201, { location: at(wanted), ...this.digestOf(wanted) }).end();
  }

  private listTags(
    name: string,
    repository: FakeRepository | undefined,
    url: URL,
    response: ServerResponse,
  ): void {
    if (!repository) return fail(response, 404, 'NAME_UNKNOWN', 'repository name not known to registry');
    const last = url.searchParams.get('last') ?? '';
    const all = [...repository.tags.keys()].sort().filter((tag) => tag > last);
    const page = all.slice(0, this.pageSize);
    const more = page.length < all.length;
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(more && { link: `</v2/${name}/tags/list?last=${page.at(-1)}&n=${this.pageSize}>; rel="next"` }),
    });
    response.end(JSON.stringify({ name, tags: repository.tags.size === 0 ? null : page }));
  }

  private send(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
    type: string,
    digest: string,
  ): void {
    response.writeHead(200, {
      'content-type': type,
      'content-length': bytes.length,
      ...this.digestOf(digest),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  private digestOf(digest: string): Record<string, string> {
    return this.saysDigest ? { 'docker-content-digest': digest } : {};
  }
}
