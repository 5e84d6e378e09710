import { Injectable, Optional } from '@nestjs/common';
import { Clock } from '../shared/clock';
import { SystemClock } from '../shared/system-clock';
import { CoreCall, readText, type CallTarget } from './core-call';
import { isObject, readNdjson, type JsonObject } from './ndjson-reader';
import type { StoredBlob, StoredModel } from './model-folder';
import {
  type CallOptions,
  type ChatRequest,
  type GenerateRequest,
  type InstalledModel,
  type LoadedModel,
  type ModelDetails,
  type ModelOptions,
  OllamaApi,
  type PullProgress,
  type StreamChunk,
} from './ollama-api';
import { OllamaError } from './ollama-error';
import { textOfError } from './ollama-error-mapper';
import {
  chatBody,
  generateBody,
  toInstalledModels,
  toLoadedModels,
  toModelDetails,
  toPullProgress,
  toStreamChunk,
} from './ollama-wire';

const BLOB_ASKED_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Ollama over HTTP. Every call has a connection of its own; proxies and redirects are not followed. */
@Injectable()
export class HttpOllamaApi extends OllamaApi {
  private readonly clock: Clock;

  constructor(@Optional() clock?: Clock) {
    super();
    this.clock = clock ?? new SystemClock();
  }

  async version(url: string, options?: CallOptions): Promise<string> {
    return this.ask({ url, method: 'GET', path: '/api/version' }, options, (body) => {
      if (typeof body.version !== 'string')
        throw new OllamaError('malformed', url, 'no version in the answer');
      return body.version;
    });
  }

  async tags(url: string, options?: CallOptions): Promise<InstalledModel[]> {
    return this.ask({ url, method: 'GET', path: '/api/tags' }, options, toInstalledModels);
  }

  async ps(url: string, options?: CallOptions): Promise<LoadedModel[]> {
    return this.ask({ url, method: 'GET', path: '/api/ps' }, options, toLoadedModels);
  }

  async show(url: string, model: string, options?: CallOptions): Promise<ModelDetails> {
    return this.ask({ url, method: 'POST', path: '/api/show', body: { model } }, options, toModelDetails);
  }

  chat(url: string, request: ChatRequest, options?: CallOptions): AsyncIterable<StreamChunk> {
    return this.answer({ url, method: 'POST', path: '/api/chat', body: chatBody(request) }, options);
  }

  generate(url: string, request: GenerateRequest, options?: CallOptions): AsyncIterable<StreamChunk> {
    return this.answer({ url, method: 'POST', path: '/api/generate', body: generateBody(request) }, options);
  }

  async load(url: string, model: string, modelOptions: ModelOptions, options?: CallOptions): Promise<void> {
    const body = { model, options: modelOptions, keep_alive: -1, stream: false };
    await this.ask({ url, method: 'POST', path: '/api/generate', body }, options, (answer) => {
      if (answer.done !== true)
        throw new OllamaError('malformed', url, 'the load call did not say that it is done');
    });
  }

  async unload(url: string, model: string, options?: CallOptions): Promise<void> {
    const body = { model, keep_alive: 0, stream: false };
    await this.ask({ url, method: 'POST', path: '/api/generate', body }, options, () => undefined);
  }

  async render(url: string, request: ChatRequest, options?: CallOptions): Promise<string | undefined> {
    // A core too old to know the flag answers the question instead: one token is the least it can be asked for.
    const body = {
      ...chatBody(request),
      options: { ...request.options, num_predict: 1 },
      stream: false,
      _debug_render_only: true,
    };
    return this.ask({ url, method: 'POST', path: '/api/chat', body }, options, (answer) => {
      const prompt = isObject(answer._debug_info) ? answer._debug_info.rendered_template : undefined;
      return typeof prompt === 'string' ? prompt : undefined;
    });
  }

  async *pull(url: string, model: string, options?: CallOptions): AsyncGenerator<PullProgress> {
    const target: CallTarget = { url, method: 'POST', path: '/api/pull', body: { model } };
    let status = '';
    for await (const progress of this.lines(target, options, toPullProgress)) {
      status = progress.status;
      yield progress;
    }
    if (status !== 'success') throw new OllamaError('truncated', url, `pulling ${model} ended at: ${status}`);
  }

