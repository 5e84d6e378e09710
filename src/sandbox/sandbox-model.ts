import { Injectable } from '@nestjs/common';
import { configuredCoreIds, externalCoreUrl } from '../config/load-settings';
import { Settings } from '../config/settings';
import { OllamaApi } from '../ollama/ollama-api';
import { OllamaError } from '../ollama/ollama-error';
import { TriedCores } from './tried-cores';
import { type OfferedTool, ToolQuestion, type WishedCall } from '../ollama/tool-question';

const ASKED_WITHIN_MS = 3_000;
const MOST_MODELS = 10;
const ANSWER_TOKENS = 256;
const LEAST_CONTEXT = 4_096;
const MOST_CONTEXT = 32_768;
/** Of JSON, on the safe side. */
const BYTES_PER_TOKEN = 3;

/** Why no model can be asked, in words for the report. */
export interface NoModel {
  reason: string;
}

/**
 * The Ollama of the sandbox (`OLLAMA_URL`), which answers nobody's questions: what a trial asks it takes nothing from
 * people. A core of production is never asked, even where it is named here by mistake.
 */
@Injectable()
export class SandboxModel {
  readonly cores: TriedCores;

  constructor(
    private readonly settings: Settings,
    private readonly ollama: OllamaApi,
    private readonly toolQuestion: ToolQuestion,
  ) {
    this.cores = new TriedCores(settings, ollama);
  }

  /** The model of production where the sandbox has it and it can call tools, else the first one that can. */
  async find(signal: AbortSignal): Promise<{ model: string } | NoModel> {
    const url = this.url();
    if (url === undefined) return { reason: 'no model is asked: OLLAMA_URL is not set' };
    if (this.isCore(url)) return { reason: 'no model is asked: OLLAMA_URL names a core that answers people' };
    try {
      const options = { timeoutMs: ASKED_WITHIN_MS, signal };
      const installed = (await this.ollama.tags(url, options)).map(({ name }) => name);
      const wanted = this.settings.RDZEN_MODEL;
      const first = installed.find((name) => name === wanted || name === `${wanted}:latest`);
      const others = installed.filter((name) => name !== first).slice(0, MOST_MODELS);
      for (const model of first === undefined ? others : [first, ...others]) {
        const { capabilities } = await this.ollama.show(url, model, options);
        if (capabilities.includes('tools')) return { model };
      }
      const whose =
        installed.length === 0
          ? 'the Ollama of the sandbox has none'
          : `none of ${installed.length} in the sandbox can call tools`;
      return { reason: `no model is asked: ${whose}` };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OllamaError)) throw error;
      return { reason: `no model is asked: the Ollama of the sandbox does not answer (${error.kind})` };
    }
  }

  /** @throws OllamaError */
  choose(
    model: string,
    question: string,
    tools: readonly OfferedTool[],
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<WishedCall[]> {
    const wanted =
      Buffer.byteLength(JSON.stringify(tools)) / BYTES_PER_TOKEN + ANSWER_TOKENS + LEAST_CONTEXT / 4;
    const contextTokens = Math.min(MOST_CONTEXT, Math.max(LEAST_CONTEXT, Math.ceil(wanted / 1024) * 1024));
    const request = { model, question, tools, contextTokens, answerTokens: ANSWER_TOKENS };
    return this.toolQuestion.ask(this.url() ?? '', request, options);
  }

  private url(): string | undefined {
    return this.settings.OLLAMA_URL?.replace(/\/+$/, '');
  }

  private isCore(url: string): boolean {
    return configuredCoreIds(this.settings).some((id) => {
      const core = externalCoreUrl(this.settings, id);
      return core !== undefined && new URL(core).host === new URL(url).host;
    });
  }
}
