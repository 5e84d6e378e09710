import { HttpOllamaApi } from '../../../src/ollama/http-ollama-api';
import type { ChatRequest, CoreMessage, ModelOptions, StreamChunk } from '../../../src/ollama/ollama-api';
import { SystemClock } from '../../../src/shared/system-clock';
import type { CoreUnderTest } from './core-under-test';

export type Json = Record<string, unknown>;

/** Options that every call of the contract shares, so that nothing is loaded anew by accident. */
export const PINNED: ModelOptions = { num_ctx: 2048, num_thread: 1, temperature: 0 };
export const SHORT_QUESTION = 'What is the capital of Poland?';
export const LONG_QUESTION = 'Tell me a long story about a lighthouse.';

/** The calls of the contract: raw where shapes are judged, through our own client where behaviour is. */
export class CoreClient {
  readonly api = new HttpOllamaApi(new SystemClock());

  constructor(private readonly core: CoreUnderTest) {}

  get url(): string {
    return this.core.url;
  }

  request(content: string | CoreMessage[], options: ModelOptions = {}): ChatRequest {
    const messages = typeof content === 'string' ? [{ role: 'user' as const, content }] : content;
    return { model: this.core.model, messages, options: { ...PINNED, ...options }, keepAlive: -1 };
  }

  chat(
    content: string | CoreMessage[],
    options?: ModelOptions,
    signal?: AbortSignal,
  ): AsyncIterable<StreamChunk> {
    return this.api.chat(this.url, this.request(content, options), { signal });
  }

  /** The whole text and the final line of an answer. */
  async ask(
    content: string | CoreMessage[],
    options?: ModelOptions,
  ): Promise<{ text: string; final: Extract<StreamChunk, { done: true }> }> {
    let text = '';
    for await (const chunk of this.chat(content, options)) {
      text += chunk.text;
      if (chunk.done) return { text, final: chunk };
    }
    throw new Error('an answer without its final line');
  }

  /** A raw POST; a string is sent as it is. */
  async post(path: string, body: object | string): Promise<{ status: number; type: string; text: string }> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      text: await answer.text(),
    };
  }

  async lines(path: string, body: object): Promise<Json[]> {
    const { text } = await this.post(path, body);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
  }

  async get(path: string): Promise<Json> {
    return (await (await fetch(this.url + path)).json()) as Json;
  }
}

/** Waits until `condition` holds; fails after `ms`. */
export async function eventually(condition: () => Promise<boolean>, ms = 3000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`did not come true within ${ms} ms: ${condition.toString()}`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
