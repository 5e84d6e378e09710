import {
  OllamaApi,
  type CallOptions,
  type ChatRequest,
  type GenerateRequest,
  type GenerationStats,
  type InstalledModel,
  type LoadedModel,
  type ModelDetails,
  type ModelOptions,
  type PullProgress,
  type StreamChunk,
} from '../../../src/ollama/ollama-api';
import type { StoredModel } from '../../../src/ollama/model-folder';
import { OllamaError } from '../../../src/ollama/ollama-error';
import type { Clock } from '../../../src/shared/clock';
import { FakeCoreState } from './fake-core-state';

const SIZE_BYTES = 1e8;

/**
 * Scripted cores behind {@link OllamaApi}, in the clock's time: every reply costs a moment, and like a real socket's it
 * is read only after the timers that are due, so that a process which stood still sees its time-outs first.
 */
export class FakeOllamaApi extends OllamaApi {
  private readonly cores = new Map<string, FakeCoreState>();

  constructor(private readonly clock: Clock) {
    super();
  }

  core(url: string): FakeCoreState {
    const core = this.cores.get(url) ?? new FakeCoreState(url);
    this.cores.set(url, core);
    return core;
  }

  async version(url: string, options?: CallOptions): Promise<string> {
    const core = this.called(url, { method: 'version' });
    await this.reply(core, 2, options);
    return core.version;
  }

  async tags(url: string, options?: CallOptions): Promise<InstalledModel[]> {
    const core = this.called(url, { method: 'tags' });
    await this.reply(core, 2, options);
    return core.installed.map((name) => ({
      name: `${name}:latest`,
      digest: core.digest,
      sizeBytes: SIZE_BYTES,
      family: core.family,
      parameterSize: '135M',
      quantization: 'Q4_1',
    }));
  }

  async ps(url: string, options?: CallOptions): Promise<LoadedModel[]> {
    const core = this.called(url, { method: 'ps' });
    await this.reply(core, 2, options);
    return core.installed.flatMap((name) =>
      core.resident
        ? [
            {
              name: `${name}:latest`,
              digest: core.digest,
              sizeBytes: SIZE_BYTES,
              vramBytes: SIZE_BYTES * core.vramShare,
              ...core.resident,
            },
          ]
        : [],
    );
  }

  async show(url: string, model: string, options?: CallOptions): Promise<ModelDetails> {
    const core = this.called(url, { method: 'show' });
    await this.reply(core, 2, options);
    const fault = core.showFaults.shift();
    if (fault) await this.suffer(core, fault, options ?? {});
    this.requireModel(core, model);
    const { template, parameters, family } = core;
    const modelfile = `FROM /blobs/sha256-${core.weights}`;
    return { template, parameters, modelfile, family, capabilities: [] };
  }

  async *chat(url: string, request: ChatRequest, options: CallOptions = {}): AsyncGenerator<StreamChunk> {
    const core = this.called(url, { method: 'chat', request: structuredClone(request) });
    const fault = core.faults.shift();
    const stream = { signal: options.signal };
    if (!core.up || core.stopped) await this.reply(core, 2, options);
    this.requireModel(core, request.model);
    if (fault?.afterCharacters === 0) await this.suffer(core, fault.kind, stream, fault.detail);
    const wishes = request.tools?.length ? core.wishes(request) : [];
    if (wishes === 'refuses')
      throw new OllamaError('bad-request', url, `${request.model} does not support tools`, 400);
    const wait = core.firstTokenMs + (core.resident ? 0 : core.loadMs);
    await this.reply(core, wait, stream, true);
    core.hold(request.options?.num_ctx);

    if (wishes.length > 0) {
      yield { done: false, text: '', toolCalls: wishes };
      await this.reply(core, core.gapMs, stream, true);
      yield { done: true, text: '', reason: 'stop', stats: statsOf(core, 1) };
      return;
    }
    const last = request.messages.at(-1);
    const begun = last?.role === 'assistant' && core.continues ? last.content : '';
    const whole = core.answer(request);
    const rest = whole.startsWith(begun) ? whole.slice(begun.length) : whole;
    let sent = 0;
    let tokens = 0;
    for (const piece of core.pieces(rest)) {
      if (tokens++ === (request.options?.num_predict ?? Infinity)) {
        yield { done: true, text: '', reason: 'length', stats: statsOf(core, tokens) };
        return;
      }
      if (sent > 0) await this.reply(core, core.gapMs, stream, true);
      const left = fault ? fault.afterCharacters - sent : Infinity;
      if (piece.length < left) yield { done: false, text: piece };
      else {
        yield { done: false, text: piece.slice(0, left) };
        await this.suffer(core, fault?.kind ?? 'reset', stream, fault?.detail);
      }
      sent += piece.length;
    }
    await this.reply(core, core.gapMs, stream, true);
    yield { done: true, text: '', reason: 'stop', stats: statsOf(core, tokens) };
  }

