import { ContainerEngine, type ContainerInfo } from '../../../../src/containers/container-engine';
import {
  OllamaApi,
  type CallOptions,
  type ChatRequest,
  type InstalledModel,
  type LoadedModel,
  type ModelDetails,
  type PullProgress,
  type StreamChunk,
} from '../../../../src/ollama/ollama-api';
import { OllamaError } from '../../../../src/ollama/ollama-error';

const MODEL = { name: 'fake:latest', digest: 'sha256:fake', sizeBytes: 1 };
const DONE: StreamChunk = {
  done: true,
  text: '',
  reason: 'stop',
  stats: { promptTokens: 0, promptMs: 0, tokens: 1, generationMs: 1, loadMs: 0 },
};

/** Every core at once, without a wire: answers word by word, refuses while its address is in {@link down}. */
export class FakeCores extends OllamaApi {
  readonly down = new Set<string>();
  /** Every conversation a core was asked to answer; probes do not count. */
  readonly asked: ChatRequest[] = [];
  /** Pause before each word, ms. */
  pace = 0;
  reply: (question: string) => string = (question) => `You said: ${question}`;

  version(url: string): Promise<string> {
    this.reach(url);
    return Promise.resolve('0.0.0-fake');
  }

  tags(url: string): Promise<InstalledModel[]> {
    this.reach(url);
    return Promise.resolve([{ ...MODEL, family: 'fake', parameterSize: '1', quantization: 'none' }]);
  }

  ps(url: string): Promise<LoadedModel[]> {
    this.reach(url);
    return Promise.resolve([{ ...MODEL, vramBytes: 0, contextLength: 4096 }]);
  }

  show(url: string): Promise<ModelDetails> {
    this.reach(url);
    return Promise.resolve({ template: '', parameters: '', modelfile: '', family: 'fake', capabilities: [] });
  }

  async *chat(url: string, request: ChatRequest, { signal }: CallOptions = {}): AsyncGenerator<StreamChunk> {
    this.reach(url);
    this.asked.push(request);
    const question = request.messages.findLast(({ role }) => role === 'user')?.content ?? '';
    for (const word of this.reply(question).split(/(?<=\s)/)) {
      await pause(this.pace, url, signal);
      this.reach(url);
      yield { done: false, text: word };
    }
    yield DONE;
  }

  async *generate(url: string): AsyncGenerator<StreamChunk> {
    this.reach(url);
    yield { done: false, text: 'ready' };
    yield DONE;
  }

  load(url: string): Promise<void> {
    this.reach(url);
    return Promise.resolve();
  }

  unload(url: string): Promise<void> {
    this.reach(url);
    return Promise.resolve();
  }

  render(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  pull(): AsyncIterable<PullProgress> {
    throw new Error('the fake cores have their model');
  }

  importModel(): AsyncIterable<PullProgress> {
    throw new Error('the fake cores have their model');
  }

  private reach(url: string): void {
    if (this.down.has(url)) throw new OllamaError('refused', url, 'connection refused');
  }
}

function pause(ms: number, url: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new OllamaError('aborted', url, 'aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Runs nothing. */
export class NoContainers extends ContainerEngine {
  start(): Promise<ContainerInfo> {
    return Promise.reject(new Error('nothing is run here'));
  }
  create(): Promise<ContainerInfo> {
    return this.start();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  restart(): Promise<ContainerInfo> {
    return Promise.reject(new Error('nothing is run here'));
  }
  recreate(): Promise<ContainerInfo> {
    return Promise.reject(new Error('nothing is run here'));
  }
  signal(): Promise<void> {
    return Promise.resolve();
  }
  pause(): Promise<void> {
    return Promise.resolve();
  }
  resume(): Promise<void> {
    return Promise.resolve();
  }
  stats(): Promise<never> {
    return Promise.reject(new Error('nothing is run here'));
  }
  inspect(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  list(): Promise<ContainerInfo[]> {
    return Promise.resolve([]);
  }
  logs(): Promise<string[]> {
    return Promise.resolve([]);
  }
  onEvent(): () => void {
    return () => undefined;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
