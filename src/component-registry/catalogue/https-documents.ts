import { WebReader } from '../../built-in-engine/web-reader';
import { WebFailure } from '../../built-in-engine/web-failure';
import { WebDocumentFailure, WebDocuments, type WebDocument, type WebDocumentRequest } from './web-documents';

const IDLE_MS = 10_000;

/** Over HTTPS, by the proxies of the environment; redirects lead to https only. */
export class HttpsDocuments extends WebDocuments {
  private reader?: WebReader;

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {
    super();
  }

  async get({ url, etag, most, signal }: WebDocumentRequest): Promise<WebDocument> {
    try {
      this.reader ??= new WebReader({ environment: this.environment, idleMs: IDLE_MS });
      const answer = await this.reader.open({
        url,
        headers: { accept: 'application/json', ...(etag !== undefined && { 'if-none-match': etag }) },
        signal,
      });
      answer.body.on('error', () => undefined);
      if (answer.status === 304 && etag !== undefined) {
        answer.body.destroy();
        return { changed: false };
      }
      if (answer.status !== 200) {
        answer.body.destroy();
        const lasting =
          answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status);
        throw new WebDocumentFailure(`${url.host} answers ${answer.status}.`, lasting);
      }
      const { etag: given } = answer.headers;
      const text = await bounded(answer.body, most, url.host);
      return { changed: true, text, ...(given !== undefined && given.length <= 200 && { etag: given }) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof WebDocumentFailure) throw error;
      const reason = error instanceof WebFailure ? error.reason : (error as Error).message;
      throw new WebDocumentFailure(`${reason}.`, false);
    }
  }

  async close(): Promise<void> {
    await this.reader?.close();
  }
}

async function bounded(body: AsyncIterable<Buffer>, most: number, host: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > most)
      throw new WebDocumentFailure(`What ${host} gives has more than ${Math.floor(most / 1024)} KiB.`, true);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
