import type { CompletionEnd, SamplingOptions } from './brain';
import type { EngineModel, EngineSequence, GrammarState, Token } from './engine-module';
import { evaluateOptions } from './sampling';
import { TokenText } from './token-text';

/**
 * How many tokens of a prompt are evaluated at a time, for models of up to so many bytes. Until they are, nothing can
 * stop it: a tenth of a second or two on one slow CPU. And with flash attention, fewer than 64 at a time give the same
 * numbers to the last bit as one at a time, so that another core that reads the beginning of an answer goes on exactly
 * as the one that said it would have. (64 and more take another way through the engine; without flash attention two
 * already do.)
 */
const PIECES = [
  { upToBytes: 200e6, tokens: 16 },
  { upToBytes: Infinity, tokens: 8 },
];

export interface DriverOptions {
  model: Pick<EngineModel, 'detokenize' | 'isEogToken'>;
  sequence: EngineSequence;
  contextSize: number;
  modelBytes: number;
  /** Tokens that end an answer beside the model's own end tokens. */
  stopTokens: ReadonlySet<Token>;
}

/** Drives the one sequence of a loaded model: what it holds already of a prompt is not evaluated again. */
export class SequenceDriver {
  private readonly pieceTokens: number;

  constructor(private readonly options: DriverOptions) {
    const piece = PIECES.find(({ upToBytes }) => options.modelBytes <= upToBytes);
    this.pieceTokens = piece?.tokens ?? 1;
  }

  /** `prompt` must leave room for a token in the context. Ends without a value once `signal` aborts. */
  async *complete(
    prompt: Token[],
    sampling: SamplingOptions,
    signal: AbortSignal,
    grammar?: GrammarState,
  ): AsyncGenerator<string, CompletionEnd | undefined> {
    const { model, sequence, contextSize, stopTokens } = this.options;
    const last = prompt.at(-1);
    if (last === undefined) throw new Error('the prompt is empty');
    try {
      if (!(await this.evaluatePrompt(prompt.slice(0, -1), signal))) return undefined;
    } catch (error) {
      await sequence.clearHistory();
      throw error;
    }

    const said: Token[] = [];
    const text = new TokenText(model, prompt);
    const options = evaluateOptions(sampling, () => prompt.concat(said), contextSize, grammar);
    for await (const token of sequence.evaluate([last], options)) {
      if (signal.aborted) return undefined;
      if (model.isEogToken(token) || stopTokens.has(token)) return { reason: 'stop', unsaidTokens: 1 };
      said.push(token);
      yield text.add(token);
      // The next step would evaluate this token; where no cell is left for it, the engine would shift its context.
      if (sequence.nextTokenIndex >= contextSize - 1) return { reason: 'length', unsaidTokens: 0 };
    }
    return undefined;
  }

  /** False when `signal` aborted. */
  private async evaluatePrompt(tokens: Token[], signal: AbortSignal): Promise<boolean> {
    const { sequence } = this.options;
    await sequence.adaptStateToTokens(tokens, false);
    while (sequence.nextTokenIndex < tokens.length) {
      if (signal.aborted) return false;
      const begin = sequence.nextTokenIndex;
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(begin, begin + this.pieceTokens));
    }
    return !signal.aborted;
  }
}
