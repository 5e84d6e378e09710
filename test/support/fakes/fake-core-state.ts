import type { ChatRequest, GenerateRequest, ModelOptions, ToolCall } from '../../../src/ollama/ollama-api';
import { OllamaError, type OllamaErrorKind } from '../../../src/ollama/ollama-error';

/** How the next answer of a core goes wrong. `afterCharacters` counts the characters of that stream; 0: before the first line. */
export interface AnswerFault {
  afterCharacters: number;
  kind: OllamaErrorKind | 'silence';
  /** What the core says of it. */
  detail?: string;
}

export type FakeCall =
  | { method: 'version' | 'tags' | 'ps' | 'show' | 'render' | 'pull' | 'unload' | 'importModel' }
  | { method: 'load'; options: ModelOptions }
  | { method: 'chat'; request: ChatRequest }
  | { method: 'generate'; request: GenerateRequest };

/** One scripted core: what it holds, how fast it is, and how it is hurt. */
export class FakeCoreState {
  /** Something listens on its port. */
  up = true;
  /** SIGSTOP: connections are taken, nothing is answered. */
  stopped = false;
  /** Generations hang while everything else answers. */
  runnerHung = false;
  /** Taking the model out of memory ends a hung runner. */
  unloadHelps = false;
  version = '0.11.4';
  installed: string[] = ['m'];
  resident?: { contextLength: number };
  loads = true;
  loadMs = 300;
  firstTokenMs = 50;
  gapMs = 50;
  /** A trailing assistant message is gone on with. */
  continues = true;
  template = 'T';
  /** SHA-256 of its weights. */
  weights = 'a'.repeat(64);
  parameters = '';
  family = 'llama';
  /** As in `/api/tags`; every change of the model is another one. */
  digest = 'd1';
  /** The largest context it gives. */
  mostContext = Infinity;
  /** How much of the model lies in graphics memory, 0 to 1. */
  vramShare = 0;
  /** What it says to a conversation, from its beginning. */
  answer: (request: ChatRequest) => string = () => 'ok';
  /** What it wants called in place of an answer; `refuses` tools like a model that calls none. */
  wishes: (request: ChatRequest) => ToolCall[] | 'refuses' = () => [];
  /** Of a prompt, in place of what is usual. */
  promptTokens?: number;
  /** How an answer comes: piece by piece. */
  pieces: (text: string) => string[] = (text) => text.match(/\s*\S+|\s+$/g) ?? [];
  readonly faults: AnswerFault[] = [];
  /** Refusals before the first line of a deep probe. */
  readonly probeFaults: OllamaErrorKind[] = [];
  /** The same for `/api/show`. */
  readonly showFaults: OllamaErrorKind[] = [];
  /** Probes it is generating for right now. */
  generating = 0;
  readonly calls: FakeCall[] = [];
  readonly breakers = new Set<(error: OllamaError) => void>();
  readonly thaw = new Set<() => void>();

  constructor(readonly url: string) {}

  /** Everything open breaks, nothing listens any more, memory is gone. */
  kill(): void {
    this.up = false;
    this.stopped = false;
    this.resident = undefined;
    for (const breaker of [...this.breakers]) breaker(new OllamaError('reset', this.url, 'read ECONNRESET'));
  }

  restart(): void {
    this.up = true;
    this.stopped = false;
    this.runnerHung = false;
  }

  freeze(): void {
    this.stopped = true;
  }

  resume(): void {
    this.stopped = false;
    this.runnerHung = false;
    for (const go of [...this.thaw]) go();
  }

  /** Somebody pulls or creates another model under the same name. */
  replaceModel(
    changes: Partial<Pick<FakeCoreState, 'weights' | 'template' | 'parameters' | 'family'>>,
  ): void {
    Object.assign(this, changes);
    this.digest += '+';
  }

  /** Loads the model. */
  hold(wanted = 4096): void {
    this.resident ??= { contextLength: Math.min(wanted, this.mostContext) };
  }

  count(method: FakeCall['method']): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  get chats(): ChatRequest[] {
    return this.calls.flatMap((call) => (call.method === 'chat' ? [call.request] : []));
  }
}