  async *importModel(
    url: string,
    model: string,
    stored: StoredModel,
    options: CallOptions = {},
  ): AsyncGenerator<PullProgress> {
    const { weights, adapters, template, system, license, parameters } = stored;
    for (const blob of [...weights, ...adapters]) {
      yield { status: `sending ${blob.digest.slice(0, 19)}`, totalBytes: blob.sizeBytes };
      if (!(await this.hasBlob(url, blob, options))) await this.sendBlob(url, blob, options);
    }
    const files = (blobs: readonly StoredBlob[]): Record<string, string> =>
      Object.fromEntries(blobs.map(({ digest }, index) => [`file${index}.gguf`, digest]));
    const body = {
      model,
      files: files(weights),
      ...(adapters.length > 0 ? { adapters: files(adapters) } : {}),
      ...{ template, system, license, parameters },
    };
    const target: CallTarget = { url, method: 'POST', path: '/api/create', body };
    let status = '';
    for await (const progress of this.lines(target, options, toPullProgress)) {
      status = progress.status;
      yield progress;
    }
    if (status !== 'success') throw new OllamaError('truncated', url, `making ${model} ended at: ${status}`);
  }

  private async hasBlob(url: string, { digest }: StoredBlob, { signal }: CallOptions): Promise<boolean> {
    try {
      await this.send(
        { url, method: 'HEAD', path: `/api/blobs/${digest}` },
        { signal, timeoutMs: BLOB_ASKED_MS },
      );
      return true;
    } catch (error) {
      if (error instanceof OllamaError && error.status === 404) return false;
      throw error;
    }
  }

  private async sendBlob(url: string, blob: StoredBlob, { signal }: CallOptions): Promise<void> {
    await this.send(
      { url, method: 'POST', path: `/api/blobs/${blob.digest}`, body: blob.open() },
      { signal },
    );
  }

  private async send(target: CallTarget, options: CallOptions): Promise<void> {
    const call = new CoreCall(this.clock, target, options, 'whole');
    try {
      await readText(await call.open(), MAX_ANSWER_BYTES);
    } catch (failure) {
      throw call.explain(failure);
    } finally {
      call.close();
    }
  }

  private async *answer(target: CallTarget, options?: CallOptions): AsyncGenerator<StreamChunk> {
    for await (const chunk of this.lines(target, options, toStreamChunk)) {
      yield chunk;
      if (chunk.done) return;
    }
    throw new OllamaError('truncated', target.url, 'the answer ended without its final line');
  }

  private async ask<T>(
    target: CallTarget,
    options: CallOptions = {},
    read: (body: JsonObject) => T,
  ): Promise<T> {
    const call = new CoreCall(this.clock, target, options, 'whole');
    try {
      return read(parseAnswer(target.url, await readText(await call.open(), MAX_ANSWER_BYTES)));
    } catch (failure) {
      throw call.explain(failure);
    } finally {
      call.close();
    }
  }

  private async *lines<T>(
    target: CallTarget,
    options: CallOptions = {},
    read: (line: JsonObject) => T,
  ): AsyncGenerator<T> {
    const call = new CoreCall(this.clock, target, options, 'stream');
    try {
      for await (const line of readNdjson(await call.open())) {
        call.throwIfAborted();
        if (line.error != null) throw new OllamaError('in-stream', target.url, textOfError(line.error));
        yield read(line);
      }
      call.throwIfAborted();
    } catch (failure) {
      throw call.explain(failure);
    } finally {
      call.close();
    }
  }
}

function parseAnswer(url: string, text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new OllamaError('malformed', url, 'the answer is not JSON', undefined, { cause });
  }
  if (!isObject(body)) throw new OllamaError('malformed', url, 'the answer is not a JSON object');
  if (body.error != null) throw new OllamaError('in-stream', url, textOfError(body.error));
  return body;
}
