import axios, { type AxiosResponse } from 'axios';
import { Readable } from 'node:stream';
import type { Clock, Timer } from '../shared/clock';
import { CoreConnection } from './core-connection';
import { MalformedLineError } from './ndjson-reader';
import type { CallOptions } from './ollama-api';
import { OllamaError } from './ollama-error';
import { errorFromFailure, errorFromStatus } from './ollama-error-mapper';
import { receivedChunks } from './received-chunks';

const MAX_ERROR_BYTES = 64 * 1024;

export interface CallTarget {
  /** Base address of the core. */
  url: string;
  method: 'GET' | 'POST' | 'HEAD';
  path: string;
  /** Sent as JSON; a stream as it is. */
  body?: object;
}

/**
 * One request to a core, from its first byte to {@link close}. Whatever happens to it becomes an {@link OllamaError}.
 * A `whole` call must be over within `timeoutMs`; for a `stream` that time bounds the wait for the connection only.
 */
export class CoreCall {
  private readonly abort = new AbortController();
  private readonly connection: CoreConnection;
  private readonly deadline?: Timer;
  private overdue = false;
  private response?: Readable;

  constructor(
    clock: Clock,
    private readonly target: CallTarget,
    private readonly options: CallOptions,
    extent: 'whole' | 'stream',
  ) {
    const { timeoutMs, signal } = options;
    this.connection = new CoreConnection(clock, extent === 'stream' ? timeoutMs : undefined);
    if (extent === 'whole' && timeoutMs !== undefined) {
      this.deadline = clock.after(timeoutMs, () => {
        this.overdue = true;
        this.abort.abort();
      });
    }
    if (signal?.aborted) this.abort.abort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** The chunks of the answer's body, once a status of 200 has come. */
  async open(): Promise<AsyncIterable<Buffer>> {
    const { url, method, path, body } = this.target;
    const response: AxiosResponse<Readable> = await axios.request({
      url: url + path,
      method,
      data: body,
      responseType: 'stream',
      signal: this.abort.signal,
      httpAgent: this.connection.httpAgent,
      httpsAgent: this.connection.httpsAgent,
      headers: {
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        ...(body instanceof Readable ? { 'Content-Type': 'application/octet-stream' } : {}),
      },
      decompress: false,
      proxy: false,
      maxRedirects: 0,
      maxBodyLength: Infinity,
      maxContentLength: -1,
      validateStatus: () => true,
    });
    this.response = response.data;
    const chunks = receivedChunks(response.data);
    // Of a blob that was taken it says 201.
    if (response.status === 200 || response.status === 201) return chunks;
    throw errorFromStatus(url, response.status, await readText(chunks, MAX_ERROR_BYTES));
  }

  /** What `failure`, met at any point of this call, means to the caller. */
  explain(failure: unknown): OllamaError {
    const { url, path } = this.target;
    if (this.options.signal?.aborted) {
      return new OllamaError('aborted', url, `${path} was aborted`, undefined, { cause: failure });
    }
    if (this.overdue) {
      return new OllamaError(
        'timeout',
        url,
        `${path} took more than ${this.options.timeoutMs} ms`,
        undefined,
        {
          cause: failure,
        },
      );
    }
    return errorFromFailure(url, failure, this.connection.connected);
  }

  throwIfAborted(): void {
    this.options.signal?.throwIfAborted();
  }

  /** Closes the connection, at once and whatever is still to come on it. */
  close(): void {
    this.deadline?.cancel();
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.response?.destroy();
  }

  private readonly onAbort = (): void => this.abort.abort();
}

/** The body as text; longer than `maxBytes` it is no answer of a core. */
export async function readText(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > maxBytes) throw new MalformedLineError(`an answer of more than ${maxBytes} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
}
