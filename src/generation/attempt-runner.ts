import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core, EvidenceKind } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus } from '../events/event-bus';
import {
  OllamaApi,
  type CoreMessage,
  type GenerationStats,
  type ToolCall,
  type ToolDefinition,
} from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { tellsRunnerCrash } from '../ollama/runner-crash';
import { Clock, type Timer } from '../shared/clock';
import { cappedOptions } from './capped-options';
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
  /** With less context and for a shorter answer: the question is suspected of killing cores. */
  capped?: boolean;
  /** What the model may call. */
  tools?: readonly ToolDefinition[];
}

/** `text` and `tokens` count what was resumed from as well. */
export type AttemptOutcome =
  | {
      kind: 'complete';
      text: string;
      reason: string;
      tokens: number;
      toolCalls: ToolCall[];
      /** As the core counted them. */
      promptTokens: number;
    }
  | {
      kind: 'failed';
      text: string;
      tokens: number;
      detail: string;
      /** Undefined where the core is not to blame, or others blamed it already. */
      evidence?: EvidenceKind;
      /** How long it was silent, where that is the evidence. */
      waitedMs?: number;
      refused?: boolean;
      /** It was moved away by us, or its core was judged by others: the question has no part in it. */
      innocent?: boolean;
      /** The core lives, and says that the runner under it died. */
      runnerCrash?: boolean;
    }
  | { kind: 'cancelled' };

class WatchError extends Error {
  constructor(
    readonly evidence: EvidenceKind | undefined,
    message: string,
    readonly waitedMs?: number,
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
      watch.abort(
        new WatchError(evidence, `core ${core.id} was silent for ${Math.round(ms / 100) / 10} s`, ms),
      ),
    );
    const writing = this.registry.paces.begin(core.id);
    let { text, tokens } = resume;
    const toolCalls: ToolCall[] = [];
    try {
      const toolTokens = resume.tools ? estimateTokens(JSON.stringify(resume.tools)) : 0;
      const prompt = messages.reduce(
        (sum, { content }) => sum + estimateTokens(content) + 4,
        resume.tokens + toolTokens,
      );
      const request = this.request(messages, resume, prompt);
      // With another context than usual it has to load its model first.
      const reloads = request.options?.num_ctx !== this.profile.options.num_ctx;
      const asked = { speed: core.speed, state: reloads ? 'warming' : core.state } as const;
      silence.expect('first-token-timeout', firstTokenDeadlineMs(asked, prompt));
      const gaps: number[] = [];
      let last: number | undefined;
      for await (const chunk of this.ollama.chat(core.url, request, {
        signal: watch.signal,
        timeoutMs: 3_000,
      })) {
        const now = this.clock.monotonic();
        if (last !== undefined) gaps.push(now - last);
        if (gaps.length > GAPS_KEPT) gaps.shift();
        last = now;
        silence.expect('stall', stallDeadlineMs(gaps));
        this.registry.alive(core.id);
        if (!chunk.done) writing.token();
        text += text === '' ? chunk.text.trimStart() : chunk.text;
        // Ollama sends a token a line.
        if (chunk.text !== '') tokens++;
        if (chunk.text !== '') onText(text);
        if (chunk.toolCalls) toolCalls.push(...chunk.toolCalls);
        if (chunk.done) {
          writing.complete(chunk.stats);
          this.learn(core.id, chunk.stats);
          const { promptTokens } = chunk.stats;
          return { kind: 'complete', text, tokens, reason: chunk.reason, toolCalls, promptTokens };
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
        return { kind: 'failed', text, tokens, detail: cause.message, ...blameFor(cause) };
      if (cause instanceof OllamaError)
        return { kind: 'failed', text, tokens, detail: cause.message, ...blame(cause) };
      throw cause;
    } finally {
      writing.end();
      silence.end();
      stopListening();
      stopStaying();
      signal.removeEventListener('abort', onCancel);
      watch.abort(new Error('attempt over'));
    }
  }

  private request(
    messages: readonly CoreMessage[],
    { text: resume, tokens: spent, capped, tools }: Resume,
    promptTokens: number,
  ): Parameters<OllamaApi['chat']>[1] {
    const options = { ...this.profile.options };
    // With the default of the core a long list of tools would push the conversation out, silently.
    if (tools) options.num_ctx ??= this.profile.contextTokens;
    if (options.num_predict !== undefined && spent > 0)
      options.num_predict = Math.max(16, options.num_predict - spent);
    return {
      model: this.profile.model,
      messages: resume ? [...messages, { role: 'assistant', content: resume }] : [...messages],
      ...(tools && tools.length > 0 ? { tools: [...tools] } : {}),
      options: capped ? cappedOptions(options, promptTokens) : options,
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
    const known = this.registry.known(id).speed.promptTokensPerSecond;
    const promptTokensPerSecond = seen !== undefined && seen < (known ?? Infinity) ? seen : undefined;
    const tokensPerSecond =
      stats.tokens >= 4 && stats.generationMs > 0 ? (stats.tokens / stats.generationMs) * 1000 : undefined;
    this.registry.learn(id, { promptTokensPerSecond, tokensPerSecond });
  }
}

type Blame = Pick<
  AttemptOutcome & { kind: 'failed' },
  'evidence' | 'waitedMs' | 'refused' | 'innocent' | 'runnerCrash'
>;

/** Of a core whose silence was too long, or of none where the attempt was taken away from it. */
function blameFor({ evidence, waitedMs }: WatchError): Blame {
  return evidence ? { evidence, waitedMs } : { innocent: true };
}

/** Which failures are the core's own, and which no other core would answer differently. */
function blame({ kind, message }: OllamaError): Blame {
  const runnerCrash = tellsRunnerCrash(message);
  switch (kind) {
    case 'refused':
    case 'reset':
    case 'truncated':
    case 'malformed':
    case 'model-missing':
    case 'busy':
      return { evidence: kind };
    case 'server-error':
      return { evidence: kind, runnerCrash };
    case 'in-stream':
      return { evidence: 'in-stream-error', runnerCrash };
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
    this.wait(evidence, withinMs, withinMs);
  }

  /** In short steps: one that spans the whole wait is hardly late after a standstill about as long as itself. */
  private wait(evidence: EvidenceKind, withinMs: number, leftMs: number): void {
    this.timer?.cancel();
    const step = Math.min(leftMs, LATE_MS);
    const due = this.clock.monotonic() + step;
    this.timer = this.clock.after(step, () => {
      if (this.clock.monotonic() - due > LATE_MS) this.expect(evidence, withinMs);
      else if (leftMs > step) this.wait(evidence, withinMs, leftMs - step);
      else this.onSilence(evidence, withinMs);
    });
  }

  end(): void {
    this.timer?.cancel();
  }
}
