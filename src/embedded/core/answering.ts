import type { Clock } from '../../shared/clock';
import type { AnswerShape } from './answer-shape';
import type { Brain, BrainInput, CompletionOptions, CoreToolCall } from './brain';
import type { ChatCall, GenerateCall } from './core-request';
import type { AnswerMetrics } from './core-shapes';
import { type AnswerEnd, limitAnswer } from './limited-answer';
import type { ModelSlot } from './model-slot';
import type { Reply } from './reply';

/** One answer to be given; without `input` the model is only loaded. */
export interface AnswerTask {
  call: ChatCall | GenerateCall;
  shape: AnswerShape;
  input?: BrainInput;
  /** Whether the final line carries the whole conversation as tokens. */
  withContext: boolean;
}

interface Spoken {
  text: string;
  end: AnswerEnd;
  promptMs: number;
  generationMs: number;
}

/** Gives answers, one at a time: the others wait in silence, and who leaves frees his place. */
export class Answering {
  constructor(
    private readonly brain: Brain,
    private readonly slot: ModelSlot,
    private readonly clock: Clock,
  ) {}

  async answer(task: AnswerTask, reply: Reply, signal: AbortSignal): Promise<void> {
    const arrived = this.clock.monotonic();
    await this.slot.use(signal, async () => {
      const { call, shape, input } = task;
      const begun = this.clock.monotonic();
      await this.slot.load(call.options.runner, call.keepAliveMs);
      const loadMs = this.clock.monotonic() - begun;
      if (!input) return reply.json(200, shape.final('', 'load'));
      if (call.renderOnly) return reply.json(200, shape.rendered(this.promptOf(input)));

      const prompt = await this.brain.read(input, completionOptions(call));
      const calls = this.wishes(task);
      const spoken =
        calls.length > 0 ? await this.wish(task, calls, reply) : await this.speak(task, input, reply, signal);
      if (!spoken) return;
      const { text, end, promptMs, generationMs } = spoken;
      const metrics: AnswerMetrics = {
        totalMs: this.clock.monotonic() - arrived,
        loadMs,
        promptTokens: prompt.length,
        promptMs,
        tokens: end.tokens,
        generationMs,
      };
      const context = task.withContext ? [...prompt, ...(await this.brain.tokenize(text))] : undefined;
      if (!call.stream) return reply.json(200, shape.final(text, end.reason, metrics, context, calls));
      reply.line(shape.final('', end.reason, metrics, context));
      reply.end();
    });
  }

  private wishes({ call, input }: AnswerTask): CoreToolCall[] {
    if (!('tools' in call) || call.tools.length === 0 || !input || 'raw' in input) return [];
    return this.brain.wishes(input.turns, call.tools);
  }

  private async wish({ call, shape }: AnswerTask, calls: CoreToolCall[], reply: Reply): Promise<Spoken> {
    const { length: tokens } = await this.brain.tokenize(JSON.stringify(calls));
    if (call.stream) reply.line(shape.calls?.(calls) ?? shape.piece(''));
    return { text: '', end: { reason: 'stop', tokens }, promptMs: 0, generationMs: 0 };
  }

  /** Undefined when the listener has left. */
  private async speak(
    { call, shape }: AnswerTask,
    input: BrainInput,
    reply: Reply,
    signal: AbortSignal,
  ): Promise<Spoken | undefined> {
    const { numPredict, stop } = call.options;
    const begun = this.clock.monotonic();
    const source = this.brain.complete(input, completionOptions(call), signal);
    const answer = limitAnswer(source, numPredict, stop ?? this.brain.model?.stop ?? []);
    let text = '';
    let firstAt: number | undefined;
    for (;;) {
      const step = await answer.next();
      if (signal.aborted) {
        await answer.return({ reason: 'stop', tokens: 0 });
        return undefined;
      }
      const at = this.clock.monotonic();
      firstAt ??= at;
      if (step.done) return { text, end: step.value, promptMs: firstAt - begun, generationMs: at - firstAt };
      text += step.value;
      if (call.stream) reply.line(shape.piece(step.value));
    }
  }

  private promptOf(input: BrainInput): string {
    return 'raw' in input ? input.raw : this.brain.render(input.turns);
  }
}

function completionOptions({ options, format }: ChatCall | GenerateCall): CompletionOptions {
  return {
    ...options.sampling,
    num_predict: options.numPredict,
    ...(options.numKeep !== undefined && { num_keep: options.numKeep }),
    ...(format && { format }),
  };
}
