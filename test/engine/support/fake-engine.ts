import type {
  EngineContext,
  EngineModel,
  EngineModule,
  EngineOptions,
  EngineSequence,
  EvaluateOptions,
  Token,
} from '../../../src/embedded/core/engine-module';

const MARKERS = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'];
const FIRST_LETTER = 10;
export const END: Token = 1;

/** One token a letter; the markers are tokens 0 to 2 where they may be. */
export function tokenizeLetters(text: string, special: boolean): Token[] {
  const tokens: Token[] = [];
  for (let rest = text; rest !== '';) {
    const marker = special ? MARKERS.findIndex((one) => rest.startsWith(one)) : -1;
    tokens.push(marker >= 0 ? marker : FIRST_LETTER + rest.charCodeAt(0));
    rest = rest.slice(marker >= 0 ? (MARKERS[marker]?.length ?? 1) : 1);
  }
  return tokens;
}

export function lettersOf(tokens: readonly Token[]): string {
  return tokens
    .filter((token) => token >= FIRST_LETTER)
    .map((token) => String.fromCharCode(token - FIRST_LETTER))
    .join('');
}

/** A sequence that says `script`, and remembers in what pieces it was fed. */
export class FakeSequence implements EngineSequence {
  contextTokens: Token[] = [];
  readonly pieces: number[] = [];
  lastOptions?: EvaluateOptions;
  cleared = 0;

  constructor(
    public script: Token[] = [...tokenizeLetters('Hello', false), END],
    /** Called before a piece of a prompt is done. */
    public onPiece: () => void = () => undefined,
  ) {}

  get nextTokenIndex(): number {
    return this.contextTokens.length;
  }

  async adaptStateToTokens(tokens: Token[]): Promise<void> {
    const at = this.contextTokens.findIndex((token, index) => token !== tokens[index]);
    if (at >= 0) this.contextTokens = this.contextTokens.slice(0, at);
  }

  async clearHistory(): Promise<void> {
    this.cleared++;
    this.contextTokens = [];
  }

  async evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void> {
    this.onPiece();
    this.pieces.push(tokens.length);
    this.contextTokens.push(...tokens);
  }

  async *evaluate(tokens: Token[], options: EvaluateOptions): AsyncGenerator<Token, void, void> {
    this.lastOptions = options;
    this.contextTokens.push(...tokens);
    for (const token of this.script) {
      yield token;
      this.contextTokens.push(token);
    }
  }
}

/** The engine's module as far as we use it, without any weights. What happens to it is in `log`. */
export class FakeEngine {
  readonly log: string[] = [];
  readonly sequence = new FakeSequence();
  options?: EngineOptions;
  /** Makes the next load fail as a damaged file does: the reason comes by the log. */
  loadFailure?: string;
  chatTemplate = '<|im_start|><|im_end|>';

  readonly model: EngineModel = {
    tokens: { bos: null, shouldPrependBosToken: false },
    tokenizer: {},
    fileInfo: { metadata: { general: { architecture: 'fake' } } },
    trainContextSize: 8192,
    tokenize: tokenizeLetters,
    detokenize: lettersOf,
    isEogToken: (token) => token === END,
    createContext: async (options): Promise<EngineContext> => {
      this.log.push(`context ${options.contextSize} threads ${options.threads}`);
      return { getSequence: () => this.sequence, dispose: async () => void this.log.push('context gone') };
    },
    createEmbeddingContext: async () => ({
      getEmbeddingFor: async (tokens) => ({ vector: [tokens.length, 0] }),
      dispose: async () => void this.log.push('embedding gone'),
    }),
    dispose: async () => void this.log.push('model gone'),
  };

  readonly module: EngineModule = {
    getLlama: async (options) => {
      this.options = options;
      return {
        loadModel: async ({ modelPath }) => {
          if (this.loadFailure) {
            setTimeout(() => options.logger('error', `${this.loadFailure}\n`), 5);
            throw new Error('Failed to load model');
          }
          this.log.push(`load ${modelPath}`);
          return { ...this.model, fileInfo: this.info };
        },
        createGrammar: async ({ grammar }) => ({ grammar }),
        createGrammarForJsonSchema: async (schema) => ({ grammar: JSON.stringify(schema) }),
        dispose: async () => void this.log.push('engine gone'),
      };
    },
    readGgufFileInfo: async () => this.info,
    resolveChatWrapper: () => ({
      generateContextState: ({ chatHistory }) => {
        const text = JSON.stringify(chatHistory);
        return {
          contextText: { tokenize: () => tokenizeLetters(text, false), toString: () => text },
          stopGenerationTriggers: [],
        };
      },
    }),
    LlamaGrammarEvaluationState: class {},
  };

  private get info(): EngineModel['fileInfo'] {
    return {
      metadata: {
        general: { architecture: 'fake', file_type: 15 },
        tokenizer: { chat_template: this.chatTemplate },
        fake: { context_length: 4096, attention: { head_count: 9 } },
      },
      fullTensorInfo: [{ dimensions: [1000, 500] }, { dimensions: [1_000_000n] }],
    };
  }
}
