import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core, EvidenceKind } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import { OllamaApi, type CoreMessage, type GenerationStats } from '../ollama/ollama-api';
import { OllamaError, type OllamaErrorKind } from '../ollama/ollama-error';
import { Clock, type Timer } from '../shared/clock';
import { estimateTokens, firstTokenDeadlineMs, stallDeadlineMs } from './deadlines';

const GAPS_KEPT = 64;
/** A timer this late was held up by our own process: what the core sent meanwhile is still unread. */
const LATE_MS = 1_000;

/** What an attempt goes on from. */
export interface Resume {
  /** Sent as the last assistant message; empty to begin anew. */
  text: string;
  /** Tokens it is made of, as far as they were counted. */
  tokens: number;
}

/** `text` and `tokens` count what was resumed from as well. */
export type AttemptOutcome =
  | { kind: 'complete'; text: string; reason: string; tokens: number }
  /** `evidence` is undefined where the core is not to blame. */
  | {
      kind: 'failed';
      text: string;
      tokens: number;
      detail: string;
      evidence?: EvidenceKind;
      refused?: boolean;
    }
  | { kind: 'cancelled' };

class WatchError extends Error {
  constructor(
    readonly evidence: EvidenceKind | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** Runs one attempt on one core: streams, watches for silence, and tells how it ended. */
@Injectable()
export class AttemptRunner {
  constructor(
    private readonly ollama: OllamaApi,
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * @param onText gets the whole text so far, what was resumed from included.
   */
  async run(
    core: Core,
    messages: readonly CoreMessage[],
    resume: Resume,
    onText: (whole: string) => void,
    signal: AbortSignal,
  ): Promise<AttemptOutcome> {
    const watch = new AbortController();
    const stopListening = this.bus.on('core.state-changed', ({ core: changed, to, reason }) => {
      if (changed.id === core.id && to === 'down')
        watch.abort(new WatchError(undefined, `core ${core.id} is down: ${reason}`));
    });
    const stopStaying = this.bus.on('core.evicted', ({ coreId, reason }) => {
      if (coreId === core.id) watch.abort(new WatchError(undefined, reason));
    });
    // Its verdict may have come while the attempt was being written down.
    if (core.state === 'down')
      watch.abort(new WatchError(undefined, `core ${core.id} is down: ${core.reason}`));
    const onCancel = (): void => watch.abort(new Error('cancelled'));
    if (signal.aborted) onCancel();
    signal.addEventListener('abort', onCancel, { once: true });

    const silence = new SilenceTimer(this.clock, (evidence, ms) =>
      watch.abort(new WatchError(evidence, `core ${core.id} was silent for ${Math.round(ms / 100) / 10} s`)),
    );
    let { text, tokens } = resume;
    try {
      const prompt = messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, resume.tokens);
      silence.expect('first-token-timeout', firstTokenDeadlineMs(core, prompt));
      const gaps: number[] = [];
      let last: number | undefined;
      for await (const chunk of this.ollama.chat(core.url, this.request(messages, resume), {
        signal: watch.signal,
        timeoutMs: 3_000,
      })) {
        const now = this.clock.monotonic();
        if (last !== undefined) gaps.push(now - last);
        if (gaps.length > GAPS_KEPT) gaps.shift();
        last = now;
        silence.expect('stall', stallDeadlineMs(gaps));
        this.registry.alive(core.id);
        text += text === '' ? chunk.text.trimStart() : chunk.text;
        // Ollama sends a token a line.
        if (chunk.text !== '') tokens++;
        if (chunk.text !== '') onText(text);
        if (chunk.done) {
          this.learn(core.id, chunk.stats);
          return { kind: 'complete', text, tokens, reason: chunk.reason };
        }
      }
      return {
        kind: 'failed',
        text,
        tokens,
        detail: `core ${core.id} ended without its final line`,
        evidence: 'truncated',
      };
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled' };
      const cause: unknown = watch.signal.aborted ? watch.signal.reason : error;
      if (cause instanceof WatchError)
        return { kind: 'failed', text, tokens, detail: cause.message, evidence: cause.evidence };
      if (cause instanceof OllamaError)
        return { kind: 'failed', text, tokens, detail: cause.message, ...blame(cause.kind) };
      throw cause;
    } finally {
      silence.end();
      stopListening();
      stopStaying();
      signal.removeEventListener('abort', onCancel);
      watch.abort(new Error('attempt over'));
    }
  }

  private request(
    messages: readonly CoreMessage[],
    { text: resume, tokens: spent }: Resume,
  ): Parameters<OllamaApi['chat']>[1] {
    const options = { ...this.profile.options };
    if (options.num_predict !== undefined && spent > 0)
      options.num_predict = Math.max(16, options.num_predict - spent);
    return {
      model: this.profile.model,
      messages: resume ? [...messages, { role: 'assistant', content: resume }] : [...messages],
      options,
      keepAlive: -1,
    };
  }

  private learn(id: number, stats: GenerationStats): void {
    // A core counts cached tokens of the prompt too, so an answer can only make it look faster than it is: what is
    // slower than known is believed, what is faster is not.
    const seen =
      stats.promptTokens >= 16 && stats.promptMs > 0
        ? (stats.promptTokens / stats.promptMs) * 1000
        : undefined;
    const known = this.registry.get(id).speed.promptTokensPerSecond;
    const promptTokensPerSecond = seen !== undefined && seen < (known ?? Infinity) ? seen : undefined;
    const tokensPerSecond =
      stats.tokens >= 4 && stats.generationMs > 0 ? (stats.tokens / stats.generationMs) * 1000 : undefined;
    this.registry.learn(id, { promptTokensPerSecond, tokensPerSecond });
  }
}

/** Which failures are the core's own, and which no other core would answer differently. */
function blame(kind: OllamaErrorKind): { evidence?: EvidenceKind; refused?: boolean } {
  switch (kind) {
    case 'refused':
    case 'reset':
    case 'truncated':
    case 'malformed':
    case 'model-missing':
    case 'busy':
    case 'server-error':
      return { evidence: kind };
    case 'in-stream':
      return { evidence: 'in-stream-error' };
    case 'timeout':
      return { evidence: 'refused' };
    case 'bad-request':
      return { refused: true };
    case 'aborted':
      return {};
  }
}

/**
 * Calls `onSilence` unless the next sign of life comes before the deadline. Where this process itself stood still, the
 * core gets the whole time again: its tokens wait in the socket.
 */
class SilenceTimer {
  private timer?: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly onSilence: (evidence: EvidenceKind, ms: number) => void,
  ) {}

  expect(evidence: EvidenceKind, withinMs: number): void {
    this.timer?.cancel();
    const due = this.clock.monotonic() + withinMs;
    this.timer = this.clock.after(withinMs, () => {
      if (this.clock.monotonic() - due > LATE_MS) this.expect(evidence, withinMs);
      else this.onSilence(evidence, withinMs);
    });
  }

  end(): void {
    this.timer?.cancel();
  }
}
