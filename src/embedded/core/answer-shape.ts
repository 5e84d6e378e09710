import type { CoreToolCall } from './brain';
import type { AnswerMetrics } from './core-shapes';
import { metricsFields } from './core-shapes';

/** How one endpoint writes the lines of an answer. */
export interface AnswerShape {
  piece(text: string): object;
  /** `calls`: of a chat only. */
  final(
    text: string,
    reason: string,
    metrics?: AnswerMetrics,
    context?: number[],
    calls?: CoreToolCall[],
  ): object;
  /** All calls in one line, as Ollama sends them. */
  calls?(calls: CoreToolCall[]): object;
  /** The answer of `_debug_render_only`. */
  rendered(prompt: string): object;
}

export function chatShape(model: string, now: () => number): AnswerShape {
  const line = (content: string, calls: CoreToolCall[] = []): object => ({
    ...head(model, now),
    message: {
      role: 'assistant',
      content,
      ...(calls.length > 0 && { tool_calls: calls.map((wish) => ({ function: wish })) }),
    },
  });
  return {
    piece: (text) => ({ ...line(text), done: false }),
    calls: (calls) => ({ ...line('', calls), done: false }),
    final: (text, reason, metrics, _context, calls) => ({
      ...line(text, calls),
      done_reason: reason,
      done: true,
      ...(metrics && metricsFields(metrics)),
    }),
    rendered: (prompt) => ({ ...head(model, now), _debug_info: { rendered_template: prompt } }),
  };
}

export function generateShape(model: string, now: () => number): AnswerShape {
  const line = (response: string): object => ({ ...head(model, now), response });
  return {
    piece: (text) => ({ ...line(text), done: false }),
    final: (text, reason, metrics, context) => ({
      ...line(text),
      done: true,
      done_reason: reason,
      ...(context && { context }),
      ...(metrics && metricsFields(metrics)),
    }),
    rendered: (prompt) => ({ ...head(model, now), _debug_info: { rendered_template: prompt } }),
  };
}

function head(model: string, now: () => number): object {
  return { model, created_at: new Date(now()).toISOString() };
}
