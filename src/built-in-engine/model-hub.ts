import type { HubFile } from './choose-hub-files';
import { EngineUnavailable } from './engine-unavailable';
import { asWebFailure, refusal, WebFailure } from './web-failure';
import type { WebAnswer, WebReader, WebRequest } from './web-reader';

const DEFAULT_ENDPOINT = 'https://huggingface.co';
const SHA256 = /^[0-9a-f]{64}$/;
const MOST_PAGES = 20;
/** The hub's own pages hold a thousand files in less than 1 MB. */
const LARGEST_PAGE_BYTES = 16 * 1024 * 1024;
const LISTED_WITHIN_MS = 60_000;

/** What {@link FileDownload} needs to fetch one file of the hub. */
export interface HubAddress {
  url: URL;
  token?: string;
}

/** The part of the model hub's HTTP API that finds a file and its checksum. */
export class ModelHub {
  private readonly endpoint: URL;
  private readonly token?: string;

  /** @throws EngineUnavailable where HF_ENDPOINT is no address */
  constructor(
    private readonly web: WebReader,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    const given = environment['HF_ENDPOINT'] || DEFAULT_ENDPOINT;
    if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
      throw new EngineUnavailable('HF_ENDPOINT is no address', 'Write it as https://host, or leave it unset');
    this.endpoint = new URL(given.replace(/\/*$/, '/'));
    const token = environment['HF_TOKEN']?.trim();
    if (token) this.token = token;
  }

  get host(): string {
    return this.endpoint.host;
  }

  address(repo: string, revision: string, path: string): HubAddress {
    const steps = path.split('/').map(encodeURIComponent).join('/');
    const url = new URL(`${repo}/resolve/${encodeURIComponent(revision)}/${steps}`, this.endpoint);
    return { url, ...(this.token !== undefined && { token: this.token }) };
  }

  /**
   * All files of a repository.
   * @throws WebFailure, also where the answer is no list or comes too slowly
   */
  async list(
    repo: string,
    revision: string,
    signal: AbortSignal,
    withinMs = LISTED_WITHIN_MS,
  ): Promise<HubFile[]> {
    const late = AbortSignal.timeout(withinMs);
    try {
      return await this.allPages(repo, revision, AbortSignal.any([signal, late]));
    } catch (error) {
      signal.throwIfAborted();
      throw late.aborted ? noList(this.host) : error;
    }
  }

  private async allPages(repo: string, revision: string, signal: AbortSignal): Promise<HubFile[]> {
    const files: HubFile[] = [];
    let next: URL | undefined = new URL(
      `api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`,
      this.endpoint,
    );
    for (let page = 0; next && page < MOST_PAGES; page++) {
      const answer: WebAnswer = await this.ask({ url: next, signal });
      files.push(...parseListing(await this.read(answer, signal), this.host));
      const link = /<([^>]+)>;\s*rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
      next = link === undefined ? undefined : new URL(link, next);
      if (next && next.origin !== this.endpoint.origin) next = undefined;
    }
    return files;
  }

  /** One file by its own headers, for mirrors that keep no lists. @throws WebFailure */
  async describe(repo: string, revision: string, path: string, signal: AbortSignal): Promise<HubFile> {
    const wanted = { ...this.address(repo, revision, path), method: 'HEAD' as const, signal };
    const answer = await this.ask({ ...wanted, enoughWith: 'x-linked-etag' });
    const { onTheWay, headers } = answer;
    answer.body.on('error', () => undefined).resume();
    const sha256 = unquoted(onTheWay['x-linked-etag'] ?? onTheWay['etag']);
    const sizeBytes = Number(onTheWay['x-linked-size'] ?? headers['content-length']);
    return { path, sizeBytes, ...(SHA256.test(sha256) && { sha256 }) };
  }

  private async ask(wanted: WebRequest): Promise<WebAnswer> {
    const answer = await this.web.open({ ...wanted, ...(this.token !== undefined && { token: this.token }) });
    if (answer.status === 200 || (wanted.enoughWith && answer.headers[wanted.enoughWith])) return answer;
    answer.body.on('error', () => undefined).destroy();
    const { 'x-error-code': code = '', 'retry-after': retryAfter } = answer.headers;
    throw refusal(answer.status, answer.host, code, retryAfter);
  }

  private async read(answer: WebAnswer, signal: AbortSignal): Promise<string> {
    const pieces: Buffer[] = [];
    let length = 0;
    try {
      for await (const piece of answer.body as AsyncIterable<Buffer>) {
        signal.throwIfAborted();
        length += piece.length;
        // Leaving the loop closes the connection.
        if (length > LARGEST_PAGE_BYTES) throw noList(this.host);
        pieces.push(piece);
      }
      return Buffer.concat(pieces).toString('utf8');
    } catch (error) {
      signal.throwIfAborted();
      throw asWebFailure(error, answer.host);
    }
  }
}

function parseListing(body: string, host: string): HubFile[] {
  let entries: unknown;
  try {
    entries = JSON.parse(body);
  } catch {
    throw noList(host);
  }
  if (!Array.isArray(entries)) throw noList(host);
  return (entries as Record<string, unknown>[]).flatMap(({ type, path, size, lfs }) => {
    if (type !== 'file' || typeof path !== 'string') return [];
    const kept = (lfs ?? {}) as { oid?: unknown; size?: unknown };
    const sha256 = typeof kept.oid === 'string' && SHA256.test(kept.oid) ? kept.oid : undefined;
    return [{ path, sizeBytes: Number(kept.size ?? size), ...(sha256 !== undefined && { sha256 }) }];
  });
}

function noList(host: string): WebFailure {
  return new WebFailure(`${host} gives no list of files`, { remedy: 'Check HF_ENDPOINT', transient: false });
}

const unquoted = (etag: string | undefined): string => (etag ?? '').replace(/^W\//, '').replaceAll('"', '');