  async *generate(
    url: string,
    request: GenerateRequest,
    options: CallOptions = {},
  ): AsyncGenerator<StreamChunk> {
    const core = this.called(url, { method: 'generate', request: structuredClone(request) });
    const stream = { signal: options.signal };
    if (!core.up || core.stopped) await this.reply(core, 2, options);
    const fault = core.probeFaults.shift();
    if (fault) await this.suffer(core, fault, stream);
    this.requireModel(core, request.model);
    await this.reply(core, core.firstTokenMs + (core.resident ? 0 : core.loadMs), stream, true);
    core.hold(request.options?.num_ctx);
    const tokens = request.options?.num_predict ?? 1;
    core.generating++;
    try {
      for (let sent = 1; sent < tokens; sent++) {
        yield { done: false, text: 'r ' };
        await this.reply(core, core.gapMs, stream, true);
      }
      yield { done: true, text: 'r', reason: 'length', stats: statsOf(core, tokens) };
    } finally {
      core.generating--;
    }
  }

  async load(url: string, model: string, modelOptions: ModelOptions, options?: CallOptions): Promise<void> {
    const core = this.called(url, { method: 'load', options: modelOptions });
    this.requireModel(core, model);
    await this.reply(core, core.loadMs, options, true);
    if (!core.loads) throw new OllamaError('server-error', url, 'llama runner process has terminated', 500);
    core.resident = undefined;
    core.hold(modelOptions.num_ctx);
  }

  async unload(url: string, model: string, options?: CallOptions): Promise<void> {
    const core = this.called(url, { method: 'unload' });
    this.requireModel(core, model);
    await this.reply(core, 5, options, !core.unloadHelps);
    core.resident = undefined;
    core.runnerHung = false;
  }

  async render(url: string, request: ChatRequest, options?: CallOptions): Promise<string | undefined> {
    const core = this.called(url, { method: 'render' });
    await this.reply(core, 2, options);
    const last = request.messages.at(-1)?.content ?? '';
    return core.continues ? `<user>${last}` : `<user>${last}<end><assistant>`;
  }

  async *pull(url: string, model: string, options: CallOptions = {}): AsyncGenerator<PullProgress> {
    const core = this.called(url, { method: 'pull' });
    await this.reply(core, 2, { signal: options.signal });
    const fault = core.faults.shift();
    yield { status: 'pulling manifest' };
    for (const share of [0.25, 0.5, 1]) {
      await this.reply(core, 3_000, { signal: options.signal });
      if (fault) await this.suffer(core, fault.kind, options);
      yield { status: 'pulling', completedBytes: share * 200e6, totalBytes: 200e6 };
    }
    core.installed.push(model);
    yield { status: 'success' };
  }

  async *importModel(
    url: string,
    model: string,
    _stored: StoredModel,
    options: CallOptions = {},
  ): AsyncGenerator<PullProgress> {
    const core = this.called(url, { method: 'importModel' });
    await this.reply(core, 500, { signal: options.signal });
    core.installed.push(model);
    yield { status: 'success' };
  }

  private called(url: string, call: FakeCoreState['calls'][number]): FakeCoreState {
    const core = this.core(url);
    core.calls.push(call);
    return core;
  }

  private requireModel(core: FakeCoreState, model: string): void {
    if (!core.installed.includes(model))
      throw new OllamaError('model-missing', core.url, `model '${model}' not found`, 404);
  }

  private async suffer(
    core: FakeCoreState,
    kind: OllamaError['kind'] | 'silence',
    options: CallOptions,
    detail = `scripted ${kind}`,
  ): Promise<never> {
    if (kind !== 'silence') throw new OllamaError(kind, core.url, detail);
    await this.reply(core, Infinity, options);
    throw new Error('unreachable');
  }

  /** One reply after `ms`; breaks with the core, the signal and the time-out, and waits while the core is frozen. */
  private reply(
    core: FakeCoreState,
    ms: number,
    { signal, timeoutMs }: CallOptions = {},
    generates = false,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const timers: { cancel(): void }[] = [];
      const end = (): void => {
        for (const timer of timers) timer.cancel();
        core.breakers.delete(fail);
        core.thaw.delete(go);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: OllamaError): void => {
        end();
        reject(error);
      };
      const onAbort = (): void => fail(new OllamaError('aborted', core.url, 'aborted'));
      const go = (): void => {
        if (!core.up) fail(new OllamaError('refused', core.url, 'connect ECONNREFUSED'));
        else if (core.stopped || (generates && core.runnerHung)) core.thaw.add(go);
        else {
          end();
          resolve();
        }
      };
      if (signal?.aborted) {
        reject(new OllamaError('aborted', core.url, 'aborted'));
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      core.breakers.add(fail);
      if (timeoutMs !== undefined)
        timers.push(
          this.clock.after(timeoutMs, () =>
            fail(new OllamaError('timeout', core.url, `no answer within ${timeoutMs} ms`)),
          ),
        );
      // Timers that are due run before a socket is read.
      if (ms !== Infinity)
        timers.push(this.clock.after(ms, () => timers.push(this.clock.after(0, () => go()))));
    });
  }
}

function statsOf({ gapMs, promptTokens = 60 }: FakeCoreState, tokens: number): GenerationStats {
  return { promptTokens, promptMs: 120, tokens, generationMs: tokens * gapMs, loadMs: 0 };
}
