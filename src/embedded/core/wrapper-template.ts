import type { Turn } from './brain';
import type { ChatHistoryItem, ChatWrapper, EngineModel, Token } from './engine-module';
import type { PromptTemplate } from './prompt-template';

/** The engine's own reading of a model's template, for all that is not ChatML. */
export class WrapperTemplate implements PromptTemplate {
  readonly stop: string[];

  constructor(
    private readonly wrapper: ChatWrapper,
    private readonly model: Pick<EngineModel, 'tokenizer'>,
  ) {
    const { stopGenerationTriggers } = wrapper.generateContextState({
      chatHistory: historyOf([{ role: 'user', content: 'Hi' }]),
    });
    this.stop = [...new Set(stopGenerationTriggers.map(String).filter((stop) => stop.trim() !== ''))];
  }

  text(turns: Turn[]): string {
    return this.wrapper.generateContextState({ chatHistory: historyOf(turns) }).contextText.toString();
  }

  tokens(turns: Turn[]): Token[] {
    const { contextText } = this.wrapper.generateContextState({ chatHistory: historyOf(turns) });
    return contextText.tokenize(this.model.tokenizer);
  }
}

function historyOf(turns: Turn[]): ChatHistoryItem[] {
  const history = turns.map(({ role, content }): ChatHistoryItem => {
    if (role === 'assistant') return { type: 'model', response: [content] };
    return { type: role === 'system' ? 'system' : 'user', text: content };
  });
  return turns.at(-1)?.role === 'assistant' ? history : [...history, { type: 'model', response: [] }];
}
