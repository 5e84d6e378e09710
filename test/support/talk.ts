import type { GenerationResult } from '../../src/generation/generation.types';
import type { CoreBench } from './core-bench';

/** Somebody who asks one question after another, each as soon as the one before is answered. */
export class Talk {
  readonly results: GenerationResult[] = [];
  private readonly abort = new AbortController();
  private readonly going: Promise<void>;

  /** @param pauseMs between an answer and the next question */
  constructor(
    private readonly bench: CoreBench,
    private readonly pauseMs = 500,
  ) {
    this.going = this.go();
  }

  /** The answer that is being written is left as it is. */
  async stop(): Promise<void> {
    this.abort.abort(new Error('enough'));
    await this.bench.during(this.going);
  }

  private async go(): Promise<void> {
    const { bench } = this;
    const { signal } = this.abort;
    while (!signal.aborted) {
      const messageId = await bench.question();
      const messages = [{ role: 'user' as const, content: 'Why?' }];
      this.results.push(
        await bench.generation.generate(
          { messageId, deaths: 0, messages },
          { text: () => undefined },
          signal,
        ),
      );
      await bench.clock.sleep(this.pauseMs, signal).catch(() => undefined);
    }
  }
}

/** What a core says that is to be watched for a while: so many words, a token each. */
export function words(count: number): () => string {
  return () => 'word '.repeat(count).trim();
}
