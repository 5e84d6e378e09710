import { stamp } from './clock';

export interface TimedAnswer {
  /** From the request to the first text. */
  firstMs: number;
  tokensPerSecond: number;
}

const TOKENS = 96;

/** One answer of a core to a question, with one thread and without chance, as its client sees it. */
export async function timedAnswer(url: string, model: string, question: string): Promise<TimedAnswer> {
  const asked = stamp();
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model,
      messages: [
        { role: 'system', content: 'You are a friendly assistant who answers at length.' },
        { role: 'user', content: question },
      ],
      options: { num_thread: 1, num_ctx: 2048, num_predict: TOKENS, temperature: 0, seed: 1 },
      keep_alive: -1,
      stream: true,
    }),
    signal: AbortSignal.timeout(120_000),
  });
  if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let pending = '';
  let first = 0;
  let last = 0;
  let tokens = 0;
  for await (const chunk of response.body) {
    pending += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines.filter((each) => each !== '')) {
      const { message, done, error, eval_count } = JSON.parse(line) as {
        message?: { content: string };
        done?: boolean;
        error?: string;
        eval_count?: number;
      };
      if (error) throw new Error(error);
      if (message?.content) last = stamp();
      if (message?.content) first ||= last;
      if (done) tokens = eval_count ?? 0;
    }
  }
  return { firstMs: first - asked, tokensPerSecond: ((tokens - 1) / (last - first)) * 1000 };
}
