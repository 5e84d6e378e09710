import { configuredCoreIds, coreModelFolder } from '../config/load-settings';
import type { Settings } from '../config/settings';
import { ModelFolder, type StoredModel } from '../ollama/model-folder';
import type { OllamaApi } from '../ollama/ollama-api';

const ASKED_WITHIN_MS = 3_000;
const DEFAULT_MODEL = 'llama3.2';
const FEW_TOKENS = 4;

/** What can be brought to a core on trial. */
export interface ModelAtHand {
  model: string;
  stored: StoredModel;
  bytes: number;
}

export interface Generated {
  tokens: number;
  loadMs: number;
}

/** Asks a core that is on trial what any core is asked, and nothing of people. */
export class TriedCores {
  constructor(
    private readonly settings: Settings,
    private readonly ollama: OllamaApi,
  ) {}

  /** @throws OllamaError */
  version(url: string, signal: AbortSignal): Promise<string> {
    return this.ollama.version(url, { timeoutMs: ASKED_WITHIN_MS, signal });
  }

  /** Names of its models. @throws OllamaError */
  async models(url: string, signal: AbortSignal): Promise<string[]> {
    return (await this.ollama.tags(url, { timeoutMs: ASKED_WITHIN_MS, signal })).map(({ name }) => name);
  }

  /** The model of production, where it lies in a folder of a core that can be read here. */
  async atHand(): Promise<ModelAtHand | undefined> {
    const model = this.settings.RDZEN_MODEL ?? DEFAULT_MODEL;
    const own = this.settings.OLLAMA_MODELS;
    const folders = configuredCoreIds(this.settings).map((id) => coreModelFolder(this.settings, id));
    for (const folder of [...folders, own]) {
      const stored = folder === undefined ? undefined : await new ModelFolder(folder).find(model);
      if (stored) return { model, stored, bytes: bytesOf(stored) };
    }
    return undefined;
  }

  /** @throws OllamaError */
  async bring(url: string, { model, stored }: ModelAtHand, signal: AbortSignal): Promise<void> {
    const progress = this.ollama.importModel(url, model, stored, { timeoutMs: 10 * ASKED_WITHIN_MS, signal });
    for await (const _ of progress) signal.throwIfAborted();
  }

  /** @throws OllamaError */
  async generate(url: string, model: string, withinMs: number, signal: AbortSignal): Promise<Generated> {
    const request = { model, prompt: 'Say yes.', options: { num_predict: FEW_TOKENS } };
    for await (const chunk of this.ollama.generate(url, request, { timeoutMs: withinMs, signal }))
      if (chunk.done) return { tokens: chunk.stats.tokens, loadMs: chunk.stats.loadMs };
    return { tokens: 0, loadMs: 0 };
  }
}

function bytesOf({ weights, adapters }: StoredModel): number {
  return [...weights, ...adapters].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
