import type { Completion } from './brain';

export interface AnswerEnd {
  reason: 'stop' | 'length';
  tokens: number;
}

/**
 * The tokens of `source` up to `limit` (negative: all) or to the first stop string, which is not delivered. What may be
 * the beginning of a stop string is held back until that is clear. Returns why it ended.
 */
export async function* limitAnswer(
  source: Completion,
  limit: number,
  stops: string[],
): AsyncGenerator<string, AnswerEnd> {
  let tokens = 0;
  let held = '';
  try {
    for (;;) {
      const step = await source.next();
      if (step.done) {
        if (held) yield held;
        const { reason, unsaidTokens } = step.value ?? { reason: 'stop', unsaidTokens: 0 };
        return { reason, tokens: tokens + unsaidTokens };
      }
      tokens++;
      held += step.value;
      const at = earliest(held, stops);
      if (at !== undefined) {
        if (at > 0) yield held.slice(0, at);
        return { reason: 'stop', tokens };
      }
      if (limit >= 0 && tokens >= Math.max(1, limit)) {
        if (held) yield held;
        return { reason: 'length', tokens };
      }
      if (held === '' || stops.some((stop) => endsWithBeginningOf(held, stop))) continue;
      yield held;
      held = '';
    }
  } finally {
    await source.return(undefined);
  }
}

function earliest(text: string, stops: string[]): number | undefined {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

function endsWithBeginningOf(text: string, stop: string): boolean {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (stop.startsWith(text.slice(-length))) return true;
  }
  return false;
}
