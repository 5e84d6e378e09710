import type { ChatRequest, StreamChunk } from '../../../../src/ollama/ollama-api';
import { OllamaError } from '../../../../src/ollama/ollama-error';

/** A question, the line of a piece and the final line, as they stand on the wire. */
export const REQUEST: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
export const piece = (content: string): string =>
  `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`;
export const FINAL = `${JSON.stringify({
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  load_duration: 3_000_000,
  prompt_eval_count: 5,
  prompt_eval_duration: 10_000_000,
  eval_count: 2,
  eval_duration: 40_000_000,
})}\n`;

/** The texts that came, and the error that ended them. */
export async function readAnswer(
  stream: AsyncIterable<StreamChunk>,
): Promise<{ texts: string[]; chunks: StreamChunk[]; error?: OllamaError }> {
  const chunks: StreamChunk[] = [];
  const result = { chunks, texts: [] as string[] };
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      result.texts.push(chunk.text);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(OllamaError);
    return { ...result, error: error as OllamaError };
  }
  return result;
}

/** The error with which a call fails. */
export async function failureOf(promise: Promise<unknown>): Promise<OllamaError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OllamaError);
  return error as OllamaError;
}
