import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock';
import { CoreCall, readText } from './core-call';
import type { CallOptions } from './ollama-api';
import { isObject } from './ndjson-reader';
import { OllamaError } from './ollama-error';
import { textOfError } from './ollama-error-mapper';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** A tool as a model is told of it. */
export interface OfferedTool {
  name: string;
  description: string;
  /** JSON Schema of its arguments. */
  parameters: unknown;
}

/** A call that a model asked for; nothing of it is checked. */
export interface WishedCall {
  name: string;
  arguments: unknown;
}

export interface ToolQuestionRequest {
  model: string;
  question: string;
  tools: readonly OfferedTool[];
  /** Tokens of context and answer: neither is left to the server, which cuts off what does not fit without a word. */
  contextTokens: number;
  answerTokens: number;
}

/**
 * One question with tools to an Ollama, answered whole: which of the tools would the model call? Nothing is called.
 * Source: Ollama API, `POST /api/chat` with `tools`.
 */
@Injectable()
export class ToolQuestion {
  constructor(private readonly clock: Clock) {}

  /** @throws OllamaError */
  async ask(
    url: string,
    { model, question, tools, contextTokens, answerTokens }: ToolQuestionRequest,
    options: CallOptions,
  ): Promise<WishedCall[]> {
    const body = {
      model,
      messages: [{ role: 'user', content: question }],
      tools: tools.map((tool) => ({ type: 'function', function: tool })),
      stream: false,
      // The same question has the same answer, so that reports can be compared.
      options: { temperature: 0, seed: 1, num_ctx: contextTokens, num_predict: answerTokens },
    };
    const call = new CoreCall(this.clock, { url, method: 'POST', path: '/api/chat', body }, options, 'whole');
    try {
      return wishedCalls(url, await readText(await call.open(), MAX_ANSWER_BYTES));
    } catch (failure) {
      throw failure instanceof OllamaError ? failure : call.explain(failure);
    } finally {
      call.close();
    }
  }
}

function wishedCalls(url: string, text: string): WishedCall[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new OllamaError('malformed', url, 'the answer is not JSON', undefined, { cause });
  }
  if (!isObject(answer)) throw new OllamaError('malformed', url, 'the answer is not a JSON object');
  if (answer.error != null) throw new OllamaError('in-stream', url, textOfError(answer.error));
  const { message } = answer;
  if (!isObject(message)) throw new OllamaError('malformed', url, 'no message in the answer');
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  return calls.flatMap((one: unknown) => {
    const wished = isObject(one) ? one.function : undefined;
    if (!isObject(wished) || typeof wished.name !== 'string') return [];
    return [{ name: wished.name, arguments: wished.arguments ?? {} }];
  });
}
