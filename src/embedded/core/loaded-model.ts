import type { AnswerFormat, BrainInput, Completion, CompletionOptions, Embedded } from './brain';
import { ChatmlTemplate, isChatml, offersThinking } from './chatml-template';
import { CoreFailure } from './core-failure';
import type {
  EmbeddingContext,
  Engine,
  EngineContext,
  EngineModel,
  EngineModule,
  GrammarState,
  Token,
} from './engine-module';
import { engineSchema, JSON_OBJECT_GRAMMAR, withoutTail } from './json-grammar';
import { boundRaw, cutTokens, fitTurns, oldestLetters, promptRoom } from './prompt-fitting';
import type { PromptTemplate } from './prompt-template';
import { SequenceDriver } from './sequence-driver';
import { WrapperTemplate } from './wrapper-template';

const DEFAULT_KEEP = 4;
const SMALLEST_CONTEXT = 64;

export interface LoadOptions {
  path: string;
  sizeBytes: number;
  /** As it was wished; the engine may round it up, and the rest is left unused. */
  contextSize: number;
  batchSize: number;
  threads: number;
}

/** The model in memory, with the one context in which it answers. */
export class LoadedModel {
  readonly template: PromptTemplate;
  private readonly driver: SequenceDriver;
  private embedding?: EmbeddingContext;

  private constructor(
    private readonly module: EngineModule,
    private readonly engine: Engine,
    private readonly model: EngineModel,
    private readonly context: EngineContext,
    private readonly options: LoadOptions,
  ) {
    this.template = templateOf(module, model);
    this.driver = new SequenceDriver({
      model,
      sequence: context.getSequence(),
      contextSize: options.contextSize,
      modelBytes: options.sizeBytes,
      stopTokens: new Set(this.template.stop.flatMap((stop) => oneToken(model, stop))),
    });
  }

  static async load(module: EngineModule, engine: Engine, options: LoadOptions): Promise<LoadedModel> {
    const model = await engine.loadModel({ modelPath: options.path });
    try {
      const fitting = {
        ...options,
        contextSize: Math.max(SMALLEST_CONTEXT, Math.min(options.contextSize, model.trainContextSize)),
      };
      const { contextSize, batchSize, threads } = fitting;
      const context = await model.createContext({
        contextSize,
        batchSize: Math.min(batchSize, contextSize),
        threads,
        sequences: 1,
        // Together with the driver's small pieces: see there.
        flashAttention: true,
      });
      return new LoadedModel(module, engine, model, context, fitting);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  tokenize(text: string): Token[] {
    return this.model.tokenize(text, false);
  }

  read(
    input: BrainInput,
    { num_keep: keep = DEFAULT_KEEP, num_predict: limit = -1 }: CompletionOptions,
  ): Token[] {
    const { contextSize } = this.options;
    if ('turns' in input) {
      const continues = input.turns.at(-1)?.role === 'assistant';
      return fitTurns(input.turns, this.template, this.model, promptRoom(contextSize, limit, continues));
    }
    // A raw prompt is its author's own: its markers mean what they say.
    const { bos, shouldPrependBosToken } = this.model.tokens;
    const room = promptRoom(contextSize, limit, true);
    const tokens = this.model.tokenize(boundRaw(input.raw, keep, room), true);
    const begin = shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos] : [];
    return cutTokens([...begin, ...tokens], keep + begin.length, room);
  }

  async *complete(prompt: Token[], options: CompletionOptions, signal: AbortSignal): Completion {
    const grammar = options.format && (await this.grammarState(options.format));
    return yield* this.driver.complete(prompt, options, signal, grammar);
  }

  async embed(texts: string[], truncate: boolean, signal: AbortSignal): Promise<Embedded> {
    const { contextSize, batchSize, threads } = this.options;
    this.embedding ??= await this.model.createEmbeddingContext({ contextSize, batchSize, threads });
    // The engine adds up to two tokens of its own and wants a cell to spare.
    const longest = contextSize - 3;
    const inputs = texts.map((text) => this.tokenize(oldestLetters(text, contextSize)));
    if (!truncate && inputs.some(({ length }) => length > longest)) {
      throw new CoreFailure(400, 'input length exceeds maximum context length');
    }
    const vectors: number[][] = [];
    let tokens = 0;
    for (const input of inputs) {
      if (signal.aborted) break;
      const cut = input.slice(0, longest);
      const { vector } = await this.embedding.getEmbeddingFor(cut);
      vectors.push([...vector]);
      tokens += cut.length;
    }
    return { vectors, tokens };
  }

  /** Nothing may be running: the engine would throw in its midst. */
  async dispose(): Promise<void> {
    await this.embedding?.dispose();
    await this.context.dispose();
    await this.model.dispose();
  }

  private async grammarState(format: AnswerFormat): Promise<GrammarState> {
    const { LlamaGrammarEvaluationState } = this.module;
    try {
      const text =
        format === 'json'
          ? JSON_OBJECT_GRAMMAR
          : withoutTail((await this.engine.createGrammarForJsonSchema(engineSchema(format))).grammar);
      const grammar = await this.engine.createGrammar({ grammar: text });
      return new LlamaGrammarEvaluationState({ model: this.model, grammar });
    } catch {
      throw new CoreFailure(500, 'invalid JSON schema in format');
    }
  }
}

function templateOf(module: EngineModule, model: EngineModel): PromptTemplate {
  const own = model.fileInfo.metadata.tokenizer?.chat_template ?? '';
  const chatml = isChatml(own) && new ChatmlTemplate(model, offersThinking(own));
  if (chatml && chatml.stop.every((marker) => oneToken(model, marker).length === 1)) return chatml;
  return new WrapperTemplate(module.resolveChatWrapper(model, { warningLogs: false }), model);
}

/** The marker's token where it is one, as an array; else nothing. */
function oneToken(model: EngineModel, marker: string): Token[] {
  const tokens = model.tokenize(marker, true);
  return tokens.length === 1 ? tokens : [];
}
