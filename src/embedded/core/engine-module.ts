import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What we use of node-llama-cpp 3.21. It is installed on demand, so its own types are not at hand. */
export interface EngineModule {
  getLlama(options: EngineOptions): Promise<Engine>;
  readGgufFileInfo(path: string, options: { sourceType: 'filesystem' }): Promise<GgufInfo>;
  resolveChatWrapper(model: EngineModel, options: { warningLogs: boolean }): ChatWrapper;
  LlamaGrammarEvaluationState: new (of: { model: EngineModel; grammar: Grammar }) => GrammarState;
}

export interface EngineOptions {
  gpu: false;
  build: 'never';
  skipDownload: true;
  progressLogs: false;
  maxThreads: number;
  logLevel: 'warn';
  logger: (level: string, message: string) => void;
}

export interface Engine {
  loadModel(options: { modelPath: string }): Promise<EngineModel>;
  createGrammar(options: { grammar: string }): Promise<Grammar>;
  createGrammarForJsonSchema(schema: unknown): Promise<Grammar>;
  dispose(): Promise<void>;
}

export type Token = number;
/** A parsed grammar, and its text. */
export interface Grammar {
  readonly grammar: string;
}
export type GrammarState = object;

export interface EngineModel {
  readonly tokens: { readonly bos: Token | null; readonly shouldPrependBosToken: boolean };
  readonly tokenizer: unknown;
  readonly fileInfo: GgufInfo;
  readonly trainContextSize: number;
  /** Control tokens are recognised in `text` only where `specialTokens`. */
  tokenize(text: string, specialTokens: boolean, options?: 'trimLeadingSpace'): Token[];
  detokenize(tokens: readonly Token[], specialTokens?: boolean, lastTokens?: readonly Token[]): string;
  isEogToken(token: Token): boolean;
  createContext(options: ContextOptions): Promise<EngineContext>;
  createEmbeddingContext(
    options: Pick<ContextOptions, 'contextSize' | 'batchSize' | 'threads'>,
  ): Promise<EmbeddingContext>;
  dispose(): Promise<void>;
}

export interface ContextOptions {
  contextSize: number;
  batchSize: number;
  threads: number;
  sequences: number;
  flashAttention: boolean;
}

export interface EngineContext {
  getSequence(): EngineSequence;
  dispose(): Promise<void>;
}

export interface EngineSequence {
  /** How many tokens its state holds; one less than the context's size at most, or it would shift. */
  readonly nextTokenIndex: number;
  readonly contextTokens: Token[];
  adaptStateToTokens(tokens: Token[], allowShift: boolean): Promise<void>;
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void>;
  evaluate(tokens: Token[], options: EvaluateOptions): AsyncGenerator<Token, void, void>;
}

export interface EvaluateOptions {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  seed: number;
  repeatPenalty?: {
    punishTokens: () => Token[];
    penalty: number;
    presencePenalty: number;
    frequencyPenalty: number;
  };
  grammarEvaluationState?: GrammarState;
  yieldEogToken: true;
}

export interface EmbeddingContext {
  getEmbeddingFor(tokens: Token[]): Promise<{ readonly vector: readonly number[] }>;
  dispose(): Promise<void>;
}

export interface GgufInfo {
  readonly metadata: GgufMetadata;
  readonly fullTensorInfo?: readonly { readonly dimensions: readonly (number | bigint)[] }[];
}

export interface GgufMetadata {
  readonly general: { readonly architecture: string; readonly file_type?: number; readonly name?: string };
  readonly tokenizer?: { readonly chat_template?: string };
  readonly [architecture: string]: unknown;
}

export type ChatHistoryItem =
  { type: 'system' | 'user'; text: string } | { type: 'model'; response: string[] };

/** Our words and people's words, kept apart: only ours can become control tokens. */
export interface EngineText {
  tokenize(tokenizer: unknown): Token[];
  toString(): string;
}

export interface ChatWrapper {
  generateContextState(of: { chatHistory: ChatHistoryItem[] }): {
    contextText: EngineText;
    stopGenerationTriggers: EngineText[];
  };
}

export type ImportEngine = (folder: string) => Promise<EngineModule>;

/** The module as it is installed in `folder`; 0.3 s the first time. */
export const importEngine: ImportEngine = async (folder) => {
  const entry = createRequire(join(folder, 'package.json')).resolve('node-llama-cpp');
  return (await import(pathToFileURL(entry).href)) as EngineModule;
};
