export interface AnswerEnd {
  reason: 'stop' | 'length';
  tokens: number;
}

/**
 * The tokens of `source` up to `limit` (negative: all) or to the first stop string, which is not delivered. What may be
 * the beginning of a stop string is held back until that is clear. Returns why it ended.
 */
export async function* limitAnswer(
  source: AsyncIterable<string>,
  limit: number,
  stops: string[],
): AsyncGenerator<string, AnswerEnd> {
  let tokens = 0;
  let held = '';
  for await (const token of source) {
    tokens++;
    held += token;
    const at = earliest(held, stops);
    if (at !== undefined) {
      if (at > 0) yield held.slice(0, at);
      return { reason: 'stop', tokens };
    }
    if (limit >= 0 && tokens >= Math.max(1, limit)) {
      yield held;
      return { reason: 'length', tokens };
    }
    if (stops.some((stop) => endsWithBeginningOf(held, stop))) continue;
    yield held;
    held = '';
  }
  if (held) yield held;
  return { reason: 'stop', tokens };
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
