import type { Clock } from '../../shared/clock';
import type { Brain } from './brain';
import type { EmbedCall } from './core-request';
import { nanoseconds } from './core-shapes';
import type { ModelSlot } from './model-slot';
import type { Reply } from './reply';

/** Turns texts into vectors, queueing with the answers. */
export class Embedding {
  constructor(
    private readonly brain: Brain,
    private readonly slot: ModelSlot,
    private readonly clock: Clock,
  ) {}

  /** `/api/embed`: any number of texts, vectors of length one. */
  async embed(call: EmbedCall, reply: Reply, signal: AbortSignal): Promise<void> {
    const arrived = this.clock.monotonic();
    await this.slot.use(signal, async () => {
      await this.slot.load(call.options.runner, call.keepAliveMs);
      const loaded = this.clock.monotonic();
      if (call.texts.length === 0) return reply.json(200, { model: call.model, embeddings: [] });
      const { vectors, tokens } = await this.brain.embed(call.texts, call.truncate, signal);
      reply.json(200, {
        model: call.model,
        embeddings: vectors.map(normalized),
        total_duration: nanoseconds(this.clock.monotonic() - arrived),
        load_duration: nanoseconds(loaded - arrived),
        prompt_eval_count: tokens,
      });
    });
  }

  /** `/api/embeddings`: one text, its vector as the model gives it. */
  async embedOne(call: EmbedCall, reply: Reply, signal: AbortSignal): Promise<void> {
    await this.slot.use(signal, async () => {
      await this.slot.load(call.options.runner, call.keepAliveMs);
      const { vectors } =
        call.texts.length > 0 ? await this.brain.embed(call.texts, true, signal) : { vectors: [[]] };
      reply.json(200, { embedding: vectors[0] ?? [] });
    });
  }
}

function normalized(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
