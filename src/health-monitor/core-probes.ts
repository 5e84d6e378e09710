import { Injectable } from '@nestjs/common';
import type { Core } from '../core-registry/core.types';
import { CoreRegistry } from '../core-registry/core-registry';
import { ModelProfile } from '../core-registry/model-profile';
import { OllamaApi, type GenerationStats, type InstalledModel, type LoadedModel } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { Clock } from '../shared/clock';
import { Deadline } from '../shared/deadline';
import type { FoundModel } from './drift-guard';

export const AWAITED = 'its model is being fetched';
const CHEAP_TIMEOUT_MS = 1_000;
const READINESS_TIMEOUT_MS = 3_000;
const LOAD_TIMEOUT_MS = 300_000;

/** `refused`: hard evidence, nothing listens or the connection broke. `busy`: full, which is no fault. */
export type ProbeResult = { ok: true } | { ok: false; why: string; refused: boolean; busy: boolean };
export type Readiness =
  | { kind: 'resident'; found: FoundModel }
  | { kind: 'cold'; why: string; found: FoundModel }
  /** `awaited`: somebody is fetching it, so that it is no failure. */
  | { kind: 'missing'; why: string; awaited: boolean }
  | { kind: 'failed'; why: string };

/**
 * The questions put to a core: is it there (cheap), has it the model in memory (readiness), does it generate (deep).
 * An aborted `signal` ends each of them as a failure.
 */
@Injectable()
export class CoreProbes {
  private asked = 0;
  /** Context each core really gave the model when we loaded it, by core id. */
  private readonly granted = new Map<number, number>();

  constructor(
    private readonly ollama: OllamaApi,
    private readonly profile: ModelProfile,
    private readonly registry: CoreRegistry,
    private readonly clock: Clock,
  ) {}

  /** The standby has the model in memory as well. */
  get keepsStandbyWarm(): boolean {
    return this.profile.warmStandby;
  }

  /** Somebody is fetching what it is to serve. */
  awaitsModel({ kind }: Core): boolean {
    return kind !== 'external' && this.registry.preparation.preparing !== undefined;
  }

  /** Its threads leave room for the other cores of its host: then one token of a probe disturbs no answer. */
  sharesThreads(core: Core): boolean {
    return core.kind === 'scripted' || this.profile.options.num_thread !== undefined;
  }

  /** `GET /api/version`, 1 s. */
  async cheap(core: Core, signal: AbortSignal): Promise<ProbeResult & { version?: string }> {
    try {
      const options = { signal, timeoutMs: CHEAP_TIMEOUT_MS };
      return { ok: true, version: await this.ollama.version(core.url, options) };
    } catch (error) {
      return failed(error);
    }
  }

  /** `/api/tags` and `/api/ps`: the model is installed and resident with our context. Says nothing about liveness. */
  async readiness(core: Core, signal: AbortSignal): Promise<Readiness> {
    const options = { signal, timeoutMs: READINESS_TIMEOUT_MS };
    try {
      const [installed, loaded] = await Promise.all([
        this.ollama.tags(core.url, options),
        this.ollama.ps(core.url, options),
      ]);
      const model = installed.find(({ name }) => sameModel(name, this.profile.model));
      return model ? this.residency(core, model, loaded) : this.missing(core);
    } catch (error) {
      return { kind: 'failed', why: failed(error).why };
    }
  }

  /** Loads the model with the options all requests carry. */
  async load(core: Core, signal: AbortSignal): Promise<ProbeResult & { tookMs: number }> {
    const begun = this.clock.monotonic();
    try {
      const options = { signal, timeoutMs: LOAD_TIMEOUT_MS };
      await this.ollama.load(core.url, this.profile.model, this.profile.options, options);
      const tookMs = this.clock.monotonic() - begun;
      const loaded = await this.ollama.ps(core.url, { signal, timeoutMs: READINESS_TIMEOUT_MS });
      const context = loaded.find(({ name }) => sameModel(name, this.profile.model))?.contextLength;
      if (context !== undefined) this.granted.set(core.id, context);
      return { ok: true, tookMs };
    } catch (error) {
      return { ...failed(error), tookMs: this.clock.monotonic() - begun };
    }
  }

  /**
   * Generates one token. A core that answers everything else can still hang here (ollama#1863).
   *
   * @param withinMs how long it may take
   */
  async deep(
    core: Core,
    signal: AbortSignal,
    withinMs: number,
  ): Promise<ProbeResult & { stats?: GenerationStats }> {
    const deadline = new Deadline(this.clock, withinMs, signal);
    try {
      const request = {
        model: this.profile.model,
        prompt: `${++this.asked}. ${PROBE_PROMPT}`,
        options: { ...this.profile.options, num_predict: 1, temperature: 0 },
        keepAlive: -1,
      };
      const options = { signal: deadline.signal, timeoutMs: CHEAP_TIMEOUT_MS };
      for await (const chunk of this.ollama.generate(core.url, request, options)) {
        if (chunk.done) return { ok: true, stats: chunk.stats };
      }
      return soft('a generation of one token ended without its final line');
    } catch (error) {
      if (deadline.signal.aborted) return soft(`no token within ${Math.round(withinMs / 100) / 10} s`);
      return failed(error);
    } finally {
      deadline.end();
    }
  }

  private missing(core: Core): Readiness {
    const { kind } = core;
    if (this.awaitsModel(core)) return { kind: 'missing', why: AWAITED, awaited: true };
    const { model } = this.profile;
    const why =
      kind === 'engine'
        ? `the model ${model} is not in the data folder`
        : `the model ${model} is not installed there; run: ollama pull ${model}`;
    return { kind: 'missing', why, awaited: false };
  }

  private residency(core: Core, { digest }: InstalledModel, loaded: readonly LoadedModel[]): Readiness {
    const resident = loaded.find(({ name }) => sameModel(name, this.profile.model));
    if (!resident) return { kind: 'cold', why: 'the model is not in memory', found: { digest } };
    const wanted = this.profile.options.num_ctx;
    const { contextLength, sizeBytes, vramBytes } = resident;
    const vramShare = sizeBytes > 0 ? vramBytes / sizeBytes : undefined;
    const found = { digest, contextTokens: contextLength, vramShare };
    // A model trained on less than was asked for is loaded with what it has, and loading it again changes nothing.
    const accepted = this.granted.get(core.id) === contextLength;
    if (contextLength !== undefined && wanted !== undefined && contextLength < wanted && !accepted) {
      return {
        kind: 'cold',
        why: `the model is loaded with a context of ${contextLength}, not ${wanted}`,
        found,
      };
    }
    return { kind: 'resident', found };
  }
}

/**
 * Long enough that the time of its evaluation tells the speed of prompts. A number stands before it, since a core counts
 * the tokens it had cached as well and would look far faster than it is.
 */
const PROBE_PROMPT =
  'This is a health check of the core. It asks for a single token, so that a core which answers its status page but no longer generates is found out before a person meets it. Reply with one word: ready';

/** Ollama names an untagged model `name:latest`. */
function sameModel(a: string, b: string): boolean {
  const full = (name: string): string => (/:[^/]*$/.test(name) ? name : `${name}:latest`);
  return full(a) === full(b);
}

type Failed = ProbeResult & { ok: false };

function failed(error: unknown): Failed {
  if (!(error instanceof OllamaError)) throw error;
  const { kind, message } = error;
  return {
    ok: false,
    why: message,
    refused: kind === 'refused' || kind === 'reset',
    busy: kind === 'busy',
  };
}

function soft(why: string): Failed {
  return { ok: false, why, refused: false, busy: false };
}
