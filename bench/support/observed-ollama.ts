import { HttpOllamaApi } from '../../src/ollama/http-ollama-api';
import type { CallOptions, ChatRequest, StreamChunk } from '../../src/ollama/ollama-api';
import { stamp } from './clock';

/** What came of one request for an answer, as the gateway's own client received it. */
export interface Stream {
  url: string;
  /** The question. */
  asked: string;
  /** {@link stamp} of the request; of its first text, once that has come. */
  at: number;
  firstAt?: number;
  tokens: number;
  /** Of the whole answer so far, what was resumed from included. */
  characters: number;
  over: boolean;
}

/** The gateway's client for cores, with a note of what came in and when. */
export class ObservedOllama extends HttpOllamaApi {
  readonly streams: Stream[] = [];
  lastRequest?: ChatRequest;

  override async *chat(
    url: string,
    request: ChatRequest,
    options?: CallOptions,
  ): AsyncGenerator<StreamChunk> {
    const { messages } = request;
    const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    const resumed = messages.at(-1)?.role === 'assistant' ? (messages.at(-1)?.content.length ?? 0) : 0;
    const stream: Stream = { url, asked, at: stamp(), tokens: 0, characters: resumed, over: false };
    this.lastRequest = request;
    this.streams.push(stream);
    try {
      for await (const chunk of super.chat(url, request, options)) {
        if (chunk.text !== '') {
          stream.firstAt ??= stamp();
          stream.tokens++;
          stream.characters += chunk.text.length;
        }
        yield chunk;
      }
    } finally {
      stream.over = true;
    }
  }
}
