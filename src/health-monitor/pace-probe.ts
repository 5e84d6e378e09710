import { Injectable } from '@nestjs/common';
import type { Core } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { OllamaApi, type GenerationStats } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';
import { Deadline } from '../shared/deadline';

const TOKENS = 12;
/** Fewer tell nothing. */
const FEWEST_TOKENS = 4;
const TIMEOUT_MS = 10_000;
const CONNECT_MS = 1_000;
const PROMPT = 'Count from one to twenty, in words.';

/** Measures how fast an idle core writes. */
@Injectable()
export class PaceProbe {
  constructor(
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
    private readonly clock: Clock,
  ) {}

  /**
   * Generates a dozen tokens and takes the time. A person's question that comes meanwhile goes first.
   *
   * @returns tokens a second; 0 where none came in 10 s; undefined where it could not be seen.
   */
  async measure(core: Core, signal: AbortSignal): Promise<number | undefined> {
    const deadline = new Deadline(this.clock, TIMEOUT_MS, signal);
    const times: number[] = [];
    try {
      const request = {
        model: this.profile.model,
        prompt: PROMPT,
        options: { ...this.profile.options, num_predict: TOKENS, temperature: 0 },
        keepAlive: -1,
      };
      const options = { signal: deadline.signal, timeoutMs: CONNECT_MS };
      for await (const chunk of this.ollama.generate(core.url, request, options)) {
        if (core.inFlight > 0) return undefined;
        if (chunk.done) return this.pace(times, chunk.stats);
        times.push(this.clock.monotonic());
      }
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (deadline.signal.aborted) return this.paceSoFar(times);
      if (error instanceof OllamaError) return undefined;
      throw error;
    } finally {
      deadline.end();
    }
  }

  /** As seen or as told, whichever is less: a network may bring several lines at once. */
  private pace(times: readonly number[], { tokens, generationMs }: GenerationStats): number | undefined {
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const seen =
      times.length >= FEWEST_TOKENS && last > first ? rate(times.length - 1, last - first) : undefined;
    const told = tokens >= FEWEST_TOKENS && generationMs > 0 ? rate(tokens, generationMs) : undefined;
    if (seen === undefined || told === undefined) return seen ?? told;
    return Math.min(seen, told);
  }

  private paceSoFar(times: readonly number[]): number {
    const [first] = times;
    return first === undefined ? 0 : rate(times.length - 1, Math.max(1, this.clock.monotonic() - first));
  }
}

function rate(tokens: number, ms: number): number {
  return (tokens / ms) * 1000;
}
