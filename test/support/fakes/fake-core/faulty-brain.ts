import type { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import {
  Brain,
  type BrainInput,
  type BrainModel,
  type CompletionOptions,
  type CoreTool,
  type CoreToolCall,
  type RunnerOptions,
  type Turn,
} from '../../../../src/embedded/core/brain';
import type { ScriptedBrain } from '../../../../src/embedded/core/scripted-brain';
import type { Fault, StruckCall } from './fault';

/** The scripted brain with the faults that arise in a runner: it holds its slot while it hangs, as a real one does. */
export class FaultyBrain extends Brain {
  readonly kind = 'scripted';
  readonly model: BrainModel;

  /** `takeFault` says what strikes the answer that begins now; the call under way in `calls` is told too. */
  constructor(
    private readonly inner: ScriptedBrain,
    private readonly calls: AsyncLocalStorage<StruckCall>,
    private readonly takeFault: () => Fault | undefined,
  ) {
    super();
    this.model = inner.model;
  }

  override readonly callsTools = true;

  override wishes(turns: Turn[], tools: CoreTool[]): CoreToolCall[] {
    return this.inner.wishes(turns, tools);
  }

  load(_options: RunnerOptions): Promise<void> {
    return this.inner.load();
  }

  unload(): Promise<void> {
    return this.inner.unload();
  }

  tokenize(text: string): Promise<number[]> {
    return this.inner.tokenize(text);
  }

  read(input: BrainInput): Promise<number[]> {
    return this.inner.read(input);
  }

  render(turns: Turn[]): string {
    return this.inner.render(turns);
  }

  async *complete(
    input: BrainInput,
    options: CompletionOptions,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const call = this.calls.getStore() ?? {};
    const first = this.takeFault();
    call.fault = first;
    if (first?.kind === 'hang') return await silence(signal);
    let tokens = 0;
    for await (const token of this.inner.complete(input, options, signal)) {
      // Looked at each time: it may strike in the middle.
      const { fault } = call;
      if (fault?.kind === 'hang') return await silence(signal);
      if (fault?.kind === 'stall' && tokens >= fault.afterTokens) return await silence(signal);
      if (fault?.kind === 'error-line' && tokens >= fault.afterTokens) {
        throw new Error(fault.message ?? 'unexpected EOF');
      }
      if (fault?.kind === 'slow') await setTimeout(fault.msPerToken);
      tokens++;
      yield token;
    }
  }
}

/** Until the caller leaves. */
function silence(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
